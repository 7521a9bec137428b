"""Addresses of the personal data."""

from __future__ import annotations

from django.urls import path

from web.personal import views

urlpatterns = [
    path(
        "administration/personnes/<int:pk>/donnees/",
        views.PersonalDataView.as_view(),
        name="personal_data",
    ),
    path(
        "administration/personnes/<int:pk>/pseudonymiser/",
        views.PseudonymiseView.as_view(),
        name="pseudonymise",
    ),
]
