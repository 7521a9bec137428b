"""Columns of the table of execution: the same for the page and the exports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from budgets.tables.following import FollowedLine
from common.money import from_cents
from web.budgets.columns import EUROS
from web.listing import ListColumn, Text

Read = Callable[[FollowedLine], Any]


def euros(cents: int | None) -> Decimal | None:
    """Return euros from cents; None stays None."""
    return None if cents is None else from_cents(cents)


def _value(name: str) -> Read:
    return lambda line: euros(line.figures.values[name])


def _chosen(ledger: str) -> Read:
    return lambda line: euros(line.figures.chosen.get(ledger))


def _gap(ledger: str) -> Read:
    return lambda line: euros(line.figures.landing_gap(ledger))


def _money(key: str, heading: Text, read: Read, definition: Text) -> ListColumn:
    return ListColumn(
        key, heading, read, "amount", "money", unit=EUROS, definition=definition,
        level=(lambda line: "alert" if (read(line) or 0) < 0 else "") if "gap" in key else None,
    )  # fmt: skip


# The figures whose cells lead to ledger rows, in the order of the table; AE, then CP.
AE_COLUMNS = (
    _money("ae_usable", _("Net credits"), _value("ae_usable"), _("AE opened less AE frozen")),
    _money("ae_committed", _("Committed"), _value("ae_committed"), _("AE used by commitments")),
    _money(
        "ae_reserved",
        _("Reserved"),
        _value("ae_reserved"),
        _("AE set aside today"),
    ),
    _money("ae_landing", _("Landing"), _chosen("ae"), _("AE expected at 31 December")),
    _money("ae_gap", _("Gap"), _gap("ae"), _("net credits less landing")),
)
CP_COLUMNS = (
    _money("cp_usable", _("Net credits"), _value("cp_usable"), _("CP opened less CP frozen")),
    _money(
        "service_done", _("Service done"), _value("service_done"),
        _("services certified in the exercise"),
    ),
    _money("cp_paid", _("Paid"), _value("cp_paid"), _("CP used by payments")),
    _money(
        "left_to_pay", _("Left to pay"), _value("left_to_pay"),
        _("committed less paid, this exercise and the former ones"),
    ),
    _money("cp_landing", _("Landing"), _chosen("cp"), _("CP expected at 31 December")),
    _money("cp_gap", _("Gap"), _gap("cp"), _("net credits less landing")),
)  # fmt: skip
CODE = ListColumn("code", _("Code"), lambda line: line.code, is_header=True)
NAME = ListColumn("name", _("Name"), lambda line: line.name)
WITH_ROWS = frozenset(
    {"ae_usable", "ae_committed", "cp_usable", "service_done", "cp_paid", "left_to_pay"}
)


def exported_columns() -> tuple[ListColumn, ...]:
    """Return the columns of the export: the ledger stands in each heading."""
    groups = (("AE", AE_COLUMNS), ("CP", CP_COLUMNS))
    return (
        CODE,
        NAME,
        *(
            replace(column, exported_as=f"{ledger} · {column.heading}")
            for ledger, columns in groups
            for column in columns
        ),
    )
