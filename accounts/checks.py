"""Start-up checks of the accounts: no demonstration in production, a provider that can be used."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import DatabaseError


def check_demo_accounts(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a production whose database holds accounts with a public password."""
    if settings.DEBUG:
        return []
    try:
        users = apps.get_model("accounts.User")._default_manager
        names = list(users.filter(is_demo=True, is_active=True).values_list("username", flat=True))
    except DatabaseError:
        return []  # not migrated yet: there is nobody
    if not names:
        return []
    return [
        Error(
            f"Accounts of the demonstration stand in this database: {', '.join(names)}.",
            hint="Their password is public. Begin with an empty database, or suspend them.",
            id="accounts.E001",
        )
    ]


def check_provider(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a provider that is reached in clear text, or that does not know this client."""
    if not settings.OIDC_ISSUER:
        return []
    found: list[CheckMessage] = []
    if urlsplit(settings.OIDC_ISSUER).scheme != "https":
        found.append(Error("OIDC_ISSUER is not an HTTPS address.", id="accounts.E002"))
    if not (settings.OIDC_RP_CLIENT_ID and settings.OIDC_RP_CLIENT_SECRET):
        found.append(
            Error(
                "OIDC_ISSUER is set without OIDC_RP_CLIENT_ID and OIDC_RP_CLIENT_SECRET.",
                id="accounts.E003",
            )
        )
    return found
