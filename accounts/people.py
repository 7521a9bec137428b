"""What may be read about people: their names by some, how they enter by administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.enums import Action, Resource
from accounts.models import AccountLink, Grant, Identity, SessionRecord, User
from accounts.permissions import can
from common.fiscal import today


def visible_people(user: Any) -> QuerySet[User]:
    """Return the people whose names `user` may read; service accounts are not people."""
    if not can(user, Action.READ, Resource.USER):
        return User.objects.none()
    return User.objects.filter(is_machine=False, pseudonymised_at__isnull=True)


def sees_accounts(user: Any) -> bool:
    """Whether `user` reads how people enter: who manages or audits accounts and clients does.

    Directors and budget officers, who propose grants, read names alone.
    """
    return can(user, Action.READ, Resource.USER) and can(user, Action.READ, Resource.MACHINE_CLIENT)


def with_second_factor(people: QuerySet[User]) -> QuerySet[User]:
    """Add `has_second_factor` to each account."""
    devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    return people.annotate(has_second_factor=Exists(devices))


@dataclass(frozen=True)
class AccountSheet:
    """How one person enters, and what they hold."""

    grants: list[Grant]
    identities: list[Identity]
    sessions: int
    has_second_factor: bool
    invitation: AccountLink | None


def account_sheet(person: User) -> AccountSheet:
    """Return the sheet of a visible person; a constant number of queries."""
    now = timezone.now()
    grants = Grant.objects.filter(user=person, ended_at__isnull=True).not_over(today())
    return AccountSheet(
        grants=list(grants),
        identities=list(Identity.objects.filter(user=person)),
        sessions=SessionRecord.objects.filter(user=person).open_at(now).count(),
        has_second_factor=TOTPDevice.objects.filter(user=person, confirmed=True).exists(),
        invitation=AccountLink.objects.usable(now).filter(user=person, kind="invitation").first(),
    )
