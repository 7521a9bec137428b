"""The reconciliation panel: what a file adds up to, and what became of each cent of it.

total of the source = attached + to attach + duplicates + set aside + replaced (ux.md §2.7): the
gap is 0,00 € to the cent, AE and CP apart, because the first member is what was read of the file at
import, and the others are read in the ledgers and in the queue today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from budgets.enums import WaitingState, WaitingTable
from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    PaymentRequest,
    ServiceDone,
    WaitingLine,
)
from common.money import to_cents
from records.models import ImportBatch

MODELS: dict[str, Any] = {
    WaitingTable.MOVEMENTS: CreditMovement,
    WaitingTable.COMMITMENTS: Commitment,
    WaitingTable.SERVICE_DONE: ServiceDone,
    WaitingTable.PAYMENT_REQUESTS: PaymentRequest,
    WaitingTable.PAYMENTS: Payment,
}
# The column of the amounts of each ledger, and that of the lines which wait.
_COLUMNS: dict[str, dict[str, str]] = {
    name: {"ae": "amount", "cp": "cp"} if name == WaitingTable.MOVEMENTS else {"amount": "amount"}
    for name in MODELS
}
PARTS = ("attached", "unattached", "duplicates", "aside", "replaced")


@dataclass(slots=True)
class Panel:
    """One amount of one table of a batch, for an exercise: euros TTC in `amounts`, and `lines`.

    `total` and `total_lines` are those of the file; `amounts` and `lines` have the keys of PARTS.
    """

    batch: ImportBatch
    table: str
    fiscal_year: str
    column: str
    total: Decimal
    total_lines: int
    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(PARTS, Decimal(0)))
    lines: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))

    @property
    def gap(self) -> Decimal:
        """Return what the parts do not explain of the total: 0 when the panel closes."""
        return self.total - sum(self.amounts.values(), Decimal(0))

    @property
    def gap_lines(self) -> int:
        """Return how many lines the parts do not explain."""
        return self.total_lines - sum(self.lines.values())

    def add(self, part: str, amount: Decimal, lines: int) -> None:
        """Add lines to a part."""
        self.amounts[part] += amount
        self.lines[part] += lines


# A batch, a table and an exercise as a text.
_Place = tuple[int, str, str]
# The cents of each column, and the number of lines.
_Sums = tuple[dict[str, int], int]


def reconcile(batches: Iterable[ImportBatch]) -> list[Panel]:
    """Return the panel of each amount of the facts of some batches; six queries whatever they are.

    Batches that were undone, or recorded before totals were kept, have none.
    """
    found = [batch for batch in batches if batch.state != "undone" and batch.totals]
    ids = [batch.pk for batch in found]
    recorded = {
        (batch, name, str(year)): sums
        for name, model in MODELS.items()
        for batch, year, sums in _recorded(name, model, ids)
    }
    waiting = _waiting(ids)
    panels = []
    for batch in found:
        for name in MODELS:
            for year, totals in batch.totals.get(name, {}).items():
                place = (batch.pk, name, year)
                panels += _panels(batch, place, totals, recorded.get(place), waiting[place])
    return panels


def batches_to_reconcile(user: Any) -> QuerySet[ImportBatch]:
    """Return the visible imports that stand and kept their totals, the newest first."""
    rows = ImportBatch.objects.visible_to(user).standing().exclude(totals={})
    return rows.order_by("-pk")


def kept(panels: Iterable[Panel], *, fiscal_year: int | None, table: str) -> list[Panel]:
    """Return the panels of an exercise and of a ledger; of all of them when none is given."""
    return [
        panel
        for panel in panels
        if (not fiscal_year or panel.fiscal_year == str(fiscal_year))
        and (not table or panel.table == table)
    ]


def _panels(
    batch: ImportBatch,
    place: _Place,
    totals: dict[str, dict[str, Any]],
    recorded: _Sums | None,
    waiting: dict[str, _Sums],
) -> list[Panel]:
    """Return a panel for each amount of a table and an exercise."""
    _pk, name, year = place
    counts = totals["lines"]
    panels = []
    for column in _COLUMNS[name]:
        if column not in totals:
            continue
        told = totals[column]
        panel = Panel(batch, name, year, column, Decimal(told["file"]), counts["file"])
        panel.add("duplicates", Decimal(told["duplicates"]), counts["duplicates"])
        panel.add("aside", Decimal(told["aside"]), counts["aside"])
        if recorded:
            panel.add("attached", _euros(recorded[0][column]), recorded[1])
        for part, (cents, lines) in waiting.items():
            if part == "alone":  # facts that stand without a project are still to attach
                panel.add("attached", -_euros(cents[column]), -lines)
                part = "unattached"
            panel.add(part, _euros(cents[column]), lines)
        panels.append(panel)
    return panels


def _euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _recorded(name: str, model: Any, ids: list[int]) -> Iterable[tuple[int, int, _Sums]]:
    """Yield the batch, the exercise and the sums of what stands of the files in a ledger.

    A counter-entry of the batch on its own fact takes it out; that of a later one does not: the
    line was recorded, and the later version is of the later file.
    """
    own = Q(reverses__isnull=True) | Q(reverses__batch=F("batch"))
    rows = model._base_manager.filter(own, batch__in=ids).order_by()
    sums = {f"sum_{column}": Sum(column) for column in _COLUMNS[name]}
    counts = {
        "added": Count("pk", filter=Q(reverses__isnull=True)),
        "taken": Count("pk", filter=Q(reverses__isnull=False)),
    }
    for row in rows.values("batch", "fiscal_year").annotate(**sums, **counts):
        cents = {column: to_cents(row[f"sum_{column}"] or Decimal(0)) for column in _COLUMNS[name]}
        yield row["batch"], row["fiscal_year"], (cents, row["added"] - row["taken"])


def _waiting(ids: list[int]) -> dict[_Place, dict[str, _Sums]]:
    """Return the sums of the lines of the queue by part, in one query.

    « alone » are the facts that stand without a project and wait for one.
    """
    found: dict[_Place, dict[str, _Sums]] = defaultdict(dict)
    rows = WaitingLine.objects.filter(batch__in=ids).order_by()
    rows = rows.annotate(is_replaced=Q(replaced_by__isnull=False))
    keys = ("batch", "table", "fiscal_year", "state", "is_recorded", "is_replaced")
    sums = rows.values(*keys).annotate(own=Sum("amount"), other=Sum("cp"), lines=Count("pk"))
    for row in sums:
        part = _part(row)
        if not part:
            continue
        place = (row["batch"], row["table"], str(row["fiscal_year"]))
        amounts = {"amount": to_cents(row["own"] or Decimal(0))}
        amounts["cp"] = to_cents(row["other"] or Decimal(0))
        former, lines = found[place].get(part, ({}, 0))
        cents = {
            column: former.get(column, 0) + amounts[source]
            for column, source in _COLUMNS[row["table"]].items()
        }
        found[place][part] = (cents, lines + row["lines"])
    return found


def _part(row: dict[str, Any]) -> str:
    """Return the part of the panel of lines of the queue; empty when the ledgers tell it."""
    if row["is_recorded"]:
        waits = row["state"] == WaitingState.WAITING and not row["is_replaced"]
        return "alone" if waits else ""
    if row["is_replaced"]:
        return "replaced"
    return "aside" if row["state"] == WaitingState.SET_ASIDE else "unattached"
