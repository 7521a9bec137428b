"""Addresses of the people."""

from __future__ import annotations

from django.urls import path

from web.people import edit_views, views

urlpatterns = [
    path("utilisateurs/", views.PeopleView.as_view(), name="people"),
    path(
        "utilisateurs/nouveau/",
        edit_views.CreatePersonView.as_view(),
        name="person-create",
    ),
    path("utilisateurs/<int:pk>/", views.PersonView.as_view(), name="person"),
    path(
        "utilisateurs/<int:pk>/modifier/",
        edit_views.EditPersonView.as_view(),
        name="person-edit",
    ),
    path("utilisateurs/<int:pk>/inviter/", edit_views.InviteView.as_view(), name="person-invite"),
    path(
        "utilisateurs/<int:pk>/suspendre/",
        edit_views.SuspendView.as_view(),
        name="person-suspend",
    ),
    path(
        "utilisateurs/<int:pk>/rouvrir/",
        edit_views.ReactivateView.as_view(),
        name="person-reactivate",
    ),
    path(
        "utilisateurs/<int:pk>/second-facteur/oublier/",
        edit_views.ResetFactorView.as_view(),
        name="person-reset-factor",
    ),
    path(
        "utilisateurs/<int:pk>/identites/lier/",
        edit_views.LinkIdentityView.as_view(),
        name="person-link",
    ),
    path(
        "utilisateurs/<int:pk>/identites/<int:identity>/retirer/",
        edit_views.UnlinkIdentityView.as_view(),
        name="person-unlink",
    ),
]
