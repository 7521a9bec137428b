"""What the dashboard reads: one origin at a time, within the rights of the person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import ExtractMonth
from django.urls import reverse

from accounts.enums import Action, Resource
from budgets.models import CONSUMING, Commitment, CreditMovement, Payment
from common.models import DataOrigin
from indicators.models import IndicatorSnapshot
from indicators.selectors.summaries import followed_projects
from projects.enums import Weather
from projects.models import Estimate, ProgressReport, Project
from web.charts.bubbles import Drift
from web.levels import level_of

MOST_FACTS = 7
MOST_EXAMINED = 7


@dataclass(frozen=True)
class Followed:
    """One project as the dashboard shows it."""

    code: str
    title: str
    url: str
    phase: str
    weather: str
    cost: Decimal | None
    cost_gap: float | None
    cost_level: str
    slip_months: int | None
    schedule_gap: float | None
    schedule_level: str
    is_stale: bool

    @property
    def has_alert(self) -> bool:
        """Whether a gap is beyond its threshold."""
        return "alert" in (self.cost_level, self.schedule_level)


@dataclass(frozen=True)
class ChangeFact:
    """What changed: a figure or a weather, from → to, when and why."""

    on: dt.date
    code: str
    title: str
    url: str
    kind: str
    before: Any
    after: Any
    reason: str
    weight: float


def origins_of(user: Any) -> list[tuple[str, int]]:
    """Return the data origins that `user` may read, with how many projects each has."""
    counted = Project.objects.visible_to(user).order_by().values_list("data_origin")
    return sorted(counted.annotate(n=Count("pk")), key=lambda pair: (-pair[1], pair[0]))


def chosen_origin(user: Any, wanted: str) -> tuple[str, list[str]]:
    """Return the origin to show and those that exist; never the sum of several.

    By default the one that is not published and has the most projects.
    """
    counted = origins_of(user)
    known = [origin for origin, _count in counted]
    if wanted in known:
        return wanted, known
    own = [origin for origin in known if origin != DataOrigin.PUBLISHED]
    return (own or known or [DataOrigin.OPERATIONAL.value])[0], known


def followed(user: Any, origin: str, as_of: dt.date) -> list[Followed]:
    """Return the followed projects of an origin, the worst drift first; three queries."""
    mine = Project.objects.allowing(user, Action.READ, Resource.INDICATOR_VALUE)
    kept = followed_projects(as_of).filter(data_origin=origin, pk__in=mine.values("pk"))
    snapshots = (
        IndicatorSnapshot.objects.latest().filter(project__in=kept).select_related("project")
    )
    weather = latest_weather([snapshot.project_id for snapshot in snapshots])
    rows = [_followed(snapshot, weather) for snapshot in snapshots]
    return sorted(rows, key=lambda row: (-_badness(row), row.code))


def _followed(snapshot: IndicatorSnapshot, weather: dict[int, str]) -> Followed:
    project = snapshot.project
    known = None not in (snapshot.initial_duration, snapshot.current_duration)
    comparable = known and snapshot.schedule_gap_rate is not None
    slip = (
        (snapshot.current_duration or 0) - (snapshot.initial_duration or 0) if comparable else None
    )
    return Followed(
        code=project.code,
        title=project.title,
        url=project.get_absolute_url(),
        phase=project.get_phase_display(),
        weather=weather.get(project.pk, Weather.NON_RENSEIGNEE),
        cost=snapshot.current_cost,
        cost_gap=snapshot.cost_gap_rate,
        cost_level=level_of("DR-07", snapshot.cost_gap_rate),
        slip_months=slip,
        schedule_gap=snapshot.schedule_gap_rate,
        schedule_level=level_of("DR-08", snapshot.schedule_gap_rate),
        is_stale=snapshot.figures_version != project.figures_version,
    )


def _badness(row: Followed) -> float:
    worst = {Weather.ORAGE: 0.5, Weather.NUAGE: 0.2}.get(Weather(row.weather), 0.0)
    return (row.cost_gap or 0.0) + (row.schedule_gap or 0.0) + worst


def latest_weather(project_ids: list[int]) -> dict[int, str]:
    """Return the last reported weather of each project; one query."""
    reports = ProgressReport.objects.filter(project_id__in=project_ids)
    ordered = reports.order_by("project_id", "reported_on", "recorded_at", "source_reference")
    return dict(ordered.values_list("project_id", "weather"))


def weather_counts(rows: list[Followed]) -> list[tuple[str, int]]:
    """Return how many projects have each weather, in the order of the State's codes."""
    counted = Counter(row.weather for row in rows)
    return [(code, counted[code]) for code in Weather.values if counted[code]]


def drifts(rows: list[Followed]) -> list[Drift]:
    """Return the projects that the map can place."""
    return [
        Drift(r.code, r.title, r.url, r.weather, r.cost or Decimal(0), r.cost_gap, r.slip_months)
        for r in rows
        if r.cost_gap is not None and r.slip_months is not None
    ]


