"""Addresses of functional administration."""

from __future__ import annotations

from django.urls import path

from web.administration import views

urlpatterns = [
    path("administration/", views.AdministrationView.as_view(), name="administration"),
    path("administration/journal/", views.AuditLogView.as_view(), name="audit_log"),
]
