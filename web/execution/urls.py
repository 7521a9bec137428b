"""Addresses of the pages of execution."""

from __future__ import annotations

from django.urls import path

from web.execution.availability import AvailabilityRowsView, AvailabilityView
from web.execution.gaps import GapView
from web.execution.landings import LandingView
from web.execution.large_projects import LargeProjectView
from web.execution.statements import StatementView
from web.execution.version_tables import VersionTableRowsView, VersionTableView
from web.execution.views import ExecutionRowsView, ExecutionView

urlpatterns = [
    path("budget/execution/", ExecutionView.as_view(), name="execution"),
    path("budget/execution/ecart/", GapView.as_view(), name="execution_gap"),
    path(
        "budget/execution/lignes/<slug:figure>/",
        ExecutionRowsView.as_view(),
        name="execution_rows",
    ),
    path(
        "budget/execution/atterrissage/<str:code>/",
        LandingView.as_view(),
        name="execution_landing",
    ),
    path("budget/grands-projets/<str:code>/", LargeProjectView.as_view(), name="large_project"),
    path("budget/etats/<slug:code>/", StatementView.as_view(), name="statement"),
    path(
        "budget/etats/programmation/<slug:code>/",
        VersionTableView.as_view(),
        name="version_table",
    ),
    path(
        "budget/etats/programmation/<slug:code>/<slug:figure>/",
        VersionTableRowsView.as_view(),
        name="version_table_rows",
    ),
    path("budget/disponible/", AvailabilityView.as_view(), name="availability"),
    path(
        "budget/disponible/<slug:ledger>/<slug:key>/",
        AvailabilityRowsView.as_view(),
        name="availability_rows",
    ),
]
