"""What is open, frozen, committed, reserved, paid and available, at two dates (domain §1.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Coalesce

from budgets.models import (
    ALLOCATED,
    CONSUMING,
    FROZEN,
    OPENED,
    Commitment,
    CreditMovement,
    Payment,
    Reservation,
)
from common.money import from_cents

_RAW = BigIntegerField()


@dataclass(frozen=True, slots=True)
class Cents:
    """The sums of one exercise, in cents TTC; AE and CP apart."""

    ae_opened: int = 0
    ae_frozen: int = 0
    ae_allocated: int = 0
    ae_committed: int = 0
    ae_on_allocations: int = 0
    ae_reserved: int = 0
    cp_opened: int = 0
    cp_frozen: int = 0
    cp_paid: int = 0
    cp_reserved: int = 0

    def __add__(self, other: Cents) -> Cents:
        return Cents(*(getattr(self, name) + getattr(other, name) for name in NAMES))

    @property
    def ae_allocated_uncommitted(self) -> int:
        """AE allotted to operations and not committed on them yet."""
        return self.ae_allocated - self.ae_on_allocations

    @property
    def ae_available(self) -> int:
        """Opened, less what is frozen, allotted, committed or reserved; may be negative."""
        used = self.ae_allocated_uncommitted + self.ae_committed + self.ae_reserved
        return self.ae_opened - self.ae_frozen - used

    @property
    def cp_available(self) -> int:
        """Opened, less what is frozen or paid; may be negative.

        Reserved CP are told apart: a reservation bears on AE (domain §1.5).
        """
        return self.cp_opened - self.cp_frozen - self.cp_paid

    @property
    def cp_left(self) -> int:
        """CP available less those that decisions set aside."""
        return self.cp_available - self.cp_reserved

    def euros(self, name: str) -> Decimal:
        """Return a sum, or what derives from them, in euros."""
        return from_cents(getattr(self, name))


NAMES = tuple(field.name for field in fields(Cents))
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Which rows are read: an exercise, the facts dated up to `as_of`, recorded by `known_at`.

    Without `as_of`, the whole exercise: a payment of January may be charged to it. Without
    `known_at`, all that is recorded.
    `is_earmarked` keeps or leaves out the FdC and AdP; reservations are never on them.
    `user` narrows to what a person may read; `None` reads everything, for a decision that must
    count all. `origin` is the data origin: totals never mix two.
    """

    fiscal_year: int
    as_of: dt.date | None = None
    known_at: dt.datetime | None = None
    user: Any = None
    origin: str = ""
    nodes: frozenset[int] | None = None
    is_earmarked: bool | None = None

    def facts(self, model: Any, path: str = "") -> QuerySet[Any]:
        """Return the rows of a ledger; `path` leads from it to its imputation."""
        rows = model.objects.all()
        if self.as_of is not None:
            rows = rows.as_of(self.as_of)
        if self.known_at is not None:
            rows = rows.known_at(self.known_at)
        if self.user is not None:
            rows = rows.visible_to(self.user)
        if self.is_earmarked is not None:
            rows = rows.filter(**{f"{path}is_earmarked": self.is_earmarked})
        return self._narrowed(rows, path)

    def reservations(self) -> QuerySet[Any]:
        """Return the reservations pending now: what was set aside in the past is not kept."""
        rows = Reservation.objects.pending()
        if self.is_earmarked:
            rows = rows.none()
        if self.user is not None:
            rows = rows.visible_to(self.user)
        return self._narrowed(rows, "")

    def _narrowed(self, rows: QuerySet[Any], path: str) -> QuerySet[Any]:
        rows = rows.filter(fiscal_year=self.fiscal_year)
        if self.origin:
            rows = rows.filter(data_origin=self.origin)
        if self.nodes is not None:
            rows = rows.filter(**{f"{path}node_id__in": self.nodes})
        return rows.order_by()


def sums_by(reading: Reading, *by: str) -> dict[Key, Cents]:
    """Return the sums of an exercise by columns of the imputation, such as `node_id`.

    One statement, whatever the number of nodes: the four tables are grouped in the database and
    joined there by UNION ALL. The keys are tuples in the order of `by`.
    """
    moved = _grouped(
        reading.facts(CreditMovement), by, "",
        ae_opened=("ae", OPENED), ae_frozen=("ae", FROZEN), ae_allocated=("ae", ALLOCATED),
        cp_opened=("cp", OPENED), cp_frozen=("cp", FROZEN),
    )  # fmt: skip
    committed = _grouped(
        reading.facts(Commitment).filter(CONSUMING), by, "",
        ae_committed=("amount", Q()), ae_on_allocations=("amount", Q(tranche__isnull=False)),
    )  # fmt: skip
    paid = _grouped(
        reading.facts(Payment, "commitment__"), by, "commitment__", cp_paid=("amount", Q())
    )
    reserved = _grouped(
        reading.reservations(), by, "", ae_reserved=("ae", Q()), cp_reserved=("cp", Q())
    )
    found: dict[Key, Cents] = {}
    for row in moved.union(committed, paid, reserved, all=True):
        key, cents = tuple(row[: len(by)]), Cents(*map(int, row[len(by) :]))
        found[key] = found[key] + cents if key in found else cents
    return found


def _grouped(
    rows: QuerySet[Any], by: tuple[str, ...], path: str, **sums: tuple[str, Q]
) -> QuerySet[Any, Any]:
    """Return the groups of a ledger, with every sum of `Cents`; those of other ledgers are 0."""
    totals: dict[str, Any] = {name: Value(0, output_field=_RAW) for name in NAMES}
    for name, (amount, condition) in sums.items():
        total = Sum(Cast(F(amount), _RAW), filter=condition or None)
        totals[name] = Coalesce(total, Value(0), output_field=_RAW)
    known = {field.attname for field in rows.model._meta.concrete_fields} if not path else set(by)
    keys = {
        # A reservation names no axis: it counts among what names none.
        f"key_{index}": F(f"{path}{column}") if column in known else Value(None, _RAW)
        for index, column in enumerate(by)
    }
    grouped = rows.values(**keys).annotate(**{f"sum_{name}": totals[name] for name in NAMES})
    listed: QuerySet[Any, Any] = grouped.values_list(*keys, *(f"sum_{name}" for name in NAMES))
    return listed


def total(parts: Iterable[Cents]) -> Cents:
    """Return the sum of some sums."""
    found = Cents()
    for part in parts:
        found = found + part
    return found
