"""Pages of the official tables: a layout of an exercise, its exports, the rows of each cell."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.tables.catalogue import TABLES, OfficialTable
from budgets.tables.layout import Cell
from common.models import DataOrigin
from web.budgets.asking import Asked, ask, exports_of, frame
from web.budgets.columns import EUROS
from web.budgets.tabs import tabs
from web.exports import FORMATS, export
from web.listing import ListColumn
from web.lists import address
from web.mixins import PageView

COLUMNS = (
    ListColumn("key", gettext_lazy("Cell"), lambda cell: cell.key, is_header=True),
    ListColumn("label", gettext_lazy("Line"), lambda cell: str(cell.line.label)),
    ListColumn(
        "amount", gettext_lazy("Amount"), lambda cell: cell.euros, "amount", "money", unit=EUROS
    ),
    ListColumn(
        "percent",
        gettext_lazy("Key"),
        lambda cell: cell.value if cell.line.is_share else None,
        kind="integer",
        unit="%",
    ),
    ListColumn("formula", gettext_lazy("Identity"), lambda cell: str(cell.line.formula) or None),
)


class OfficialView(PageView):
    """One official table; without an exercise, the last one that has credits."""

    section = "movements"
    template_name = "web/budgets/official.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show the table, or answer its export."""
        table, asked = asked_table(request, code)
        cells: list[Cell] = []
        if asked.perimeter is not None:
            cells = table.layout(asked.year).compute(asked.perimeter)
        if request.GET.get("format") in FORMATS and asked.perimeter is not None:
            return self.exported(table, cells, asked)
        return self.page(
            self.context(table, asked, cells), status=422 if asked.form.errors else 200
        )

    def context(self, table: OfficialTable, asked: Asked, cells: list[Cell]) -> dict[str, Any]:
        """Return what the page shows."""
        request = self.request
        return {
            **frame(request, asked),
            "table": table,
            "cells": cells,
            **tabs("official"),
            "name": "official",
            "others": [
                (other, reverse("web:official", args=[other.code]), other == table)
                for other in TABLES.values()
            ],
            "exports": exports_of(request) if cells else [],
        }

    def exported(self, table: OfficialTable, cells: list[Cell], asked: Asked) -> HttpResponseBase:
        """Answer the export of the table, with its perimeter."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        return export(
            user=self.request.user,
            name=f"official-{table.code}",
            wanted=self.request.GET["format"],
            columns=COLUMNS,
            rows=cells,
            notes=asked.notes(table.title),
            has_fictitious=asked.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def asked_table(request: HttpRequest, code: str) -> tuple[OfficialTable, Asked]:
    """Return the table and the perimeter that an address asks for; Http404 for another code."""
    if code not in TABLES:
        raise Http404
    return TABLES[code], ask(request)
