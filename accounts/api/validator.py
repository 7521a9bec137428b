"""Who gets a token: a client that may call today, from an address of its own, by either secret."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator

from accounts.api.authentication import allows_address
from accounts.enums import ClientState
from accounts.models import MachineClient
from common.network import client_address


class MachineClientValidator(OAuth2Validator):
    """Client credentials with a list of addresses, and an overlap between two secrets."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Check the secret, then whether the client may call from where it calls."""
        if not super().authenticate_client(request, *args, **kwargs):
            return False
        client = _client_of(request)
        if client is None or client.state != ClientState.ACTIVE:
            return False
        return allows_address(client, client_address(SimpleNamespace(META=request.headers)))

    def _check_secret(self, provided_secret: str, stored_secret: str) -> bool:
        """Compare with the secret, then with the former one while it is valid."""
        if super()._check_secret(provided_secret, stored_secret):
            return True
        # One validator serves several threads: the client is found by its hash, which is salted.
        client = MachineClient.objects.filter(application__client_secret=stored_secret).first()
        if client is None or not client.has_former_secret:
            return False
        return bool(super()._check_secret(provided_secret, client.former_secret))


def _client_of(request: Any) -> MachineClient | None:
    rows = MachineClient.objects.select_related("account")
    return rows.filter(application=request.client).first()
