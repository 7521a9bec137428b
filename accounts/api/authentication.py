"""Who calls: a machine client by its bearer token, or a person by the session of the pages."""

from __future__ import annotations

from typing import Any

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

REFUSED = "This token is unknown, revoked or expired."


class MachineClientAuthentication(OAuth2Authentication):
    """Client credentials: the caller is the service account of the application.

    The token's scopes narrow what the account's grants allow (`accounts.permissions`). A token
    that is not valid is a 401, even beside a valid session: the caller meant to use it.
    """

    def authenticate(self, request: Request) -> Any:
        """Return the service account and the token, or None without a bearer token."""
        if not request.headers.get("Authorization", "").lower().startswith("bearer"):
            return None
        found = super().authenticate(request)
        if found is None:
            raise AuthenticationFailed(REFUSED)
        _, token = found
        account = token.application.user if token.application else None
        if account is None or not account.is_active:
            raise AuthenticationFailed(REFUSED)
        account.token_scopes = frozenset(token.scope.split())
        return account, token


class PageSessionAuthentication(SessionAuthentication):
    """The session of the pages, CSRF checked; 401 rather than 403 without one."""

    def authenticate_header(self, request: Request) -> str:
        """Name a scheme so that an anonymous call is answered 401."""
        return 'Bearer realm="api"'
