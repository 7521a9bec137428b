"""Addresses of the preferences."""

from __future__ import annotations

from django.urls import path

from web.preferences import views

urlpatterns = [
    path("compte/preferences/", views.PreferencesView.as_view(), name="preferences"),
    path("compte/unite/", views.UnitView.as_view(), name="unit"),
    path("affichage/", views.DisplayView.as_view(), name="display"),
    path("langue/", views.LanguageView.as_view(), name="set_language"),
]
