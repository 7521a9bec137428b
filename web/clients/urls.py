"""Addresses of the API's documentation and of its accesses; the API itself answers beside them."""

from __future__ import annotations

from django.urls import path

from web.clients import edit_views, views

urlpatterns = [
    path("api/", views.ApiView.as_view(), name="api"),
    path("api/acces/", views.ClientListView.as_view(), name="clients"),
    path("api/acces/nouveau/", edit_views.CreateClientView.as_view(), name="client-create"),
    path("api/acces/<int:pk>/", views.ClientView.as_view(), name="client"),
    path("api/acces/<int:pk>/modifier/", edit_views.EditClientView.as_view(), name="client-edit"),
    path(
        "api/acces/<int:pk>/renouveler/",
        edit_views.RotateSecretView.as_view(),
        name="client-rotate",
    ),
    path(
        "api/acces/<int:pk>/revoquer/",
        edit_views.RevokeClientView.as_view(),
        name="client-revoke",
    ),
]
