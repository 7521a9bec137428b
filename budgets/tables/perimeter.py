"""What an official table reads: an exercise, a part of the nomenclature, a kind of credits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce, TruncMonth

from budgets.enums import CreditType
from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    ScheduledPayment,
    ServiceDone,
)

# The ledgers by name: model, and the ways from a row to its imputation.
LEDGERS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "movements": (CreditMovement, ("",)),
    "commitments": (Commitment, ("",)),
    "services": (ServiceDone, ("commitment__",)),
    "payments": (Payment, ("commitment__",)),
    "schedules": (ScheduledPayment, ("commitment__", "movement__")),
}


# Sums in cents by name, by group.
Groups = dict[tuple[Any, ...], dict[str, int]]


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
    includes (None) the FdC and AdP; `user` narrows to what a person may read; `kept` adds
    look-ups on the imputation, such as `("project_id", 5)`. Without `as_of`, facts of any date:
    a payment of January may be charged to the exercise before.
    """

    fiscal_year: int
    nodes: frozenset[int] | None = None
    credit_type: str = CreditType.HT2
    is_earmarked: bool | None = None
    origin: str = ""
    known_at: dt.datetime | None = None
    user: Any = None
    as_of: dt.date | None = None
    kept: tuple[tuple[str, Any], ...] = ()

    def rows(self, ledger: str) -> QuerySet[Any]:
        """Return the rows of a ledger inside the perimeter, of every exercise."""
        model, paths = LEDGERS[ledger]
        rows = model.objects.all()
        if self.as_of is not None:
            rows = rows.as_of(self.as_of)
        if self.known_at is not None:
            rows = rows.known_at(self.known_at)
        if self.user is not None:
            rows = rows.visible_to(self.user)
        if self.origin:
            rows = rows.filter(data_origin=self.origin)
        wanted = Q()
        for path in paths:
            there = {f"{path.removesuffix('__')}__isnull": False} if len(paths) > 1 else {}
            wanted |= Q(**self._imputed(path), **there)
        return rows.filter(wanted).order_by()

    def _imputed(self, path: str) -> dict[str, Any]:
        """Return the conditions on the imputation that a path leads to."""
        kept: dict[str, Any] = {f"{path}credit_type": self.credit_type}
        if self.nodes is not None:
            kept[f"{path}node_id__in"] = self.nodes
        if self.is_earmarked is not None:
            kept[f"{path}is_earmarked"] = self.is_earmarked
        return kept | {f"{path}{look}": value for look, value in self.kept}

    def sums(self, sources: dict[str, Source]) -> dict[str, int]:
        """Return the sums in cents, by name; one statement a ledger."""
        found: dict[str, int] = {}
        for ledger, totals in _totals(sources).items():
            got = self.rows(ledger).aggregate(**totals)
            found |= {name: int(got[name] or 0) for name in totals}
        return found

    def grouped(self, sources: dict[str, Source], by: tuple[str, ...]) -> Groups:
        """Return the sums in cents by columns of the imputation, such as `project_id`.

        One statement a ledger. A name that a group has no row of is absent from it.
        """
        return self._groups(sources, lambda ledger: {n: _through(ledger, n) for n in by})

    def monthly(self, sources: dict[str, Source]) -> Groups:
        """Return the sums in cents by month of the facts; keys are first days. One statement a
        ledger.
        """
        return self._groups(
            sources, lambda ledger: {"month": TruncMonth(LEDGERS[ledger][0].DATE_FIELD)}
        )

    def _groups(
        self, sources: dict[str, Source], keys_of: Callable[[str], dict[str, Any]]
    ) -> Groups:
        found: Groups = {}
        for ledger, totals in _totals(sources).items():
            keys = {f"key_{name}": value for name, value in keys_of(ledger).items()}
            sums = {f"sum_{name}": total for name, total in totals.items()}
            rows = self.rows(ledger).values(**keys).annotate(**sums)
            for row in rows.values_list(*keys, *sums):
                group = found.setdefault(tuple(row[: len(keys)]), {})
                for name, cents in zip(totals, row[len(keys) :], strict=True):
                    group[name] = group.get(name, 0) + int(cents or 0)
        return found


def _totals(sources: dict[str, Source]) -> dict[str, dict[str, Any]]:
    """Return the sums to ask for, by ledger and name."""
    totals: dict[str, dict[str, Any]] = {}
    for name, one in sources.items():
        total = Sum(Cast(F(one.column), BigIntegerField()), filter=one.condition)
        totals.setdefault(one.ledger, {})[name] = total
    return totals


def _through(ledger: str, column: str) -> Any:
    """Return what leads from a row of a ledger to a column of its imputation."""
    paths = [F(f"{path}{column}") for path in LEDGERS[ledger][1]]
    return paths[0] if len(paths) == 1 else Coalesce(*paths)