def change_facts(user: Any, origin: str, since: dt.date) -> list[ChangeFact]:
    """Return what changed since a date, the heaviest first: estimates and weather."""
    readable = Project.objects.visible_to(user).filter(data_origin=origin)
    facts = [*_estimate_facts(readable, since), *_weather_facts(readable, since)]
    return sorted(facts, key=lambda fact: (-fact.weight, fact.code))[:MOST_FACTS]


def _estimate_facts(readable: Any, since: dt.date) -> list[ChangeFact]:
    concerned = Estimate.objects.filter(project__in=readable, edition_on__gte=since)
    rows = Estimate.objects.filter(project__in=concerned.values("project_id"))
    found: list[ChangeFact] = []
    former: dict[int, Estimate] = {}
    for row in rows.select_related("project").order_by(
        "edition_on", "recorded_at", "source_reference"
    ):
        before = former.get(row.project_id)
        former[row.project_id] = row
        if before is None or row.edition_on < since:
            continue
        if row.full_cost and before.full_cost and row.full_cost != before.full_cost:
            weight = abs(float(row.full_cost / before.full_cost - 1))
            found.append(_fact(row, "cost", before.full_cost, row.full_cost, weight))
        if row.end_on and before.end_on and row.end_on != before.end_on:
            weight = abs((row.end_on - before.end_on).days) / 365
            found.append(_fact(row, "end", before.end_on, row.end_on, weight))
    return found


def _fact(row: Estimate, kind: str, before: Any, after: Any, weight: float) -> ChangeFact:
    project = row.project
    url = project.get_absolute_url()
    return ChangeFact(
        row.edition_on, project.code, project.title, url, kind, before, after, row.reason, weight
    )


def _weather_facts(readable: Any, since: dt.date) -> list[ChangeFact]:
    concerned = ProgressReport.objects.filter(project__in=readable, reported_on__gte=since)
    rows = ProgressReport.objects.filter(project__in=concerned.values("project_id"))
    found: list[ChangeFact] = []
    former: dict[int, str] = {}
    severity = {code: index for index, code in enumerate(Weather.values)}
    for row in rows.select_related("project").order_by(
        "reported_on", "recorded_at", "source_reference"
    ):
        before = former.get(row.project_id)
        former[row.project_id] = row.weather
        if before is None or before == row.weather or row.reported_on < since:
            continue
        worse = severity[row.weather] > severity[before]
        project = row.project
        found.append(
            ChangeFact(
                row.reported_on,
                project.code,
                project.title,
                project.get_absolute_url(),
                "weather",
                before,
                row.weather,
                row.comment,
                1.0 if worse else 0.3,
            )
        )
    return found


@dataclass(frozen=True)
class Execution:
    """AE and CP of an exercise by month, cumulative, and what is opened, in euros TTC."""

    year: int
    months: list[dt.date]
    ae_committed: list[Decimal | None]
    cp_paid: list[Decimal | None]
    ae_available: Decimal
    cp_available: Decimal


def execution(user: Any, origin: str, as_of: dt.date) -> Execution:
    """Return the execution of the exercise of `as_of` on the readable followed projects."""
    mine = Project.objects.allowing(user, Action.READ, Resource.LEDGER)
    kept = followed_projects(as_of).filter(data_origin=origin, pk__in=mine.values("pk"))
    year = as_of.year
    signed = Commitment.objects.as_of(as_of)
    signed = signed.filter(CONSUMING, project__in=kept, fiscal_year=year)
    paid = Payment.objects.as_of(as_of).filter(commitment__project__in=kept, fiscal_year=year)
    moved = CreditMovement.objects.as_of(as_of).filter(project__in=kept, fiscal_year=year)
    frozen = moved.frozen().aggregate(ae=Sum("ae"), cp=Sum("cp"))
    opened = moved.opened().aggregate(ae=Sum("ae"), cp=Sum("cp"))
    zero = Decimal(0)
    return Execution(
        year=year,
        months=[dt.date(year, month, 1) for month in range(1, 13)],
        ae_committed=_cumulative(signed, "committed_on", as_of),
        cp_paid=_cumulative(paid, "paid_on", as_of),
        ae_available=(opened["ae"] or zero) - (frozen["ae"] or zero),
        cp_available=(opened["cp"] or zero) - (frozen["cp"] or zero),
    )


def _cumulative(rows: Any, date_field: str, as_of: dt.date) -> list[Decimal | None]:
    """Return the running total at the end of each month; None after the date of the data.

    A fact of the exercise dated outside its year counts in the nearest month.
    """
    by_month: Counter[int] = Counter()
    grouped = rows.order_by().values_list(f"{date_field}__year", ExtractMonth(date_field))
    for year, month, total in grouped.annotate(total=Sum("amount")):
        place = month if year == as_of.year else (1 if year < as_of.year else 12)
        by_month[place] += total
    running, found = Decimal(0), []
    for month in range(1, 13):
        running += by_month[month]
        found.append(running if month <= as_of.month else None)
    return found


def list_url(origin: str, **filters: str) -> str:
    """Return the address of the project list, filtered."""
    query = "&".join(f"{key}={value}" for key, value in {"origin": origin, **filters}.items())
    return f"{reverse('web:projects')}?{query}"
