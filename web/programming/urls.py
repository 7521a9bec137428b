"""Addresses of the pages of the steps."""

from __future__ import annotations

from django.urls import path

from web.programming import steps

_VERSION = "budget/programmation/<int:year>/V<int:number>/etapes/"

urlpatterns = [
    path(_VERSION, steps.VersionStepsView.as_view(), name="programming-steps"),
    path(f"{_VERSION}dossiers/", steps.ManyFilesView.as_view(), name="programming-many-steps"),
    path(
        "budget/programmation/dossiers/<int:pk>/",
        steps.FileStepsView.as_view(),
        name="programming-file",
    ),
]
