"""The scopes that a machine client may ask for: those it was given, and no other."""

from __future__ import annotations

from typing import Any

from oauth2_provider.scopes import SettingsScopes

from accounts.models import MachineClient


class MachineClientScopes(SettingsScopes):
    """Scopes by client; without a scope in its request, a client gets all of its own."""

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return the scopes of the client; none for an unknown one."""
        if application is None:
            return []
        client = MachineClient.objects.filter(application=application).first()
        return client.scopes.split() if client else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Return the same."""
        return self.get_available_scopes(application, request)
