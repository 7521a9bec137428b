"""From a figure down to the rows that add up to it (architecture, rule 9).

Each input of an indicator has one function that returns its source rows; their amounts add up to
the input, except for products and dates, whose rows say what was read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from budgets.models import CONSUMING, Commitment, CreditMovement, Payment, ServiceDone
from indicators.dues import BANDS
from indicators.selectors.dues import due_rows, left_rows
from indicators.selectors.programming import READERS as PROGRAMMING_READERS
from indicators.selectors.rows import Perimeter, SourceRow
from indicators.series import status_date
from projects.models import Baseline, Estimate, PlannedValue, ProgressReport


def source_rows(name: str, perimeter: Perimeter) -> list[SourceRow]:
    """Return the rows behind an input, in the order of their dates; one query (two for a plan)."""
    return _READERS[name](perimeter)


def _movements(column: str, *, frozen: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        moved = CreditMovement.objects.as_of(perimeter.as_of).known_at(perimeter.known_at)
        moved = moved.filter(project=perimeter.project, fiscal_year=perimeter.as_of.year)
        moved = moved.frozen() if frozen else moved.opened()
        return [
            _row(
                "credit-movement",
                row,
                row.effective_on,
                row.get_kind_display(),
                getattr(row, column),
            )
            for row in moved.order_by("effective_on", "pk")
            if getattr(row, column)
        ]

    return read


def _commitments(*, of_year: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        signed = Commitment.objects.as_of(perimeter.as_of).known_at(perimeter.known_at)
        signed = signed.filter(project=perimeter.project)
        if of_year:
            signed = signed.filter(CONSUMING, fiscal_year=perimeter.as_of.year)
        return [
            _row("commitment", row, row.committed_on, row.label or row.legal_reference, row.amount)
            for row in signed.order_by("committed_on", "pk")
        ]

    return read


def _payments(
    *, of_year: bool = False, advances: bool = False
) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        paid = Payment.objects.as_of(perimeter.as_of).known_at(perimeter.known_at)
        paid = paid.filter(commitment__project=perimeter.project)
        if of_year:
            paid = paid.filter(fiscal_year=perimeter.as_of.year)
        if advances:
            paid = paid.filter(is_advance=True)
        return [
            _row("payment", row, row.paid_on, row.commitment.legal_reference, row.amount)
            for row in paid.select_related("commitment").order_by("paid_on", "pk")
        ]

    return read


def _services(*, at_status: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        day = status_date(perimeter.as_of) if at_status else perimeter.as_of
        done = ServiceDone.objects.as_of(day).known_at(perimeter.known_at)
        done = done.filter(commitment__project=perimeter.project).select_related("commitment")
        return [
            _row("service-done", row, row.done_on, row.commitment.legal_reference, row.amount)
            for row in done.order_by("done_on", "pk")
        ]

    return read


def _row(kind: str, row: Any, on: dt.date, label: str, amount: Decimal) -> SourceRow:
    return SourceRow(
        kind, row.pk, on, label, row.source_reference, amount, row.source_file, row.source_line
    )


def _baselines(perimeter: Perimeter) -> list[Baseline]:
    return list(
        Baseline.objects.filter(
            project=perimeter.project,
            approved_on__lte=perimeter.as_of,
            recorded_at__lte=perimeter.known_at,
        ).order_by("number")
    )


def _estimates(perimeter: Perimeter) -> list[Estimate]:
    return list(
        Estimate.objects.filter(
            project=perimeter.project,
            edition_on__lte=perimeter.as_of,
            recorded_at__lte=perimeter.known_at,
        ).order_by("edition_on", "recorded_at", "source_reference")
    )


def _baseline_row(row: Baseline, *, cost: bool) -> SourceRow:
    label = _("Baseline %(number)s") % {"number": row.number}
    if not cost:
        label += f" : {row.start_on or '?'} → {row.end_on or '?'}"
    return SourceRow(
        "baseline",
        row.pk,
        row.approved_on,
        label,
        row.decision_reference,
        row.full_cost if cost else None,
        row.source_file,
        row.source_line,
    )


def _estimate_row(row: Estimate, *, cost: bool) -> SourceRow:
    label = row.reason if cost else f"{row.reason} : {row.end_on or '?'}"
    return SourceRow(
        "estimate",
        row.pk,
        row.edition_on,
        label,
        row.source_reference,
        row.full_cost if cost else None,
        row.source_file,
        row.source_line,
    )


def _initial(*, cost: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        zero = _baselines(perimeter)[:1]
        if zero and (zero[0].full_cost if cost else zero[0].end_on) is not None:
            return [_baseline_row(zero[0], cost=cost)]
        told = [
            row
            for row in _estimates(perimeter)
            if (row.full_cost if cost else row.end_on or row.duration_months) is not None
        ]
        return [_estimate_row(told[0], cost=cost)] if told else []

    return read


def _current(*, cost: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        told = _estimates(perimeter)
        if told:
            return [_estimate_row(told[-1], cost=cost)]
        return _reference(cost=cost)(perimeter)

    return read


def _reference(*, cost: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        known = [
            row
            for row in _baselines(perimeter)
            if (row.full_cost if cost else row.end_on) is not None
        ]
        return [_baseline_row(known[-1], cost=cost)] if known else []

    return read


def _plan(*, at_status: bool) -> Callable[[Perimeter], list[SourceRow]]:
    def read(perimeter: Perimeter) -> list[SourceRow]:
        planned = PlannedValue.objects.filter(baseline__in=_baselines(perimeter))
        months = list(planned.select_related("baseline").order_by("baseline__number", "month"))
        if not months:
            return []
        last = months[-1].baseline
        day = status_date(perimeter.as_of)
        return [
            SourceRow("planned-value", row.pk, row.month, _("Planned value"), str(last), row.amount)
            for row in months
            if row.baseline_id == last.pk and (row.month <= day or not at_status)
        ]

    return read


def _earned(perimeter: Perimeter) -> list[SourceRow]:
    """The report that was read: earned value is its percentage of the budget at completion."""
    reports = ProgressReport.objects.filter(
        project=perimeter.project,
        reported_on__lte=status_date(perimeter.as_of),
        recorded_at__lte=perimeter.known_at,
    ).order_by("reported_on", "recorded_at", "source_reference")
    row = reports.last()
    if row is None:
        return []
    label = _("Physical progress %(percent)s %%") % {"percent": row.percent_complete}
    return [
        SourceRow(
            "progress-report",
            row.pk,
            row.reported_on,
            label,
            row.source_reference,
            None,
            row.source_file,
            row.source_line,
        )
    ]


_READERS: dict[str, Callable[[Perimeter], list[SourceRow]]] = {
    "bac": _plan(at_status=False),
    "pv": _plan(at_status=True),
    "ev": _earned,
    "ac": _services(at_status=True),
    "actual_time": lambda perimeter: _plan(at_status=True)(perimeter)[:1],
    "initial_cost": _initial(cost=True),
    "current_cost": _current(cost=True),
    "reference_cost": _reference(cost=True),
    "initial_duration": _initial(cost=False),
    "current_duration": _current(cost=False),
    "reference_duration": _reference(cost=False),
    "ae_opened": _movements("ae", frozen=False),
    "ae_frozen": _movements("ae", frozen=True),
    "cp_opened": _movements("cp", frozen=False),
    "cp_frozen": _movements("cp", frozen=True),
    "ae_committed": _commitments(of_year=True),
    "committed_total": _commitments(of_year=False),
    "cp_paid": _payments(of_year=True),
    "paid_total": _payments(),
    "advances_total": _payments(advances=True),
    "service_done_total": _services(at_status=False),
    "due_unpaid": due_rows,
    **{name: left_rows(band) for band, name in enumerate(BANDS)},
    **PROGRAMMING_READERS,
}
