"""Leavers: the name of a suspended account is replaced for ever, what it wrote stays.

History, grants and audit events keep their key to the account, hence the pseudonym. What the person
kept for themself (preferences, views, sessions) goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.exceptions import AlreadyPseudonymised, StillActive
from accounts.models import (
    AccountLink,
    AuditEvent,
    DefaultView,
    Identity,
    Preferences,
    RecoveryCode,
    SavedView,
    SessionRecord,
    User,
)
from accounts.services.audit import record_event

# What the person kept for themself, and how they entered.
_OWN = (Preferences, DefaultView, Identity, SessionRecord, RecoveryCode, AccountLink)


def pseudonym_of(user: User) -> str:
    """Return the name that replaces that of a leaver."""
    return f"parti-{user.pk}"


@transaction.atomic
def pseudonymise_user(*, actor: Any, user: User) -> User:
    """Replace the name, the user name and the address of a suspended account; it is irreversible.

    Raises StillActive, AlreadyPseudonymised.
    """
    row = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if row.pseudonymised_at is not None:
        raise AlreadyPseudonymised()
    if row.is_active:
        raise StillActive()
    former = {row.username, row.email, row.first_name, row.last_name, row.get_full_name()} - {""}
    row.username = pseudonym_of(row)
    row.first_name, row.last_name, row.email = "", "", ""
    row.set_unusable_password()
    row.last_login = None
    row.suspension_reason = _("left") if row.suspended_at else ""
    row.version += 1
    row.pseudonymised_at = timezone.now()
    row.full_clean(exclude=["password"])
    row.save()
    for kept in _OWN:
        kept.objects.filter(user_id=row.pk).delete()
    TOTPDevice.objects.filter(user_id=row.pk).delete()
    SavedView.objects.owned_by(row).delete()
    _erase_from_events(former, row.username)
    record_event(actor=actor, verb="pseudonymised", object_kind="user", object_code=row.username)
    return row


def _erase_from_events(former: set[str], pseudonym: str) -> None:
    """Replace the former names where events wrote them as codes or details.

    In the events about the person every mention goes, sentences included; elsewhere a first name
    may be that of somebody else, and only a whole value is replaced.
    """
    about = AuditEvent.objects.filter(object_code__in=former)
    names = sorted(former, key=len, reverse=True)
    mention = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))
    for event in about.exclude(detail={}).iterator(chunk_size=2000):
        _rewrite(event, lambda text: mention.sub(pseudonym, text))
    about.update(object_code=pseudonym)
    for event in AuditEvent.objects.exclude(detail={}).iterator(chunk_size=2000):
        _rewrite(event, lambda text: pseudonym if text in former else text)


def _rewrite(event: AuditEvent, change: Callable[[str], str]) -> None:
    cleaned = _changed(event.detail, change)
    if cleaned != event.detail:
        AuditEvent.objects.filter(pk=event.pk).update(detail=cleaned)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _changed(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_changed(item, change) for item in value]
    return change(value) if isinstance(value, str) else value
