"""Addresses of the dashboard."""

from __future__ import annotations

from django.urls import path

from web.dashboard.views import DashboardView

urlpatterns = [path("", DashboardView.as_view(), name="dashboard")]
