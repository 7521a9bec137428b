"""Addresses of the grants."""

from __future__ import annotations

from django.urls import path

from web.grants import viewing, views

urlpatterns = [
    path("habilitations/", views.GrantsView.as_view(), name="grants"),
    path("habilitations/nouvelle/", views.ProposeView.as_view(), name="grant_propose"),
    path("habilitations/fin-de-vue/", viewing.StopViewingView.as_view(), name="view_as_stop"),
    path(
        "habilitations/personnes/<str:username>/",
        viewing.RightsView.as_view(),
        name="rights",
    ),
    path("habilitations/<int:pk>/", views.GrantView.as_view(), name="grant"),
    path("habilitations/<int:pk>/approuver/", views.ApproveView.as_view(), name="grant_approve"),
    path("habilitations/<int:pk>/terminer/", views.EndView.as_view(), name="grant_end"),
]
