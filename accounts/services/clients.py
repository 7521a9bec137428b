"""Machine clients: an OAuth2 application, its service account, its perimeter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Application

from accounts.enums import Role
from accounts.models import MachineClient, User
from accounts.policy import TOKEN_SCOPES
from accounts.services.audit import record_event
from accounts.services.grants import establish_grant


@dataclass(frozen=True)
class NewClient:
    """What is shown once: the secret is kept hashed."""

    client: MachineClient
    client_id: str
    secret: str


@transaction.atomic
def create_client(
    *, name: str, scopes: list[str], scope_code: str = "", actor: Any = None
) -> NewClient:
    """Create a machine client that reads or writes inside one node (empty: the whole tree).

    The service account cannot log in; the token's scopes narrow what its role allows. Raises
    ValidationError (unknown scope, no scope, name taken).
    """
    unknown = sorted(set(scopes) - set(TOKEN_SCOPES))
    if unknown or not scopes:
        known = ", ".join(sorted(TOKEN_SCOPES))
        raise ValidationError(
            {"scopes": _("Scopes are chosen among: %(known)s.") % {"known": known}}
        )
    if MachineClient.objects.filter(name=name).exists():
        raise ValidationError({"name": _("A client of this name exists already.")})
    account = User(username=f"api-{slugify(name)}", is_machine=True)
    account.set_unusable_password()
    account.full_clean(exclude=["password"])
    account.save()
    establish_grant(user=account, role=Role.API_CLIENT, scope_code=scope_code)
    secret = generate_client_secret()
    application = Application.objects.create(
        name=name,
        user=account,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
        hash_client_secret=True,
    )
    client = MachineClient(
        application=application, account=account, name=name, scopes=" ".join(sorted(set(scopes)))
    )
    client.full_clean()
    client.save()
    record_event(
        actor=actor,
        verb="granted",
        object_kind="machine_client",
        object_code=name,
        detail={"scopes": client.scopes, "node": scope_code},
    )
    return NewClient(client, application.client_id, secret)


@transaction.atomic
def revoke_client(*, client: MachineClient, actor: Any = None) -> None:
    """Close the service account and drop its tokens at once; what it wrote keeps its name."""
    User.objects.filter(pk=client.account_id).update(is_active=False)
    AccessToken.objects.filter(application=client.application_id).delete()
    record_event(actor=actor, verb="revoked", object_kind="machine_client", object_code=client.name)
