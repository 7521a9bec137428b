"""Addresses of the account pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

from web.auth import views

urlpatterns = [
    path("connexion/", views.PortfolioLogin.as_view(), name="login"),
    path("deconnexion/", LogoutView.as_view(), name="logout"),
    path("compte/", views.AccountView.as_view(), name="account"),
]
