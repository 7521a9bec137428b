"""Log-in through the provider: mozilla-django-oidc's flow, with checks of our own.

The account is that of the identity (issuer, subject), whatever e-mail address the provider tells;
no right is ever given by what it says.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.urls import reverse
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.utils import absolutify

from accounts.models import User
from accounts.oidc.errors import IdentityRefused, ProviderDown, UnknownIdentity
from accounts.oidc.provider import Provider, as_object, call, the_provider
from accounts.oidc.tokens import read_id_token, read_userinfo
from accounts.services.identities import create_account_of, use_identity
from accounts.services.links import use_invitation_for_identity

INVITATION = "invitation_digest"


class ProviderBackend(OIDCAuthenticationBackend):
    """The second half of the code flow: code → tokens → identity → account."""

    def __init__(self) -> None:
        """Read nothing of the provider before somebody comes from it."""
        self.request: Any = None

    def authenticate(  # type: ignore[override]
        self, request: Any, *, code: str, nonce: str | None, code_verifier: str | None
    ) -> User | None:
        """Return the person; the signature takes no password, so that none ever comes here.

        Raises ProviderDown, IdentityRefused, UnknownIdentity, IdentityTaken, LinkRefused.
        """
        if not settings.OIDC_ISSUER or not code_verifier:
            return None
        provider = the_provider()
        tokens = self._tokens(request, provider, code, code_verifier)
        access_token = str(tokens.get("access_token", ""))
        claims = read_id_token(
            tokens.get("id_token"), provider=provider, nonce=nonce, access_token=access_token
        )
        info = self._userinfo(provider, access_token, claims["sub"])
        user = self._account(request, provider.issuer, claims["sub"], info)
        request.provider_token = tokens["id_token"]
        request.provider_acr = claims.get("acr")
        return user if user.may_enter else None

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the person of a session while the account is open."""
        user = User.objects.filter(pk=user_id).first()
        return user if user is not None and user.may_enter else None

    def _tokens(
        self, request: Any, provider: Provider, code: str, code_verifier: str
    ) -> dict[str, Any]:
        kind, body = call(
            "POST",
            provider.token,
            may_refuse=True,
            data={
                "client_id": settings.OIDC_RP_CLIENT_ID,
                "client_secret": settings.OIDC_RP_CLIENT_SECRET,
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": redirect_uri(request),
                "code_verifier": code_verifier,
            },
        )
        if not kind:
            raise IdentityRefused("code")
        tokens = as_object(body)
        if str(tokens.get("token_type", "")).lower() != "bearer":
            raise ProviderDown("token_type")
        return tokens

    def _userinfo(self, provider: Provider, access_token: str, subject: str) -> dict[str, Any]:
        kind, body = call(
            "GET",
            provider.userinfo,
            may_refuse=True,
            headers={"Authorization": f"Bearer {access_token}"},
        )
        if not kind:
            raise IdentityRefused("userinfo")
        plain = as_object(body) if kind == "application/json" else None
        return read_userinfo(kind, body, provider=provider, subject=subject, plain=plain)

    def _account(self, request: Any, issuer: str, subject: str, info: dict[str, Any]) -> User:
        """Return the account of the identity: known, invited in this browser, or new if allowed."""
        user = use_identity(issuer=issuer, subject=subject)
        digest = request.session.get(INVITATION)
        if digest and user is None:
            user = use_invitation_for_identity(digest=digest, issuer=issuer, subject=subject)
        if user is None and settings.OIDC_CREATE_USER:
            verified = info.get("email_verified") is True
            user = create_account_of(
                issuer=issuer,
                subject=subject,
                email=str(info.get("email", "")) if verified else "",
                first_name=str(info.get("given_name", "")),
                last_name=str(info.get("usual_name") or info.get("family_name", "")),
            )
        if user is None:
            raise UnknownIdentity(issuer, subject)
        return user


def redirect_uri(request: Any) -> str:
    """Return the one address at which the provider gives the person back."""
    return str(absolutify(request, reverse(settings.OIDC_AUTHENTICATION_CALLBACK_URL)))
