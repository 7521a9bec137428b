"""What the sheet of a project reads: figures, curves, exercises, contracts, history."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.selectors import record_edits
from budgets.models import CONSUMING, Commitment, CreditMovement, Payment, ServiceDone
from common.fiscal import add_months, month_end
from common.money import from_cents
from indicators.catalogue import INDICATORS, Indicator
from indicators.models import IndicatorSnapshot
from indicators.selectors import indicator_value
from indicators.series import load_series, month_labels, status_date
from partners.models import Contract, EntityProgress
from projects.models import Estimate, ProgressReport, Project
from records.selectors import events_of
from web.charts.bars import YearFigures
from web.levels import level_of

WEATHER_MONTHS = 6
MOST_EVENTS = 25


@dataclass(frozen=True)
class IndicatorRow:
    """One line of the table of indicators."""

    indicator: Indicator
    value: str | float | None
    reason: str | None
    level: str


@dataclass(frozen=True)
class Curves:
    """Cumulative euros at the end of each month; None where there is nothing to show."""

    months: list[dt.date]
    planned: list[Decimal | None]
    earned: list[Decimal | None]
    actual: list[Decimal | None]
    forecast: list[Decimal | None]
    status_on: dt.date


@dataclass(frozen=True)
class Event:
    """One line of the history: what, by whom, when, why."""

    at: dt.datetime
    kind: str
    who: str
    what: str
    reason: str


def snapshot_of(user: Any, project: Project) -> IndicatorSnapshot | None:
    """Return the latest snapshot of a project, for who may read indicator values."""
    if not can(user, Action.READ, Resource.INDICATOR_VALUE):
        return None
    rows = IndicatorSnapshot.objects.latest().visible_to(user).filter(project=project)
    return rows.select_related("project", "run").first()


def indicator_rows(snapshot: IndicatorSnapshot | None) -> list[IndicatorRow]:
    """Return every indicator of a snapshot, in the order of the catalogue."""
    if snapshot is None:
        return []
    rows = []
    for indicator in INDICATORS:
        value, reason = indicator_value(snapshot, indicator.code)
        level = level_of(indicator.code, value) if isinstance(value, float) else ""
        rows.append(IndicatorRow(indicator, value, reason, level))
    return rows


def recent_reports(project: Project) -> list[ProgressReport]:
    """Return the last report of each of the last months, the newest first."""
    by_month: dict[tuple[int, int], ProgressReport] = {}
    rows = ProgressReport.objects.filter(project=project).select_related("recorded_by")
    for row in rows.order_by("reported_on", "recorded_at", "source_reference"):
        by_month[row.reported_on.year, row.reported_on.month] = row
    return list(by_month.values())[::-1][:WEATHER_MONTHS]


def estimates_of(project: Project) -> list[Estimate]:
    """Return the estimates through the editions, the oldest first."""
    rows = Estimate.objects.filter(project=project).select_related("recorded_by", "batch")
    return list(rows.order_by("edition_on", "recorded_at", "source_reference"))


def curves_of(project: Project, snapshot: IndicatorSnapshot | None) -> Curves | None:
    """Return PV, EV, AC and the forecast by month; None without a plan."""
    if snapshot is None or snapshot.bac is None:
        return None
    batch = load_series([project.pk], snapshot.as_of, snapshot.computed_at)
    months = month_labels(batch, 0)
    status = status_date(snapshot.as_of)
    planned: list[Decimal | None] = [
        from_cents(int(cents)) for cents in batch.pv_cumulative[0][: len(months)]
    ]
    months, planned = _until(months, planned, status, snapshot)
    ends = [month_end(month) for month in months]
    return Curves(
        months=months,
        planned=planned,
        earned=_earned(project, snapshot, ends, status),
        actual=_actual(project, snapshot, ends, status),
        forecast=_forecast(snapshot, ends, status),
        status_on=status,
    )


def _until(
    months: list[dt.date],
    planned: list[Decimal | None],
    status: dt.date,
    snapshot: IndicatorSnapshot,
) -> tuple[list[dt.date], list[Decimal | None]]:
    """Lengthen the axis to the status date and to the forecast end; the plan is not extended."""
    wanted = len(months)
    if snapshot.ieac_t is not None:
        wanted = max(wanted, min(math.ceil(snapshot.ieac_t), wanted * 2))
    more = 0
    while month_end(add_months(months[0], len(months) + more - 1)) < status:
        more += 1
    wanted = max(wanted, len(months) + more)
    longer = [add_months(months[0], index) for index in range(wanted)]
    return longer, [*planned, *([None] * (wanted - len(months)))]


def _earned(
    project: Project, snapshot: IndicatorSnapshot, ends: list[dt.date], status: dt.date
) -> list[Decimal | None]:
    reports = list(
        ProgressReport.objects.filter(project=project, recorded_at__lte=snapshot.computed_at)
        .order_by("reported_on", "recorded_at", "source_reference")
        .values_list("reported_on", "percent_complete")
    )
    found: list[Decimal | None] = []
    bac = snapshot.bac or Decimal(0)
    for end in ends:
        told = [percent for on, percent in reports if on <= end]
        known = bool(told) and end <= status
        found.append((bac * told[-1] / 100).quantize(Decimal("0.01")) if known else None)
    return found


def _actual(
    project: Project, snapshot: IndicatorSnapshot, ends: list[dt.date], status: dt.date
) -> list[Decimal | None]:
    done = list(
        ServiceDone.objects.known_at(snapshot.computed_at)
        .filter(commitment__project=project)
        .values_list("done_on", "amount")
    )
    return [
        sum((amount for on, amount in done if on <= end), Decimal(0)) if end <= status else None
        for end in ends
    ]


def _forecast(
    snapshot: IndicatorSnapshot, ends: list[dt.date], status: dt.date
) -> list[Decimal | None]:
    """Return a straight line from the actual cost at the status date to the estimate (EAC)."""
    ahead = [index for index, end in enumerate(ends) if end >= status]
    if snapshot.eac_cpi is None or snapshot.ac is None or len(ahead) < 2:
        return [None] * len(ends)
    final = Decimal(repr(snapshot.eac_cpi)).scaleb(-2)
    first, last = ahead[0], ahead[-1]
    step = (final - snapshot.ac) / (last - first)
    return [
        (snapshot.ac + step * (index - first)).quantize(Decimal("0.01")) if index >= first else None
        for index in range(len(ends))
    ]


def years_of(project: Project, as_of: dt.date) -> list[YearFigures]:
    """Return AE and CP by exercise, net of what is frozen, in euros TTC; four queries."""
    moved = CreditMovement.objects.as_of(as_of).filter(project=project)
    ae_opened, cp_opened = Counter[int](), Counter[int]()
    for sign, rows in ((1, moved.opened()), (-1, moved.frozen())):
        grouped = rows.order_by().values_list("fiscal_year")
        for year, ae, cp in grouped.annotate(a=Sum("ae"), c=Sum("cp")):
            ae_opened[year] += sign * ae
            cp_opened[year] += sign * cp
    signed = Commitment.objects.as_of(as_of).filter(CONSUMING, project=project).order_by()
    committed = dict(signed.values_list("fiscal_year").annotate(total=Sum("amount")))
    settled = Payment.objects.as_of(as_of).filter(commitment__project=project).order_by()
    paid = dict(settled.values_list("fiscal_year").annotate(total=Sum("amount")))
    zero = Decimal(0)
    return [
        YearFigures(
            year,
            Decimal(ae_opened[year]),
            committed.get(year, zero),
            Decimal(cp_opened[year]),
            paid.get(year, zero),
        )
        for year in sorted({*ae_opened, *committed, *paid})
    ]


def contracts_of(user: Any, project: Project) -> list[Contract]:
    """Return the contracts of a project that `user` may read."""
    rows = Contract.objects.visible_to(user).filter(projects=project)
    return list(rows.select_related("holder").order_by("code"))


def entity_reports(user: Any, project: Project) -> list[EntityProgress]:
    """Return what the entities said of their shares of a project that `user` reads."""
    rows = EntityProgress.objects.all().visible_to(user).filter(project=project)
    return list(rows.select_related("partner", "recorded_by"))


def history_of(user: Any, project: Project) -> list[Event]:
    """Return what happened to a project, the newest first.

    Edits, estimates, baselines, reports, and the documents and comments that `user` may read.
    """
    added = [
        Event(event.at, event.kind, event.who, event.what, event.reason)
        for event in events_of(user, "project", project.code)
    ]
    events = [*_edits(project), *_rows_of(project), *added]
    return sorted(events, key=lambda event: event.at, reverse=True)[:MOST_EVENTS]


def _edits(project: Project) -> list[Event]:
    labels = {column.attname: column.verbose_name for column in Project._meta.concrete_fields}
    return [
        Event(
            edit.at,
            "edit",
            edit.who,
            ", ".join(str(labels[change.field]) for change in edit.changes),
            edit.reason,
        )
        for edit in record_edits(project)
    ]


def _rows_of(project: Project) -> list[Event]:
    events = []
    for estimate in project.estimates.select_related("recorded_by"):
        who = str(estimate.recorded_by or "")
        events.append(Event(estimate.recorded_at, "estimate", who, str(estimate), estimate.reason))
    for baseline in project.baselines.select_related("recorded_by"):
        who = str(baseline.recorded_by or "")
        events.append(Event(baseline.recorded_at, "baseline", who, str(baseline), baseline.reason))
    for report in project.progress_reports.select_related("recorded_by"):
        who = str(report.recorded_by or "")
        events.append(Event(report.recorded_at, "progress", who, str(report), report.comment))
    return events
