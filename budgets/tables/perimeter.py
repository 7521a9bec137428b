"""What an official table reads: an exercise, a part of the nomenclature, a kind of credits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast

from budgets.enums import CreditType
from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    ScheduledPayment,
)

# The ledgers by name: model, and the ways from a row to its imputation.
LEDGERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "movements": (CreditMovement, ("",)),
    "commitments": (Commitment, ("",)),
    "payments": (Payment, ("commitment__",)),
    "schedules": (ScheduledPayment, ("commitment__", "movement__")),
}


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a ledger that add up to a figure: a condition, and the column summed."""

    ledger: str
    column: str
    condition: Q


@dataclass(frozen=True, slots=True)
class Perimeter:
    """The rows that a table reads.

    `nodes` are ids of the nomenclature (None: all of it); `is_earmarked` keeps, leaves out or
    includes (None) the FdC and AdP; `user` narrows to what a person may read.
    """

    fiscal_year: int
    nodes: frozenset[int] | None = None
    credit_type: str = CreditType.HT2
    is_earmarked: bool | None = None
    origin: str = ""
    known_at: dt.datetime | None = None
    user: Any = None

    def rows(self, ledger: str) -> QuerySet[Any]:
        """Return the rows of a ledger inside the perimeter, of every exercise."""
        model, paths = LEDGERS[ledger]
        rows = model.objects.all()
        if self.known_at is not None:
            rows = rows.known_at(self.known_at)
        if self.user is not None:
            rows = rows.visible_to(self.user)
        if self.origin:
            rows = rows.filter(data_origin=self.origin)
        kept = Q()
        for path in paths:
            kept |= Q(**self._imputed(path))
        return rows.filter(kept).order_by()

    def _imputed(self, path: str) -> dict[str, Any]:
        """Return the conditions on the imputation that a path leads to."""
        kept: dict[str, Any] = {f"{path}credit_type": self.credit_type}
        if self.nodes is not None:
            kept[f"{path}node_id__in"] = self.nodes
        if self.is_earmarked is not None:
            kept[f"{path}is_earmarked"] = self.is_earmarked
        return kept

    def sums(self, sources: dict[str, Source]) -> dict[str, int]:
        """Return the sums in cents, by name; one statement a ledger."""
        found: dict[str, int] = {}
        for ledger in dict.fromkeys(source.ledger for source in sources.values()):
            wanted = {name: one for name, one in sources.items() if one.ledger == ledger}
            totals = {
                name: Sum(Cast(F(one.column), BigIntegerField()), filter=one.condition)
                for name, one in wanted.items()
            }
            got = self.rows(ledger).aggregate(**totals)
            found |= {name: int(got[name] or 0) for name in wanted}
        return found
