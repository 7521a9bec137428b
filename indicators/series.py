"""The only place that reads what the indicators are computed from: ledgers and monthly rows.

`load_series` answers with arrays, one row a project, in the order of the ids. Nothing else may know
how the figures are stored: packed rows can replace the monthly reads behind the same function.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils import timezone
from numpy.typing import NDArray

from budgets.models import (
    CONSUMING,
    Commitment,
    CreditMovement,
    Payment,
    ScheduledPayment,
    ServiceDone,
)
from common.fiscal import month_end, month_index, month_of_index, whole_months
from common.models import DataOrigin
from indicators.dues import (
    BANDS,
    columns,
    compulsory_unpaid,
    due_unpaid,
    left_by_age,
)
from indicators.programming import PROGRAMMING, programming_figures
from projects.enums import Phase
from projects.models import Baseline, Estimate, PlannedValue, ProgressReport, Project

Cents = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

_RAW = BigIntegerField()

AMOUNTS = (
    "ae_opened",
    "ae_frozen",
    "ae_committed",
    "cp_opened",
    "cp_frozen",
    "cp_paid",
    "committed_total",
    "service_done_total",
    "paid_total",
    "advances_total",
    "due_unpaid",
    *BANDS,
    "compulsory_unpaid",
    "cp_due_next",
    *PROGRAMMING,
)


@dataclass(frozen=True)
class SeriesBatch:
    """N projects at one date, in the order of `ids`.

    Amounts are whole euro cents in float64, exact below 2^53 cents (90 000 billion euros), NaN
    where the figure is missing; `pv_cumulative` is (N, M) int64 cents at the end of each month,
    padded on the right; `lengths` the months really planned (0 = no plan). Durations are whole
    months. `status_on` is the last month end on or before `as_of`: PV, EV, AC and elapsed time
    are all read at its end.
    """

    as_of: dt.date
    status_on: dt.date
    ids: Integers
    codes: tuple[str, ...]
    figures_version: Integers
    framing: Booleans
    published: Booleans
    pv_cumulative: Integers
    lengths: Integers
    first_month: Integers
    actual_time: NDArray[np.float64]
    bac: Cents
    pv: Cents
    ev: Cents
    ac: Cents
    initial_cost: Cents
    current_cost: Cents
    reference_cost: Cents
    initial_duration: NDArray[np.float64]
    current_duration: NDArray[np.float64]
    reference_duration: NDArray[np.float64]
    amounts: dict[str, Cents]

    def __len__(self) -> int:
        return len(self.ids)


def status_date(as_of: dt.date) -> dt.date:
    """Return the last month end on or before a date (a date is read at the end of its day)."""
    return as_of if as_of == month_end(as_of) else as_of.replace(day=1) - dt.timedelta(days=1)


class _Rows:
    """The perimeter of one read: some ids, or a contiguous range; rows by position."""

    def __init__(self, project_ids: Sequence[int] | range) -> None:
        self.project_ids = project_ids
        projects = Project.objects.filter(self.having("pk")).order_by("pk")
        self.projects = list(
            projects.values_list(
                "pk", "code", "figures_version", "started_on", "phase", "data_origin"
            )
        )
        self.position = {row[0]: index for index, row in enumerate(self.projects)}

    def having(self, path: str) -> Q:
        """Return the condition that keeps the rows of this perimeter."""
        if isinstance(self.project_ids, range):
            return Q(**{f"{path}__gte": self.project_ids.start}) & Q(
                **{f"{path}__lt": self.project_ids.stop}
            )
        return Q(**{f"{path}__in": list(self.project_ids)})

    def empty(self) -> Cents:
        """Return N missing figures."""
        return np.full(len(self.projects), np.nan)

    def spread(self, pairs: Iterable[tuple[int, Any]]) -> Cents:
        """Return the figures of (project id, number or None) pairs, NaN elsewhere."""
        values = self.empty()
        for project_id, value in pairs:
            index = self.position.get(project_id)
            if index is not None and value is not None:
                values[index] = value
        return values


def load_series(
    project_ids: Sequence[int] | range, as_of: dt.date, known_at: dt.datetime | None = None
) -> SeriesBatch:
    """Read all that the indicators need for some projects, in a constant number of queries.

    `as_of` bounds the date of the facts, `known_at` the moment they were recorded (default now).
    Unknown ids are ignored. The version of the figures is read first, so that a change committed
    during the read leaves the project stale.
    """
    known_at = known_at or timezone.now()
    rows = _Rows(project_ids)
    status_on = status_date(as_of)
    baselines = _baselines(rows, as_of, known_at)
    estimates = _estimates(rows, as_of, known_at)
    plan = _plan(rows, baselines, status_on)
    ledger = _ledger(rows, as_of, known_at)
    bac, pv, pv_cumulative, lengths, first_month, actual_time = plan
    percent = _percent(rows, status_on, known_at)
    costs = _costs_and_durations(rows, baselines, estimates)
    return SeriesBatch(
        as_of=as_of,
        status_on=status_on,
        ids=np.array([row[0] for row in rows.projects], dtype=np.int64),
        codes=tuple(row[1] for row in rows.projects),
        figures_version=np.array([row[2] for row in rows.projects], dtype=np.int64),
        framing=np.array([row[4] == Phase.FRAMING for row in rows.projects], dtype=bool),
        published=np.array([row[5] == DataOrigin.PUBLISHED for row in rows.projects], dtype=bool),
        pv_cumulative=pv_cumulative,
        lengths=lengths,
        first_month=first_month,
        actual_time=actual_time,
        bac=bac,
        pv=pv,
        ev=_earned(bac, percent),
        ac=_actual_cost(rows, status_on, known_at, ledger["committed_total"]),
        amounts=ledger | programming_figures(rows, as_of),
        **costs,
    )


def _earned(bac: Cents, percent: NDArray[np.float64]) -> Cents:
    """Return physical progress × BAC, rounded half up to the cent; `percent` in hundredths.

    Whole numbers all along: the product of an amount and a percentage stays exact.
    """
    known = ~(np.isnan(bac) | np.isnan(percent))
    whole = np.where(known, bac, 0).astype(np.int64)
    hundredths = np.where(known, percent, 0).astype(np.int64)
    quotient, remainder = np.divmod(whole, 10_000)
    earned = quotient * hundredths + (remainder * hundredths * 2 + 10_000) // 20_000
    return np.where(known, earned.astype(np.float64), np.nan)


def _baselines(
    rows: _Rows, as_of: dt.date, known_at: dt.datetime
) -> dict[int, list[tuple[Any, ...]]]:
    """Return the approved baselines of each project, by number."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    kept = Baseline.objects.filter(
        rows.having("project_id"), approved_on__lte=as_of, recorded_at__lte=known_at
    )
    for row in kept.order_by("project_id", "number").values_list(
        "project_id", "pk", "number", Cast("full_cost", _RAW), "start_on", "end_on"
    ):
        found.setdefault(row[0], []).append(row[1:])
    return found


