"""The rows behind what falls due and what is left to pay by age, for one project (BX-07, BX-14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from budgets.models import Commitment, Payment, ScheduledPayment, ServiceDone
from budgets.rules.accruals import age_band
from indicators.selectors.rows import Perimeter, SourceRow


def left_rows(band: int) -> Callable[[Perimeter], list[SourceRow]]:
    """Return the reader of the commitments and payments of a band; they add up to it."""

    def read(perimeter: Perimeter) -> list[SourceRow]:
        signed, paid, done = _facts(perimeter)
        last: dict[str, dt.date] = {}
        moved: list[tuple[str, dt.date]] = [
            *((row.legal_reference, row.committed_on) for row in signed),
            *((row.commitment.legal_reference, row.paid_on) for row in paid),
            *((row.commitment.legal_reference, row.done_on) for row in done),
        ]
        for number, on in moved:
            last[number] = max(on, last.get(number, on))
        kept = {number for number, on in last.items() if age_band(on, perimeter.as_of) == band}
        return [
            *(
                _row("commitment", row, row.committed_on, row.legal_reference, row.amount)
                for row in signed
                if row.legal_reference in kept
            ),
            *(
                _row("payment", row, row.paid_on, row.commitment.legal_reference, -row.amount)
                for row in paid
                if row.commitment.legal_reference in kept
            ),
        ]

    return read


def due_rows(perimeter: Perimeter) -> list[SourceRow]:
    """Return the lines of commitments whose schedule expects more than what is paid in the year.

    The amount of a row is what it still expects: they add up to the figure.
    """
    year = perimeter.as_of.year
    _signed, paid, _done = _facts(perimeter)
    settled: dict[int, Decimal] = {}
    for row in paid:
        if row.fiscal_year == year:
            settled[row.commitment_id] = settled.get(row.commitment_id, Decimal(0)) + row.amount
    rows = ScheduledPayment.objects.as_of(perimeter.as_of).known_at(perimeter.known_at)
    rows = rows.filter(commitment__project=perimeter.project, fiscal_year=year)
    expected: dict[Commitment, Decimal] = {}
    for row in rows.select_related("commitment").order_by("commitment__committed_on", "pk"):
        line = row.commitment
        expected[line] = expected.get(line, Decimal(0)) + row.amount
    return [
        _row("commitment", line, line.committed_on, line.legal_reference, left)
        for line, amount in expected.items()
        if (left := amount - settled.get(line.pk, Decimal(0))) > 0
    ]


def _facts(perimeter: Perimeter) -> tuple[list[Any], list[Any], list[Any]]:
    """Return what was signed, paid and certified on the project; three queries."""

    def known(model: Any) -> Any:
        return model.objects.as_of(perimeter.as_of).known_at(perimeter.known_at)

    through = {"commitment__project": perimeter.project}
    signed = known(Commitment).filter(project=perimeter.project).order_by("committed_on", "pk")
    paid = known(Payment).filter(**through).select_related("commitment").order_by("paid_on", "pk")
    done = known(ServiceDone).filter(**through).select_related("commitment")
    return list(signed), list(paid), list(done)


def _row(kind: str, row: Any, on: dt.date, label: str, amount: Decimal) -> SourceRow:
    return SourceRow(
        kind, row.pk, on, label, row.source_reference, amount, row.source_file, row.source_line
    )
