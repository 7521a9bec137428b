"""Addresses of the saved views."""

from __future__ import annotations

from django.urls import path

from web.views_saved import views

urlpatterns = [
    path("vues/", views.ViewsView.as_view(), name="views"),
    path("vues/ouvrir/", views.OpenView.as_view(), name="open_view"),
    path("vues/<int:pk>/", views.EditView.as_view(), name="view_edit"),
    path("vues/<int:pk>/etat/", views.StateView.as_view(), name="view_state"),
    path("vues/<int:pk>/defaut/", views.DefaultView.as_view(), name="view_default"),
    path("vues/<int:pk>/supprimer/", views.DeleteView.as_view(), name="view_delete"),
]