def _estimates(
    rows: _Rows, as_of: dt.date, known_at: dt.datetime
) -> dict[int, list[tuple[Any, ...]]]:
    """Return the estimates of each project, the standing one last."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    kept = Estimate.objects.filter(
        rows.having("project_id"), edition_on__lte=as_of, recorded_at__lte=known_at
    )
    for row in kept.order_by(
        "project_id", "edition_on", "recorded_at", "source_reference"
    ).values_list("project_id", Cast("full_cost", _RAW), "end_on", "duration_months"):
        found.setdefault(row[0], []).append(row[1:])
    return found


def _months(start: dt.date | None, end: dt.date | None) -> int | None:
    return whole_months(start, end) if start and end else None


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def _costs_and_durations(
    rows: _Rows,
    baselines: dict[int, list[tuple[Any, ...]]],
    estimates: dict[int, list[tuple[Any, ...]]],
) -> dict[str, NDArray[np.float64]]:
    """Return initial, current and reference costs and durations.

    Initial: baseline 0, else the first published figure. Current: the standing estimate, whose
    withdrawn figure stays missing. Reference: the last approved baseline.
    """
    names = ("initial", "current", "reference")
    costs = {name: rows.empty() for name in names}
    durations = {name: rows.empty() for name in names}
    for index, (project_id, _code, _version, started_on, _phase, _origin) in enumerate(
        rows.projects
    ):
        approved = [
            (cost, _months(start or started_on, end))
            for _pk, _number, cost, start, end in baselines.get(project_id, ())
        ]
        told = [
            (cost, months if months is not None else _months(started_on, end))
            for cost, end, months in estimates.get(project_id, ())
        ]
        for kept, column in ((costs, 0), (durations, 1)):
            zero = [row[column] for row in approved[:1]]
            values = (
                _first([*zero, *(row[column] for row in told)]),
                told[-1][column] if told else _first(row[column] for row in approved[::-1]),
                _first(row[column] for row in approved[::-1]),
            )
            for name, value in zip(names, values, strict=True):
                if value is not None:
                    kept[name][index] = value
    return {f"{name}_cost": costs[name] for name in names} | {
        f"{name}_duration": durations[name] for name in names
    }


def _plan(
    rows: _Rows, baselines: dict[int, list[tuple[Any, ...]]], status_on: dt.date
) -> tuple[Cents, Cents, Integers, Integers, Integers, NDArray[np.float64]]:
    """Return BAC, PV at the status date, the cumulative plan, its lengths, first month and time.

    The plan is that of the last approved baseline that has one.
    """
    monthly: dict[int, dict[int, int]] = {}
    kept = PlannedValue.objects.filter(rows.having("baseline__project_id"))
    for baseline_id, month, cents in kept.values_list("baseline_id", "month", Cast("amount", _RAW)):
        monthly.setdefault(baseline_id, {})[month_index(month)] = cents
    plans: list[dict[int, int]] = []
    for row in rows.projects:
        approved = [b[0] for b in baselines.get(row[0], ()) if b[0] in monthly]
        plans.append(monthly[approved[-1]] if approved else {})
    lengths = np.array([max(plan) - min(plan) + 1 if plan else 0 for plan in plans], dtype=np.int64)
    first = np.array([min(plan) if plan else 0 for plan in plans], dtype=np.int64)
    increments = np.zeros((len(plans), max(int(lengths.max(initial=0)), 1)), dtype=np.int64)
    for index, plan in enumerate(plans):
        for month, cents in plan.items():
            increments[index, month - first[index]] = cents
    cumulative = np.cumsum(increments, axis=1)
    planned = lengths > 0
    elapsed = month_index(status_on) - first + 1
    time = np.where(planned, np.maximum(elapsed, 0), np.nan)
    column = np.clip(elapsed - 1, 0, cumulative.shape[1] - 1)
    reached = np.take_along_axis(cumulative, column[:, None], axis=1)[:, 0]
    bac = np.where(planned, cumulative[:, -1], np.nan)
    pv = np.where(planned, np.where(elapsed > 0, reached, 0), np.nan)
    return bac, pv, cumulative, lengths, first, time


def _percent(rows: _Rows, status_on: dt.date, known_at: dt.datetime) -> NDArray[np.float64]:
    """Return the last reported physical progress, in hundredths of a percent."""
    kept = ProgressReport.objects.filter(
        rows.having("project_id"), reported_on__lte=status_on, recorded_at__lte=known_at
    )
    ordered = kept.order_by("project_id", "reported_on", "recorded_at", "source_reference")
    return rows.spread(ordered.values_list("project_id", Cast("percent_complete", _RAW)))


def _grouped(queryset: QuerySet[Any], path: str, amount: str, **conditions: Any) -> Any:
    """Return (project id, sum of raw cents) pairs."""
    sums = queryset.filter(**conditions).order_by().values_list(path)
    return sums.annotate(total=Sum(Cast(F(amount), _RAW)))


def _actual_cost(rows: _Rows, status_on: dt.date, known_at: dt.datetime, committed: Cents) -> Cents:
    """Return service done up to the status date (AC of the State, domain §2.5)."""
    done = ServiceDone.objects.as_of(status_on).known_at(known_at)
    path = "commitment__project_id"
    total = rows.spread(_grouped(done.filter(rows.having(path)), path, "amount"))
    return np.where(np.isnan(total), np.where(np.isnan(committed), np.nan, 0.0), total)


def _ledger(rows: _Rows, as_of: dt.date, known_at: dt.datetime) -> dict[str, Cents]:
    """Return the sums of the ledgers by project, in the exercise of `as_of` and in all.

    A project that no ledger row names has no figure (NaN); in one that has rows, an absent kind of
    row sums to 0.
    """
    year, own, through = as_of.year, "project_id", "commitment__project_id"
    moved = CreditMovement.objects.as_of(as_of).known_at(known_at).filter(rows.having(own))
    committed = Commitment.objects.as_of(as_of).known_at(known_at).filter(rows.having(own))
    done = ServiceDone.objects.as_of(as_of).known_at(known_at).filter(rows.having(through))
    paid = Payment.objects.as_of(as_of).known_at(known_at).filter(rows.having(through))
    opened, frozen, of_year = moved.opened(), moved.frozen(), {"fiscal_year": year}
    sums = {
        "ae_opened": _grouped(opened, own, "ae", **of_year),
        "ae_frozen": _grouped(frozen, own, "ae", **of_year),
        "ae_committed": _grouped(committed.filter(CONSUMING), own, "amount", **of_year),
        "cp_opened": _grouped(opened, own, "cp", **of_year),
        "cp_frozen": _grouped(frozen, own, "cp", **of_year),
        "cp_paid": _grouped(paid, through, "amount", **of_year),
        "committed_total": _grouped(committed, own, "amount"),
        "service_done_total": _grouped(done, through, "amount"),
        "paid_total": _grouped(paid, through, "amount"),
        "advances_total": _grouped(paid, through, "amount", is_advance=True),
    }
    aged = left_by_age(rows.project_ids, as_of, known_at)
    sums |= {name: columns(aged, index) for index, name in enumerate(BANDS, 1)}
    sums["due_unpaid"] = columns(due_unpaid(rows.project_ids, as_of, known_at), 1)
    owed = compulsory_unpaid(rows.project_ids, as_of, known_at)
    sums["compulsory_unpaid"] = columns(owed, 1)
    expected = ScheduledPayment.objects.as_of(as_of).known_at(known_at)
    expected = expected.filter(rows.having(through), fiscal_year=year + 1)
    sums["cp_due_next"] = _grouped(expected, through, "amount")
    figures = {name: rows.spread(pairs) for name, pairs in sums.items()}
    held = ~np.all([np.isnan(figure) for figure in figures.values()], axis=0)
    return {
        name: np.where(held & np.isnan(figure), 0.0, figure) for name, figure in figures.items()
    }


def month_labels(batch: SeriesBatch, index: int) -> list[dt.date]:
    """Return the first days of the planned months of one project of the batch."""
    first, length = int(batch.first_month[index]), int(batch.lengths[index])
    return [month_of_index(first + offset) for offset in range(length)]
