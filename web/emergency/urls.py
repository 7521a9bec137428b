"""Addresses of the emergency accesses."""

from __future__ import annotations

from django.urls import path

from web.emergency import views

urlpatterns = [
    path("acces-urgence/", views.EmergenciesView.as_view(), name="emergencies"),
    path("acces-urgence/nouveau/", views.AskView.as_view(), name="emergency_ask"),
    path("acces-urgence/<int:pk>/", views.EmergencyView.as_view(), name="emergency"),
    path("acces-urgence/<int:pk>/ouvrir/", views.OpenView.as_view(), name="emergency_open"),
    path("acces-urgence/<int:pk>/fermer/", views.CloseView.as_view(), name="emergency_close"),
    path("acces-urgence/<int:pk>/rapport/", views.ReportView.as_view(), name="emergency_report"),
]
