"""Addresses of the account pages."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from web.auth import views

urlpatterns = [
    path("connexion/", views.PortfolioLogin.as_view(), name="login"),
    path("deconnexion/", LogoutView.as_view(), name="logout"),
    path("compte/", views.AccountView.as_view(), name="account"),
    path("affichage/", views.DisplayView.as_view(), name="display"),
    path("langue/", login_not_required(set_language), name="set_language"),
]
