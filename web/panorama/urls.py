"""Addresses of the published panorama."""

from __future__ import annotations

from django.urls import path

from web.panorama import views

urlpatterns = [
    path("panorama/", views.PanoramaView.as_view(), name="panorama"),
    path("panorama/<str:code>/", views.EditionView.as_view(), name="panorama_edition"),
]
