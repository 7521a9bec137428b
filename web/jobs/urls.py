"""Addresses of the jobs."""

from __future__ import annotations

from django.urls import path

from web.jobs import views

urlpatterns = [
    path("taches/", views.JobListView.as_view(), name="jobs"),
    path("taches/recalculer/", views.RecomputeView.as_view(), name="recompute"),
    path("taches/<int:pk>/", views.JobView.as_view(), name="job"),
]
