"""Who calls: a machine client by its bearer token, or a person by the session of the pages."""

from __future__ import annotations

from typing import Any

from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts.api.limits import charge
from accounts.enums import ClientState
from accounts.models import MachineClient
from accounts.services.audit import record_event
from common.network import client_address, is_within

REFUSED = "This token is unknown, revoked or expired."
ELSEWHERE = "This address is not one of those that the access allows."


def allows_address(client: MachineClient, address: str) -> bool:
    """Whether a client may call from an address; a refusal is an audit event."""
    if not client.networks or is_within(address, client.networks):
        return True
    record_event(
        actor=client.account,
        verb="refused",
        object_kind="machine_client",
        object_code=client.name,
        detail={"code": "address_not_allowed", "address": address},
    )
    return False


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
        clients = MachineClient.objects.select_related("account")
        client = clients.filter(application=token.application_id).first()
        # Read at each call: a client that is revoked or over is refused from the next one on.
        if client is None or client.state != ClientState.ACTIVE:
            raise AuthenticationFailed(REFUSED)
        charge(request, "client", client.pk)
        if not allows_address(client, client_address(request)):
            raise PermissionDenied(ELSEWHERE)
        account: Any = client.account
        account.token_scopes = frozenset(token.scope.split())
        return account, token


class PageSessionAuthentication(SessionAuthentication):
    """The session of the pages, CSRF checked; 401 rather than 403 without one."""

    def authenticate(self, request: Request) -> Any:
        """Return the person of the session, whose call is counted."""
        found = super().authenticate(request)
        if found is not None:
            charge(request, "person", found[0].pk)
        return found

    def authenticate_header(self, request: Request) -> str:
        """Name a scheme so that an anonymous call is answered 401."""
        return 'Bearer realm="api"'
