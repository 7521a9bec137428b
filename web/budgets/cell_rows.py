"""The ledger rows that add up to a figure, and their export: the same for every table."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.tables.perimeter import Perimeter, Source
from common.models import DataOrigin
from common.tabular.columns import Value
from web.budgets.asking import exports_of
from web.budgets.columns import EUROS
from web.exports import FORMATS, export
from web.listing import ListColumn
from web.lists import address
from web.mixins import PageView

# Beyond, the page says so: everything is in the export.
SHOWN = 500
_PAGES = {
    "movements": ("credit-movement", gettext_lazy("Credit movement"), "effective_on"),
    "commitments": ("commitment", gettext_lazy("Commitment"), "committed_on"),
    "services": ("service-done", gettext_lazy("Service done"), "done_on"),
    "payments": ("payment", gettext_lazy("Payment"), "paid_on"),
    "programming": ("programming-lines", gettext_lazy("Line of the programming"), ""),
    "schedules": ("scheduled-payment", gettext_lazy("Scheduled payment"), "forecast_on"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a ledger with the sign that it has in the figure; euros TTC."""

    ledger: str
    pk: int
    reference: str
    day: dt.date
    fiscal_year: int
    amount: Decimal
    version_id: int | None = None

    @property
    def url(self) -> str:
        """Return the address of the fact, or of the line in those of its version."""
        if self.version_id is not None:
            lines = reverse("web:programming-lines", args=[self.version_id])
            return f"{lines}?{urlencode({'q': self.reference})}"
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


def rows_of(sources: Iterable[tuple[int, Source]], perimeter: Perimeter) -> Iterator[Row]:
    """Yield the rows that add up to a figure, source by source; one query a source."""
    for sign, source in sources:
        day = _PAGES[source.ledger][2]
        rows = perimeter.rows(source.ledger).filter(source.condition).order_by(day, "pk")
        columns = ("pk", "source_reference", day, "fiscal_year", source.column)
        for pk, reference, on, year, amount in rows.values_list(*columns).iterator(2_000):
            if amount:
                yield Row(source.ledger, pk, reference, on, year, sign * amount)


@dataclass(frozen=True)
class Found:
    """A figure and what is behind it: its amount in euros, its rows, where it was read."""

    key: str
    label: Any
    amount: Decimal | None
    rows: Iterator[Row]
    table: Any
    year: int
    origin: str
    back: str
    export_name: str
    notes: tuple[tuple[str, Value], ...] = ()


class CellRowsView(PageView):
    """The rows behind one figure: they add up to it."""

    section = "movements"
    template_name = "web/budgets/cell_rows.html"
    needs = (Action.READ, Resource.CREDIT)

    def found(self, request: HttpRequest, **where: str) -> Found:
        """Return the figure that the address names; raises Http404."""
        raise NotImplementedError

    def get(self, request: HttpRequest, **where: str) -> HttpResponseBase:
        """Show the rows, or answer their export."""
        found = self.found(request, **where)
        if request.GET.get("format") in FORMATS:
            return self.exported(found)
        shown = list(itertools.islice(found.rows, SHOWN + 1))
        return self.page(
            {
                "found": found,
                "rows": shown[:SHOWN],
                "is_cut": len(shown) > SHOWN,
                "limit": SHOWN,
                "origin": found.origin,
                "has_fictitious": found.origin == DataOrigin.FICTITIOUS,
                "exports": exports_of(request),
            }
        )

    def exported(self, found: Found) -> HttpResponseBase:
        """Answer the export of every row."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        notes: list[tuple[str, Value]] = [
            (_("Table"), str(found.table)),
            (_("Cell"), f"{found.key} · {found.label}" if found.key else str(found.label)),
            (_("Amount"), found.amount),
            *found.notes,
            (_("Data origin"), str(DataOrigin(found.origin).label)),
            (_("Unit"), str(EUROS)),
        ]
        return export(
            user=self.request.user,
            name=found.export_name,
            wanted=self.request.GET["format"],
            columns=COLUMNS,
            rows=found.rows,
            notes=notes,
            has_fictitious=found.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )
