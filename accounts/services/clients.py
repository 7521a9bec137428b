"""Machine clients: an OAuth2 application, its service account, its perimeter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import AccessToken, Application

from accounts.enums import Role
from accounts.exceptions import ClientRevoked
from accounts.models import Grant, MachineClient, User
from accounts.models.clients import LIFE_MONTHS, latest_end
from accounts.policy import TOKEN_SCOPES
from accounts.services.audit import record_event
from accounts.services.grants import end_grant, establish_grant, propose_grant
from common.exceptions import StaleEdit
from common.fiscal import add_months, today
from common.network import parse_networks

EDITABLE = frozenset({"name", "scopes", "scope_code", "networks", "contact", "ends_on"})
MOST_NETWORKS = 50
MOST_OVERLAP_HOURS = 24


@dataclass(frozen=True)
class NewClient:
    """What is shown once: the secret is kept hashed."""

    client: MachineClient
    client_id: str
    secret: str


@transaction.atomic
def create_client(
    *,
    name: str,
    scopes: Iterable[str],
    scope_code: str = "",
    ends_on: dt.date | None = None,
    networks: Iterable[str] = (),
    contact: User | None = None,
    actor: Any = None,
) -> NewClient:
    """Create a machine client that reads or writes inside one node (empty: the whole tree).

    The service account cannot log in; the token's scopes narrow what its role allows. `ends_on` is
    in a year by default, at most. Made by a person, it opens nothing before a second person has
    approved its grant. Raises ValidationError (unknown scope or node, no scope, name
    taken, end, networks).
    """
    if MachineClient.objects.filter(name=name).exists():
        raise ValidationError({"name": _("A client of this name exists already.")})
    client = MachineClient(name=name, created_by=actor, ends_on=latest_end())
    given = {"scopes": scopes, "scope_code": scope_code, "networks": networks, "contact": contact}
    _assign(client, {**given, **({"ends_on": ends_on} if ends_on else {})})
    client.account = _service_account(name)
    _give_role(client, actor)
    secret = generate_client_secret()
    client.application = Application.objects.create(
        name=name,
        user=client.account,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
        hash_client_secret=True,
    )
    _save(client, actor=actor, verb="granted")
    return NewClient(client, client.application.client_id, secret)


@transaction.atomic
def update_client(
    *, actor: Any, client_id: int, expected_version: int, changes: dict[str, Any]
) -> MachineClient:
    """Change what a client is called, may do, and from where; its tokens follow at once.

    Raises StaleEdit, ClientRevoked, ValidationError (as `create_client`).
    """
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    client = _lock(client_id, expected_version)
    held = (client.scope_code, client.ends_on, client.scopes)
    _assign(client, changes)
    if (client.scope_code, client.ends_on, client.scopes) != held:
        _replace_grant(client, actor)
    if "scopes" in changes:
        # A token bears the scopes of its making.
        AccessToken.objects.filter(application=client.application_id).delete()
    client.version += 1
    _save(client, actor=actor, verb="edited")
    return client


@transaction.atomic
def rotate_secret(
    *, actor: Any, client_id: int, expected_version: int, overlap_hours: int = 0
) -> NewClient:
    """Give a client a new secret; the former one stays valid for `overlap_hours` (0 to 24).

    Without overlap its tokens are dropped too: the secret may have leaked. The end of the client
    may then be set up to a year from today. Raises StaleEdit, ClientRevoked, ValidationError.
    """
    if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
        raise ValidationError(
            {"overlap_hours": _("The former secret stays valid for 24 hours at most.")}
        )
    client = _lock(client_id, expected_version)
    application = Application.objects.select_for_update().get(pk=client.application_id)
    if overlap_hours:
        client.former_secret = application.client_secret
        client.former_secret_until = timezone.now() + dt.timedelta(hours=overlap_hours)
    else:
        client.former_secret, client.former_secret_until = "", None
        AccessToken.objects.filter(application=application).delete()
    secret = generate_client_secret()
    application.client_secret = secret
    application.save()
    client.secret_on = today()
    client.version += 1
    _save(client, actor=actor, verb="secret_rotated", detail={"overlap_hours": overlap_hours})
    return NewClient(client, application.client_id, secret)


@transaction.atomic
def revoke_client(*, client: MachineClient, actor: Any = None) -> None:
    """Close the service account and drop its tokens at once; what it wrote keeps its name.

    It takes no version, so that nobody has to read again before closing a leak; a second
    revocation changes nothing.
    """
    found = MachineClient.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if found.revoked_at is not None:
        return
    User.objects.filter(pk=found.account_id).update(is_active=False)
    AccessToken.objects.filter(application=found.application_id).delete()
    found.revoked_at, found.revoked_by = timezone.now(), actor
    found.former_secret, found.former_secret_until = "", None
    found.version += 1
    _save(found, actor=actor, verb="revoked")


def _lock(client_id: int, expected_version: int) -> MachineClient:
    rows = MachineClient.objects.select_for_update(of=("self",))
    client = rows.select_related("account", "application").get(pk=client_id)
    if client.version != expected_version:
        raise StaleEdit(code=client.name, expected=expected_version, current=client.version)
    if client.revoked_at is not None:
        raise ClientRevoked(name=client.name)
    return client


def _assign(client: MachineClient, changes: dict[str, Any]) -> None:
    """Put checked values on the client; ValidationError by field."""
    checks = {
        "scopes": _checked_scopes,
        "networks": _checked_networks,
        "scope_code": _checked_node,
    }
    for name, value in changes.items():
        setattr(client, name, checks[name](value) if name in checks else value)
    last = add_months(client.secret_on, LIFE_MONTHS)
    if "ends_on" in changes and not today() <= client.ends_on <= last:
        raise ValidationError(
            {"ends_on": _("The end lies between today and a year after the day of the secret.")}
        )
    contact = client.contact
    if contact is not None and (contact.is_machine or not contact.is_active):
        raise ValidationError({"contact": _("The contact is a person who has an open account.")})


def _checked_scopes(scopes: Iterable[str]) -> str:
    chosen = set(scopes)
    if not chosen or chosen - set(TOKEN_SCOPES):
        known = ", ".join(sorted(TOKEN_SCOPES))
        raise ValidationError(
            {"scopes": _("Scopes are chosen among: %(known)s.") % {"known": known}}
        )
    return " ".join(sorted(chosen))


def _checked_networks(networks: Iterable[str]) -> list[str]:
    try:
        found = parse_networks("\n".join(networks))
    except ValueError as error:
        message = _("“%(entry)s” is neither an address nor a network such as 192.0.2.0/24.")
        raise ValidationError({"networks": message % {"entry": str(error)[:60]}}) from error
    if len(found) > MOST_NETWORKS:
        raise ValidationError(
            {"networks": _("At most %(most)s networks.") % {"most": MOST_NETWORKS}}
        )
    return found


def _checked_node(code: str) -> str:
    # Accounts stand below the portfolio: the tree is named by a string.
    nodes = apps.get_model("projects.PortfolioNode")._default_manager
    if code and not nodes.filter(code=code).exists():
        raise ValidationError({"scope_code": _("There is no such portfolio.")})
    return code


def _service_account(name: str) -> User:
    account = User(username=f"api-{slugify(name)}", is_machine=True)
    account.set_unusable_password()
    account.full_clean(exclude=["password"])
    account.save()
    return account


def _replace_grant(client: MachineClient, actor: Any) -> None:
    """Give the service account the perimeter and the end of its client, approved anew."""
    standing = Grant.objects.filter(user=client.account_id, ended_at__isnull=True)
    for grant_id in standing.values_list("pk", flat=True):
        end_grant(actor=None, grant_id=grant_id, reason="machine client edited")
    _give_role(client, actor)


def _give_role(client: MachineClient, actor: Any) -> None:
    """Give the service account its role: at once by a command, else as any grant of a person.

    What an administrator opens to a machine waits for a second person: who sees no amount does not
    read them through a client of their own making (`reliability.md` §3.3).
    """
    give: Callable[..., Grant] = establish_grant
    if actor is not None:
        reason = f"{client.name}: {client.scopes}"[:300]
        give = partial(propose_grant, actor=actor, reason=reason)
    give(
        user=client.account,
        role=Role.API_CLIENT,
        scope_code=client.scope_code,
        valid_to=client.ends_on,
    )


def _save(
    client: MachineClient, *, actor: Any, verb: str, detail: dict[str, Any] | None = None
) -> None:
    client.full_clean()
    client._history_user = actor  # type: ignore[attr-defined]
    client.save()
    record_event(
        actor=actor,
        verb=verb,
        object_kind="machine_client",
        object_code=client.name,
        detail={
            "scopes": client.scopes,
            "node": client.scope_code,
            "ends_on": str(client.ends_on),
            "networks": client.networks,
            **(detail or {}),
        },
    )
