"""Addresses of the indicators."""

from __future__ import annotations

from django.urls import path

from web.indicators import views

urlpatterns = [
    path("indicateurs/", views.CatalogueView.as_view(), name="indicators"),
    path("indicateurs/<str:code>/", views.IndicatorView.as_view(), name="indicator"),
    path(
        "projets/<str:code>/indicateurs/<str:indicator>/",
        views.ProjectIndicatorView.as_view(),
        name="project_indicator",
    ),
]
