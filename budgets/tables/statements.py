"""Statements of execution (domain §1.9): left to pay T5, months T7, movements T9, accruals T12.

Rows are read in a constant number of statements, whatever their number; amounts are cents TTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Cast

from budgets.enums import FREEZING_KINDS, OPENING_KINDS, MovementKind
from budgets.rules.accruals import age_band, is_still, unpaid_services
from budgets.rules.landing import still_due
from budgets.tables.perimeter import Perimeter
from common.money import to_cents

_EJ = "commitment__legal_reference"


def _sum(column: str = "amount", condition: Q | None = None) -> Any:
    return Sum(Cast(F(column), BigIntegerField()), filter=condition)


@dataclass(slots=True)
class LeftToPay:
    """A commitment and what is left to pay on it.

    `band` is the age of its last movement (BX-14); dormant: nothing moved for long (R-16).
    """

    legal_reference: str
    label: str = ""
    supplier: str = ""
    project: str | None = None
    committed: int = 0
    withdrawn: int = 0
    done: int = 0
    paid: int = 0
    due: dict[int, int] = field(default_factory=dict)
    paid_in: int = 0
    last_on: dt.date | None = None
    band: int = 0
    is_dormant: bool = False

    @property
    def left(self) -> int:
        """Committed, net of withdrawals, less paid."""
        return self.committed + self.withdrawn - self.paid

    def due_in(self, year: int) -> int:
        """Return what the schedule still expects in an exercise."""
        return self.due.get(year, 0)

    def due_after(self, year: int) -> int:
        """Return what the schedule expects after an exercise."""
        return sum(cents for due, cents in self.due.items() if due > year)


def left_to_pay(
    perimeter: Perimeter, *, day: dt.date, dormant_months: int | None
) -> list[LeftToPay]:
    """Return the commitments of a perimeter by number (T5), those with nothing left included.

    `day` is what ages are counted to. A commitment is dormant when something is left and nothing
    moved for `dormant_months`. What is due in the exercise is what its schedule expects less what
    is paid in it. Four statements.
    """
    year = perimeter.fiscal_year
    so_far = Q(fiscal_year__lte=year)
    rows: dict[str, LeftToPay] = {}
    signed = perimeter.rows("commitments").filter(so_far)
    for number, label, supplier, project, plus, minus, last_on in signed.values_list(
        "legal_reference"
    ).annotate(
        own_label=Max("label", filter=Q(amount__gt=0)), own_supplier=Max("supplier"),
        own_project=Max("project__code"), sum_plus=_sum(condition=Q(amount__gt=0)),
        sum_minus=_sum(condition=Q(amount__lt=0)), last_on=Max("committed_on"),
    ):  # fmt: skip
        rows[number] = LeftToPay(
            number, label or "", supplier or "", project, int(plus or 0), int(minus or 0),
            last_on=last_on,
        )  # fmt: skip
    for ledger, column, day_of in (
        ("services", "done", "done_on"),
        ("payments", "paid", "paid_on"),
    ):
        found = perimeter.rows(ledger).filter(so_far).values_list(_EJ)
        own = _sum(condition=Q(fiscal_year=year))
        for number, cents, of_year, last_on in found.annotate(
            sum_all=_sum(), sum_own=own, last_on=Max(day_of)
        ):
            row = rows.setdefault(number, LeftToPay(number))
            setattr(row, column, int(cents or 0))
            row.last_on = max(last_on, row.last_on or last_on)
            if ledger == "payments":
                row.paid_in = int(of_year or 0)
    _schedule(perimeter, rows)
    for row in rows.values():
        _age(row, day, dormant_months)
    return sorted(rows.values(), key=lambda row: row.legal_reference)


def _schedule(perimeter: Perimeter, rows: dict[str, LeftToPay]) -> None:
    """Give each commitment what its schedule expects, by exercise from this one on."""
    year = perimeter.fiscal_year
    expected = perimeter.rows("schedules").filter(fiscal_year__gte=year, commitment__isnull=False)
    found = expected.values_list(_EJ, "fiscal_year").annotate(sum_due=_sum())
    for number, due, cents in found:
        if number in rows:
            row = rows[number]
            row.due[due] = still_due(int(cents), row.paid_in) if due == year else int(cents)


def _age(row: LeftToPay, day: dt.date, dormant_months: int | None) -> None:
    if row.last_on is None:
        return
    row.band = age_band(row.last_on, day)
    if dormant_months is not None:
        row.is_dormant = row.left > 0 and is_still(row.last_on, day, dormant_months)


@dataclass(frozen=True, slots=True)
class Accrual:
    """A certified service that waits for its payment, or the part of it that does (T12)."""

    pk: int
    reference: str
    legal_reference: str
    supplier: str
    project: str | None
    done_on: dt.date
    certified: int
    unpaid: int
    days: int


def accruals(perimeter: Perimeter, *, day: dt.date) -> list[Accrual]:
    """Return the services that are not paid, the oldest first; two statements.

    Payments on a line of a commitment pay its services by date; advances pay none (domain §1.7).
    """
    so_far = Q(fiscal_year__lte=perimeter.fiscal_year)
    on_services = perimeter.rows("payments").filter(so_far, is_advance=False)
    paid = {
        pk: int(cents)
        for pk, cents in on_services.values_list("commitment_id").annotate(sum_paid=_sum())
    }
    columns = (
        "commitment_id", "pk", "source_reference", _EJ, "commitment__supplier",
        "commitment__project__code", "done_on", "amount",
    )  # fmt: skip
    services = _standing(perimeter.rows("services").filter(so_far))
    by_line: dict[int, list[tuple[tuple[Any, ...], int]]] = {}
    for line, *row in services.order_by("done_on", "pk").values_list(*columns):
        by_line.setdefault(line, []).append((tuple(row), to_cents(row[-1])))
    found = []
    for line, rows in by_line.items():
        for row, cents in unpaid_services(rows, paid.get(line, 0)):
            pk, reference, number, supplier, project, done_on, amount = row
            found.append(
                Accrual(
                    pk, reference, number, supplier, project, done_on,
                    to_cents(amount), cents, max((day - done_on).days, 0),
                )
            )  # fmt: skip
    return sorted(found, key=lambda row: (row.done_on, row.pk))


def _standing(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out the facts that a counter-entry takes out, and the counter-entries."""
    return rows.filter(reverses__isnull=True, reversal__isnull=True)


