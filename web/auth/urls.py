"""Addresses of the log-in and of one's own account."""

from __future__ import annotations

from django.urls import path

from web.auth import account_views, delegations, link_views, provider_views, views

urlpatterns = [
    path("connexion/", views.PortfolioLogin.as_view(), name="login"),
    path("connexion/code/", views.SecondFactorCodeView.as_view(), name="second-factor-code"),
    path("connexion/mot-de-passe/", link_views.ForgottenView.as_view(), name="forgotten"),
    path("connexion/fournisseur/", provider_views.ProviderLogin.as_view(), name="oidc-login"),
    path(
        "connexion/fournisseur/retour/",
        provider_views.ProviderCallback.as_view(),
        name="oidc-callback",
    ),
    path("deconnexion/", views.LogoutView.as_view(), name="logout"),
    path("lien/", link_views.LinkView.as_view(), name="link"),
    path("lien/<str:token>/", link_views.OpenLinkView.as_view(), name="open-link"),
    path("compte/", account_views.AccountView.as_view(), name="account"),
    path("compte/mot-de-passe/", account_views.PasswordView.as_view(), name="password"),
    path(
        "compte/sessions/<int:pk>/fermer/",
        account_views.CloseSessionView.as_view(),
        name="session-close",
    ),
    path(
        "compte/sessions/fermer-les-autres/",
        account_views.CloseOtherSessionsView.as_view(),
        name="sessions-close",
    ),
    path("compte/second-facteur/", account_views.SecondFactorView.as_view(), name="second-factor"),
    path(
        "compte/second-facteur/retirer/",
        account_views.DisableSecondFactorView.as_view(),
        name="second-factor-off",
    ),
    path(
        "compte/second-facteur/codes/",
        account_views.RecoveryCodesView.as_view(),
        name="recovery-codes",
    ),
    path("compte/delegations/", delegations.DelegationsView.as_view(), name="delegations"),
    path("compte/delegations/nouvelle/", delegations.LendView.as_view(), name="delegation-give"),
    path(
        "compte/delegations/<int:pk>/revoquer/",
        delegations.RevokeView.as_view(),
        name="delegation-revoke",
    ),
    path("compte/absences/nouvelle/", delegations.AbsenceView.as_view(), name="absence-declare"),
    path(
        "compte/absences/<int:pk>/annuler/",
        delegations.CancelView.as_view(),
        name="absence-cancel",
    ),
]
