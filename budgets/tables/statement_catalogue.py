"""The statements of execution by code (domain §1.9): rows, and totals to the cent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from budgets.enums import RuleCode
from budgets.models import BudgetRule
from budgets.tables.following import follow_months
from budgets.tables.perimeter import Perimeter
from budgets.tables.statements import accruals, credit_moves, left_to_pay

BANDS = (
    _("less than a year"),
    _("one to two years"),
    _("two to three years"),
    _("three years and more"),
)


@dataclass(frozen=True, slots=True)
class StatementRows:
    """The rows of a statement, and the totals of its columns in cents TTC.

    `bands` are what is left to pay by age of its last movement (BX-14).
    """

    rows: Sequence[Any]
    totals: dict[str, int] = field(default_factory=dict)
    bands: Sequence[tuple[Any, int]] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement: its code and title, and how it is read for a perimeter and a day."""

    code: str
    title: Any
    read: Callable[[Perimeter, dt.date], StatementRows]


def dormant_months(day: dt.date) -> int | None:
    """Return for how many months nothing moves on a dormant commitment: rule R-16 of a day.

    None when no such rule is in force: nothing is dormant then.
    """
    rule = BudgetRule.objects.in_force(day).filter(code=RuleCode.DORMANT).first()
    return int(rule.parameters["months"]) if rule else None


def _left(perimeter: Perimeter, day: dt.date) -> StatementRows:
    months = dormant_months(day)
    rows = [row for row in left_to_pay(perimeter, day=day, dormant_months=months) if row.left]
    year = perimeter.fiscal_year
    names = ("committed", "withdrawn", "done", "paid", "left")
    totals = {name: sum(getattr(row, name) for row in rows) for name in names}
    totals |= {
        "due": sum(row.due_in(year) for row in rows),
        "due_next": sum(row.due_in(year + 1) for row in rows),
        "due_after": sum(row.due_after(year + 1) for row in rows),
    }
    bands = [sum(row.left for row in rows if row.band == band) for band in range(len(BANDS))]
    return StatementRows(rows, totals, list(zip(BANDS, bands, strict=True)))


def _months(perimeter: Perimeter, day: dt.date) -> StatementRows:
    return StatementRows(follow_months(perimeter))


def _moves(perimeter: Perimeter, day: dt.date) -> StatementRows:
    rows = credit_moves(perimeter)
    return StatementRows(rows, {name: sum(getattr(r, name) for r in rows) for name in ("ae", "cp")})


def _accruals(perimeter: Perimeter, day: dt.date) -> StatementRows:
    rows = accruals(perimeter, day=day)
    names = ("certified", "unpaid")
    return StatementRows(rows, {name: sum(getattr(row, name) for row in rows) for name in names})


STATEMENTS = {
    statement.code: statement
    for statement in (
        Statement("t5", _("T5 · Left to pay"), _left),
        Statement("t7", _("T7 · Monthly execution"), _months),
        Statement("t9", _("T9 · Credit movements"), _moves),
        Statement("t12", _("T12 · Accrued unpaid"), _accruals),
    )
}
