"""Emergency access: two people open it, it lasts four hours, its report is produced by itself.

`reliability.md` §3.3, 8. It is a grant (`accounts.models.Grant`) of a business role, asked for by a
technical administrator and opened by another; what its holder does is marked in the audit log.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.exceptions import NotOneOfTheTwo
from accounts.later import ask_later
from accounts.models import AuditEvent, EmergencyReport, Grant, User
from accounts.models.grants import EMERGENCY_LIFE
from accounts.policy import BUSINESS_ROLES
from accounts.services.audit import record_event
from accounts.services.grants import (
    check_approval,
    draft_grant,
    lock_grant,
    save_end,
    tell_of_grant,
)

REPORT_JOB = "accounts.emergency_report"
# One request made under an emergency access: its detail holds the method, the path and the status.
REQUEST_VERB = "emergency_request"
READING = ("GET", "HEAD")
OVER = "4 h"


@transaction.atomic
def ask_emergency_access(
    *,
    actor: Any,
    user: User,
    role: str,
    scope_kind: str = "",
    scope_code: str = "",
    reason: str,
) -> Grant:
    """Ask for a business role for somebody else, for four hours; nothing is open yet.

    Raises OwnGrant, IncompatibleRoles, RoleForMachines, ValidationError (role, scope, reason).
    """
    if role not in BUSINESS_ROLES:
        raise ValidationError({"role": _("An emergency access gives a business role.")})
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    grant = draft_grant(actor, user, role, scope_kind, scope_code, reason)
    grant.is_emergency = True
    grant.full_clean()
    grant.save()
    tell_of_grant(actor, "emergency_asked", grant)
    return grant


@transaction.atomic
def open_emergency_access(*, actor: Any, grant_id: int) -> Grant:
    """Open it as the second person: in force at once, for four hours; the report is asked for.

    Raises GrantEnded (opened or refused already), SamePerson, IncompatibleRoles.
    """
    grant = _lock_emergency(grant_id)
    check_approval(actor, grant)
    moment = timezone.now()
    grant.approved_by, grant.approved_at = actor, moment
    grant.ends_at = moment + EMERGENCY_LIFE
    grant.valid_from = timezone.localdate(moment)
    grant.valid_to = timezone.localdate(grant.ends_at)
    grant.full_clean(exclude=["user", "granted_by", "approved_by"])
    grant.save()
    tell_of_grant(actor, "emergency_opened", grant)
    _ask_report(grant, grant.ends_at)
    return grant


@transaction.atomic
def close_emergency_access(*, actor: Any, grant_id: int, reason: str) -> Grant:
    """Refuse a request, or close an open access before its end: the report follows at once.

    Raises GrantEnded, NotOneOfTheTwo (an open access is closed by one of the two people who opened
    it), ValidationError (reason).
    """
    grant = _lock_emergency(grant_id)
    moment = timezone.now()
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    if grant.is_pending:
        save_end(grant, actor, moment, reason)
        tell_of_grant(actor, "emergency_refused", grant)
        return grant
    _end_if_over(grant, moment)
    if grant.ended_at is None and actor.pk not in (grant.granted_by_id, grant.approved_by_id):
        raise NotOneOfTheTwo()
    save_end(grant, actor, moment, reason)
    tell_of_grant(actor, "emergency_closed", grant)
    _ask_report(grant, moment)
    return grant


@transaction.atomic
def produce_report(*, grant_id: int) -> EmergencyReport | None:
    """Count what was done under an access that is over, once; None while it is open.

    An access whose four hours are over is ended here. Producing it again changes nothing.
    """
    grant = _lock_emergency(grant_id)
    known = EmergencyReport.objects.filter(grant=grant).first()
    if known is not None:
        return known
    moment = timezone.now()
    _end_if_over(grant, moment)
    if grant.ended_at is None:
        return None
    report = EmergencyReport.objects.create(
        grant=grant, produced_at=moment, **_counts(grant.emergency_events.all())
    )
    record_event(
        actor=None,
        verb="emergency_reported",
        object_kind="emergency_access",
        object_code=grant.user.username,
        detail={"grant": grant.pk},
    )
    return report


def run_report(context: Any) -> dict[str, Any]:
    """Produce the report, as a job; one that runs too early is asked for again at the end."""
    grant_id = context.payload["grant"]
    report = produce_report(grant_id=grant_id)
    if report is None:
        grant = Grant.objects.get(pk=grant_id)
        _ask_report(grant, grant.ends_at or timezone.now() + EMERGENCY_LIFE)
        return {}
    return {"operations": report.operations}


def _counts(events: Any) -> dict[str, int]:
    """Return how many requests read, wrote or were refused, and how many operations were kept."""
    asked = Q(verb=REQUEST_VERB)
    refused = asked & Q(detail__status__gte=400)
    reading = asked & Q(detail__method__in=READING)
    found: dict[str, int] = events.aggregate(
        reads=Count("pk", filter=reading & ~refused),
        writes=Count("pk", filter=asked & ~Q(detail__method__in=READING) & ~refused),
        refusals=Count("pk", filter=refused),
        operations=Count("pk", filter=~asked),
    )
    return found


def _lock_emergency(grant_id: int) -> Grant:
    grant = lock_grant(grant_id)
    if not grant.is_emergency:
        raise Grant.DoesNotExist
    return grant


def _end_if_over(grant: Grant, moment: dt.datetime) -> None:
    """End a locked access whose four hours are over, at the moment when they were."""
    if grant.ended_at is None and grant.ends_at is not None and grant.ends_at <= moment:
        save_end(grant, None, grant.ends_at, OVER)
        tell_of_grant(None, "emergency_over", grant)


def _ask_report(grant: Grant, due_at: dt.datetime) -> None:
    # The report of an access that is closed early does not wait behind the one due at its end.
    key = f"{grant.pk} {due_at.isoformat()}"
    ask_later(kind=REPORT_JOB, key=key, payload={"grant": grant.pk}, due_at=due_at)


@transaction.atomic
def record_request(*, actor: Any, method: str, path: str, status: int) -> AuditEvent:
    """Record one request made under an emergency access, and how it was answered."""
    return record_event(
        actor=actor,
        verb=REQUEST_VERB,
        detail={"method": method, "path": path[:500], "status": status},
    )
