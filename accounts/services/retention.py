"""How long security events are kept: a year by default, then one event says how many went."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from accounts.models import AccountLink, AuditEvent, SessionRecord, TryCounter
from accounts.services.audit import record_event

_DAY, _MONTH = dt.timedelta(days=1), dt.timedelta(days=31)
# Log-ins, refusals and the like; what tells the life of a record is never purged, nor what was done
# under an emergency access.
SECURITY_VERBS = frozenset(
    (
        "login logout login_failed locked password_changed password_link_sent session_closed"
        " refused second_factor_failed second_factor_on second_factor_off"
        " recovery_codes_renewed recovery_code_used"
    ).split()
)


def oldest_kept(now: dt.datetime | None = None) -> dt.datetime:
    """Return the moment before which security events are purged: months of 31 days, none less."""
    return (now or timezone.now()) - dt.timedelta(days=31 * settings.RETENTION_SECURITY_MONTHS)


@transaction.atomic
def purge_security_events(*, actor: Any = None, before: dt.datetime | None = None) -> int:
    """Delete the security events older than the retention; return how many.

    One event keeps their number by verb and the period that they cover; nothing to purge leaves no
    event.
    """
    limit = before or oldest_kept()
    old = AuditEvent.objects.filter(verb__in=SECURITY_VERBS, at__lt=limit, emergency__isnull=True)
    by_verb = dict(old.order_by().values_list("verb").annotate(Count("pk")))
    if not by_verb:
        return 0
    first = old.aggregate(first=Min("at"))["first"]
    old.order_by().delete()
    detail = {"before": limit.isoformat(), "from": first.isoformat(), "purged": by_verb}
    record_event(actor=actor, verb="purged", object_kind="audit", detail=detail)
    return sum(by_verb.values())


@transaction.atomic
def purge_access() -> None:
    """Delete what was kept of entries that are over: sessions and links of a month ago, tries."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    SessionRecord.objects.filter(last_seen_at__lt=now - _MONTH).delete()
    AccountLink.objects.filter(expires_at__lt=now - _MONTH).delete()
    TryCounter.objects.filter(last_at__lt=now - _DAY).delete()


def run_purge(context: Any) -> dict[str, Any]:
    """Purge, as a job; running it twice changes nothing."""
    purge_access()
    return {"purged": purge_security_events()}
