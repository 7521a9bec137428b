"""The ledger rows that add up to a cell of an official table, and their export."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.tables.catalogue import OfficialTable
from budgets.tables.layout import Cell
from budgets.tables.perimeter import Perimeter
from common.models import DataOrigin
from common.tabular.columns import Value
from web.budgets.columns import EUROS
from web.budgets.official import asked_table, exports_of
from web.exports import FORMATS, export
from web.listing import ListColumn
from web.lists import address
from web.mixins import PageView

# Beyond, the page says so: everything is in the export.
SHOWN = 500
_PAGES = {
    "movements": ("credit-movement", gettext_lazy("Credit movement"), "effective_on"),
    "commitments": ("commitment", gettext_lazy("Commitment"), "committed_on"),
    "payments": ("payment", gettext_lazy("Payment"), "paid_on"),
    "schedules": ("scheduled-payment", gettext_lazy("Scheduled payment"), "forecast_on"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a ledger with the sign that it has in the cell; euros TTC."""

    ledger: str
    pk: int
    reference: str
    day: dt.date
    fiscal_year: int
    amount: Decimal

    @property
    def url(self) -> str:
        """Return the address of the fact."""
        return reverse(f"web:{_PAGES[self.ledger][0]}", args=[self.pk])

    @property
    def label(self) -> Any:
        """Return what the row is."""
        return _PAGES[self.ledger][1]


COLUMNS = (
    ListColumn("ledger", gettext_lazy("Ledger"), lambda row: str(row.label)),
    ListColumn("reference", gettext_lazy("Reference"), lambda row: row.reference, is_header=True),
    ListColumn("day", gettext_lazy("Date"), lambda row: row.day, "day", "date"),
    ListColumn("fiscal_year", gettext_lazy("Fiscal year"), lambda row: row.fiscal_year),
    ListColumn(
        "amount", gettext_lazy("Amount"), lambda row: row.amount, "amount", "money", unit=EUROS
    ),
)


def rows_of(table: OfficialTable, key: str, perimeter: Perimeter) -> Iterator[Row]:
    """Yield the rows that add up to a cell, ledger by ledger; one query a source."""
    for sign, source in table.layout(perimeter.fiscal_year).sources_of(key):
        day = _PAGES[source.ledger][2]
        rows = perimeter.rows(source.ledger).filter(source.condition).order_by(day, "pk")
        columns = ("pk", "source_reference", day, "fiscal_year", source.column)
        for pk, reference, on, year, amount in rows.values_list(*columns).iterator(2_000):
            if amount:
                yield Row(source.ledger, pk, reference, on, year, sign * amount)


class OfficialRowsView(PageView):
    """The rows behind one cell: they add up to it."""

    section = "movements"
    template_name = "web/budgets/official_rows.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest, code: str, key: str) -> HttpResponseBase:
        """Show the rows, or answer their export."""
        table, asked = asked_table(request, code)
        if asked.perimeter is None:
            raise Http404
        cells = table.layout(asked.year).compute(asked.perimeter)
        cell = next((one for one in cells if one.key == key and not one.line.is_share), None)
        if cell is None:
            raise Http404
        rows = rows_of(table, key, asked.perimeter)
        if request.GET.get("format") in FORMATS:
            return self.exported(table, cell, rows, asked.origin)
        shown = list(itertools.islice(rows, SHOWN + 1))
        return self.page(
            {
                "table": table,
                "cell": cell,
                "year": asked.year,
                "rows": shown[:SHOWN],
                "is_cut": len(shown) > SHOWN,
                "limit": SHOWN,
                "origin": asked.origin,
                "has_fictitious": asked.origin == DataOrigin.FICTITIOUS,
                "back": f"{reverse('web:official', args=[code])}?{request.GET.urlencode()}",
                "exports": exports_of(request),
            }
        )

    def exported(
        self, table: OfficialTable, cell: Cell, rows: Iterator[Row], origin: str
    ) -> HttpResponseBase:
        """Answer the export of every row."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        notes: list[tuple[str, Value]] = [
            (_("Table"), str(table.title)),
            (_("Cell"), f"{cell.key} · {cell.line.label}"),
            (_("Amount"), cell.euros),
            (_("Data origin"), str(DataOrigin(origin).label)),
            (_("Unit"), str(EUROS)),
        ]
        return export(
            user=self.request.user,
            name=f"official-{table.code}-{cell.key}",
            wanted=self.request.GET["format"],
            columns=COLUMNS,
            rows=rows,
            notes=notes,
            has_fictitious=origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )
