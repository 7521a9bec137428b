"""Addresses of the search."""

from __future__ import annotations

from django.urls import path

from web.search import views

urlpatterns = [
    path("recherche/", views.SearchView.as_view(), name="search"),
    path("recherche/suggestions/", views.SuggestionsView.as_view(), name="suggestions"),
]
