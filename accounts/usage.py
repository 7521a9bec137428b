"""What machine clients did: their state, their last call, their calls by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.enums import Action, ClientState, Resource
from accounts.models import Grant, MachineClient, RateCounter
from accounts.permissions import scopes_of
from common.fiscal import today

DAYS_SHOWN = 30


@dataclass(frozen=True)
class DayOfCalls:
    """The calls of a client on a day of Paris; `refused` are those beyond its limit."""

    day: dt.date
    calls: int
    refused: int


def clients_visible_to(user: Any) -> QuerySet[MachineClient]:
    """Return the machine clients that `user` may read: all of them, or none."""
    rows = MachineClient.objects.all()
    return rows if scopes_of(user, Action.READ, Resource.MACHINE_CLIENT).everywhere else rows.none()


def with_state(clients: QuerySet[MachineClient]) -> QuerySet[MachineClient]:
    """Annotate the state of today and the minute (from 1970) of the last call.

    A client whose role waits for a second person, was refused or was revoked opens nothing: it is
    not active.
    """
    held = Grant.objects.filter(user=OuterRef("account"))
    subject = Concat(Value("client:"), Cast(OuterRef("pk"), CharField()))
    calls = RateCounter.objects.filter(subject=subject).order_by("-minute")
    return clients.annotate(
        current_state=Case(
            When(revoked_at__isnull=False, then=Value(ClientState.REVOKED.value)),
            When(account__is_active=False, then=Value(ClientState.SUSPENDED.value)),
            When(ends_on__lt=today(), then=Value(ClientState.EXPIRED.value)),
            When(Exists(held.active_on(today())), then=Value(ClientState.ACTIVE.value)),
            When(Exists(held.pending()), then=Value(ClientState.WAITING.value)),
            default=Value(ClientState.NO_ROLE.value),
            output_field=CharField(),
        ),
        last_minute=Subquery(calls.values("minute")[:1]),
    )


def moment_of(minute: int | None) -> dt.datetime | None:
    """Return the moment of a counted minute."""
    if minute is None:
        return None
    return dt.datetime.fromtimestamp(minute * 60, tz=dt.UTC)


def calls_by_day(client_id: int) -> list[DayOfCalls]:
    """Return the calls of the last 30 days that have some, the latest first."""
    since = int((timezone.now() - dt.timedelta(days=DAYS_SHOWN)).timestamp()) // 60
    rows = RateCounter.objects.filter(subject=f"client:{client_id}", minute__gte=since)
    hours = rows.annotate(hour=F("minute") / 60).order_by().values_list("hour")
    days: dict[dt.date, list[int]] = defaultdict(lambda: [0, 0])
    for hour, calls, refused in hours.annotate(Sum("count"), Sum("refused")):
        day = timezone.localtime(moment_of(hour * 60)).date()
        days[day][0] += calls
        days[day][1] += refused
    return [DayOfCalls(day, *days[day]) for day in sorted(days, reverse=True)]
