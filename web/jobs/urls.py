"""Addresses of the jobs."""

from __future__ import annotations

from django.urls import path

from web.jobs import steering, views

urlpatterns = [
    path("taches/", views.JobListView.as_view(), name="jobs"),
    path("taches/recalculer/", views.RecomputeView.as_view(), name="recompute"),
    path("taches/<int:pk>/", views.JobView.as_view(), name="job"),
    path("taches/<int:pk>/annuler/", steering.CancelView.as_view(), name="job-cancel"),
    path("taches/<int:pk>/relancer/", steering.RetryView.as_view(), name="job-retry"),
]
