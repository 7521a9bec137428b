"""Events of the rooms below, which know nothing of notifications: they are looked for.

Each is named by a key, so that looking twice tells it once.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.enums import Action, Resource
from accounts.models import Delegation, Grant, User
from accounts.permissions import scopes_of_grants
from accounts.policy import POLICY
from accounts.scopes import GrantInForce
from common.fiscal import today
from jobs.enums import JobState
from jobs.models import Job
from records.enums import Event
from records.models import ImportBatch, Notification
from records.services.notifications import notify
from records.services.people import active_people

LOOKED_BACK = dt.timedelta(days=2)


def tell_news(now: dt.datetime | None = None) -> int:
    """Tell people of their failed jobs, of their imports and of the roles that concern them.

    Looks two days back; return how many notifications are new. The number of queries depends on
    what is new only.
    """
    since = (now or timezone.now()) - LOOKED_BACK
    return _tell_jobs(since) + _tell_imports(since) + _tell_grants(since) + _tell_lent(since)


def _new(rows: Any, prefix: str, name: str = "pk") -> list[Any]:
    """Keep the rows of which nobody was told."""
    found = {f"{prefix}-{getattr(row, name)}": row for row in rows}
    told = Notification.objects.filter(key__in=found).values_list("key", flat=True)
    return [row for key, row in found.items() if key not in set(told)]


def _tell_jobs(since: dt.datetime) -> int:
    ended = Job.objects.filter(
        state__in=(JobState.FAILED, JobState.QUARANTINE),
        finished_at__gte=since,
        requested_by__isnull=False,
    ).select_related("requested_by")
    count = 0
    for job in _new(ended, "job"):
        count += len(
            notify(
                event=Event.JOB_FAILED,
                kind="job",
                code=str(job.pk),
                key=f"job-{job.pk}",
                people=[job.requested_by],
            )
        )
    return count


def _tell_imports(since: dt.datetime) -> int:
    applied = ImportBatch.objects.filter(imported_at__gte=since, imported_by__isnull=False)
    count = 0
    for batch in _new(applied.select_related("imported_by"), "batch"):
        count += len(
            notify(
                event=Event.IMPORT_DONE,
                kind="import_batch",
                code=batch.code,
                key=f"batch-{batch.pk}",
                people=[batch.imported_by],
            )
        )
    return count


def _tell_grants(since: dt.datetime) -> int:
    count = 0
    pending = Grant.objects.pending().filter(granted_at__gte=since)
    waiting = _new(pending.select_related("granted_by"), "grant-proposed")
    approvers = _approvers() if waiting else []
    for grant in waiting:
        count += _tell_grant(grant, "proposed", Event.GRANT_PROPOSED, approvers, grant.granted_by)
    approved = Grant.objects.filter(approved_at__gte=since, ended_at=None, granted_by__isnull=False)
    for grant in _new(approved.select_related("user", "approved_by"), "grant-approved"):
        people = [grant.user, grant.granted_by]
        count += _tell_grant(grant, "approved", Event.GRANT_APPROVED, people, grant.approved_by)
    return count


def _tell_grant(grant: Grant, word: str, event: str, people: list[User], actor: Any) -> int:
    told = notify(
        event=event,
        kind="grant",
        code=str(grant.pk),
        key=f"grant-{word}-{grant.pk}",
        people=[person for person in people if person.pk != grant.user_id or word == "approved"],
        actor=actor,
    )
    return len(told)


def _tell_lent(since: dt.datetime) -> int:
    given = Delegation.objects.filter(given_at__gte=since, revoked_at__isnull=True)
    count = 0
    for one in _new(given.select_related("giver", "delegate"), "lent"):
        told = notify(
            event=Event.LENT,
            kind="delegation",
            code=str(one.pk),
            key=f"lent-{one.pk}",
            people=[one.delegate],
            actor=one.giver,
        )
        count += len(told)
    return count


def _approvers() -> list[User]:
    """Return the people who may approve a grant."""
    roles = {
        role
        for role, resource, action in POLICY
        if (resource, action) == (Resource.GRANT, Action.VALIDATE)
    }
    held = Grant.objects.active_on(today()).filter(role__in=roles)
    by_person: dict[int, list[GrantInForce]] = {}
    columns = ("user_id", "role", "scope_kind", "scope_code")
    for owner, role, kind, code in held.values_list(*columns):
        by_person.setdefault(owner, []).append(GrantInForce(role, kind, code))
    allowed = [
        owner
        for owner, grants in by_person.items()
        if not scopes_of_grants(grants, Action.VALIDATE, Resource.GRANT).empty
    ]
    return list(active_people().filter(pk__in=allowed))
