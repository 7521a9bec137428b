"""The tables of a version of the programming by code (domain §1.9): T1, T2, T3, T6, T8."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from budgets.models import ProgrammingVersion
from budgets.tables.needs import (
    initial_of,
    need_figures,
    needs,
    report,
    report_day,
    report_figures,
    report_perimeter,
)
from budgets.tables.perimeter import Perimeter
from budgets.tables.programmed import Figures, Sums, TableRow
from budgets.tables.statement_catalogue import StatementRows
from budgets.tables.synthesis import synthesis, synthesis_figures
from budgets.tables.timetable import main_acts, timetable

Read = Callable[[Perimeter, ProgrammingVersion, dt.date], tuple[list[TableRow], Sums]]


@dataclass(frozen=True, slots=True)
class VersionTable:
    """A table of a version: its code and title, how it is read, and the figures of its rows.

    `words` and `cents` are the names of what each row says, and of its amounts, in their order.
    A figure of `figures` leads to the rows that add up to it; the others have none.
    """

    code: str
    title: Any
    words: tuple[str, ...]
    cents: tuple[str, ...]
    read_rows: Read
    figures: Callable[[ProgrammingVersion], Figures] | None = None
    is_report: bool = False

    def perimeter(self, perimeter: Perimeter, version: ProgrammingVersion) -> Perimeter:
        """Return what is read for a version: a management report has the day of its own data."""
        return report_perimeter(perimeter, version) if self.is_report else perimeter

    def former(self, version: ProgrammingVersion) -> ProgrammingVersion | None:
        """Return the version that the table compares with, if any."""
        return initial_of(version) if self.is_report else None

    def data_on(self, version: ProgrammingVersion, day: dt.date) -> dt.date:
        """Return the day of the data of the table."""
        return report_day(version).data_on if self.is_report else day

    def read(
        self, perimeter: Perimeter, version: ProgrammingVersion, day: dt.date
    ) -> StatementRows:
        """Return the rows of a version that the reader sees, and their totals in cents TTC."""
        rows, totals = self.read_rows(perimeter, version, day)
        known = {name: cents for name in self.cents if (cents := totals.get(name)) is not None}
        return StatementRows(rows, known)


def _both(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}_{ledger}" for name in names for ledger in ("ae", "cp"))


_YEARS = tuple(f"{ledger}_{rank}" for ledger in ("ae", "cp") for rank in range(4))
PROGRAMMED: Mapping[str, VersionTable] = {
    table.code: table
    for table in (
        VersionTable(
            "t1", _("T1 · Synthesis of the programming"),
            ("level", "code", "name"),
            _both("lfi", "frozen", "usable", "programmed", "gap"),
            lambda perimeter, version, day: synthesis(perimeter, version),
            synthesis_figures,
        ),
        VersionTable(
            "t2", _("T2 · Needs and means by project"),
            ("code", "name"),
            (
                *_both("requested", "granted"), "programmed_ae_0", "programmed_cp_0",
                *_both("executed", "landing"),
                *(f"programmed_{one}_{rank}" for rank in (1, 2, 3) for one in ("ae", "cp")),
                "cp_compulsory", "cp_unavoidable", "cp_new", "cp_others",
            ),
            lambda perimeter, version, day: needs(perimeter, version),
            need_figures,
        ),
        VersionTable(
            "t3", _("T3 · Commitments and acts by year"),
            ("kind", "legal_reference", "label", "supplier", "project"),
            ("opening", *_YEARS, "closing"),
            lambda perimeter, version, day: timetable(perimeter, version),
        ),
        VersionTable(
            "t6", _("T6 · Main acts of the exercise"),
            ("label", "procedure", "supplier", "project", "month", "needs_visa", "status"),
            ("ae", "cp"),
            main_acts,
        ),
        VersionTable(
            "t8", _("T8 · Management report (CRG)"),
            ("kind", "code", "name", "comment", "risk"),
            _both("initial", "updated", "executed", "landing", "gap"),
            lambda perimeter, version, day: report(perimeter, version),
            report_figures,
            is_report=True,
        ),
    )
}  # fmt: skip