@dataclass(frozen=True, slots=True)
class Moved:
    """A credit movement, where it comes from and goes, and the net credits after it (T9)."""

    pk: int
    reference: str
    effective_on: dt.date
    kind: str
    legal_basis: str
    act_reference: str
    ae: int
    cp: int
    origin: str
    destination: str
    ae_after: int
    cp_after: int


def credit_moves(perimeter: Perimeter) -> list[Moved]:
    """Return the movements of an exercise by date, with the net credits after each; two
    statements.

    Net credits are what is opened less what is frozen, inside the perimeter: an allocation and a
    bill leave them as they are. The legs of an act that give name where it comes from, those that
    receive where it goes; a movement alone opens or freezes on its node.
    """
    rows = perimeter.rows("movements").filter(fiscal_year=perimeter.fiscal_year)
    columns = (
        "pk", "source_reference", "effective_on", "kind", "legal_basis", "act_reference",
        "ae", "cp", "node__code",
    )  # fmt: skip
    found = list(rows.order_by("effective_on", "pk").values_list(*columns))
    legs = _legs({row[5] for row in found if row[5]}, rows.model)
    moves, running = [], (0, 0)
    for pk, reference, on, kind, basis, act, ae, cp, node in found:
        cents = to_cents(ae), to_cents(cp)
        sign = _effect(kind)
        running = running[0] + sign * cents[0], running[1] + sign * cents[1]
        own = ("", node) if max(cents, key=abs) >= 0 else (node, "")
        given, taken = legs.get(act, own) if act else own
        moves.append(Moved(pk, reference, on, kind, basis, act, *cents, given, taken, *running))
    return moves


def _effect(kind: str) -> int:
    """Return what a movement does to net credits: opens, freezes or neither."""
    if kind in FREEZING_KINDS:
        return -1
    return 1 if MovementKind(kind) in OPENING_KINDS else 0


def _legs(acts: Iterable[str], model: Any) -> dict[str, tuple[str, str]]:
    """Return the nodes that give and those that receive, by act."""
    legs: dict[str, tuple[set[str], set[str]]] = {}
    rows = model.objects.filter(act_reference__in=set(acts)).order_by()
    for act, node, ae, cp in rows.values_list("act_reference", "node__code", "ae", "cp"):
        given, taken = legs.setdefault(act, (set(), set()))
        (given if max(ae, cp, key=abs) < 0 else taken).add(node)
    return {
        act: (", ".join(sorted(given)), ", ".join(sorted(taken)))
        for act, (given, taken) in legs.items()
    }
