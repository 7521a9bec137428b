"""Addresses of the help."""

from __future__ import annotations

from django.urls import path

from web.help import views

urlpatterns = [
    path("aide/", views.HelpView.as_view(), name="help"),
    path("aide/clavier/", views.ShortcutsView.as_view(), name="shortcuts"),
]
