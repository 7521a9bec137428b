"""Pages of the official tables: a layout of an exercise, its exports, the rows of each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import CreditType
from budgets.models import NomenclatureNode
from budgets.tables.catalogue import TABLES, OfficialTable
from budgets.tables.layout import Cell
from budgets.tables.perimeter import Perimeter
from common.models import DataOrigin
from common.tabular.columns import Value
from web.budgets import selectors
from web.budgets.columns import EUROS
from web.budgets.tabs import tabs
from web.exports import FORMATS, export
from web.facts import FIRST_YEAR, LAST_YEAR, default_origin, node_field, origin_counts, origin_links
from web.forms import PageForm, any_of
from web.listing import ListColumn
from web.lists import address, valid_filters
from web.mixins import PageView

EARMARKED = {"only": True, "excluded": False}
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
    ListColumn("formula", gettext_lazy("Identity"), lambda cell: cell.line.formula or None),
)


class OfficialForm(PageForm):
    """The perimeter of a table."""

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )
    nomenclature = forms.ChoiceField(label=gettext_lazy("Nomenclature"), required=False)
    credit_type = forms.ChoiceField(
        label=gettext_lazy("T2 or HT2"), required=False, choices=CreditType.choices
    )
    earmarked = forms.ChoiceField(
        label=gettext_lazy("Earmarked funds (FdC, AdP)"),
        required=False,
        choices=any_of(
            [("only", gettext_lazy("only these")), ("excluded", gettext_lazy("left out"))]
        ),
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("Data origin"),
        required=False,
        choices=DataOrigin.choices,
        widget=forms.HiddenInput,
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        nodes = NomenclatureNode.objects.visible_to(user).order_by("code")
        self.fields["nomenclature"] = node_field(gettext_lazy("Nomenclature"), nodes)


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
            return self.exported(table, cells, asked.perimeter, asked.filters)
        return self.page(
            self.context(table, asked, cells), status=422 if asked.form.errors else 200
        )

    def context(self, table: OfficialTable, asked: Asked, cells: list[Cell]) -> dict[str, Any]:
        """Return what the page shows."""
        request, filters, origin = self.request, asked.filters, asked.origin
        newest = selectors.newest_record(request.user, origin)
        return {
            "table": table,
            "form": asked.form,
            "year": asked.year,
            "cells": cells,
            "query": request.GET.urlencode(),
            "credit_label": CreditType(filters.get("credit_type") or CreditType.HT2).label,
            "node": filters.get("nomenclature", ""),
            "earmarked": filters.get("earmarked", ""),
            "tab_links": tabs(),
            "name": "official",
            "others": [
                (other, reverse("web:official", args=[other.code]), other == table)
                for other in TABLES.values()
            ],
            "origins": origin_links(request, asked.counts, origin),
            "origin": origin,
            "has_fictitious": origin == DataOrigin.FICTITIOUS,
            "data_on": newest,
            "exports": exports_of(request) if cells else [],
        }

    def exported(
        self, table: OfficialTable, cells: list[Cell], perimeter: Any, filters: dict[str, Any]
    ) -> HttpResponseBase:
        """Answer the export of the table, with its perimeter."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        earmarked = {None: _("included"), True: _("only these"), False: _("left out")}
        notes: list[tuple[str, Value]] = [
            (_("Table"), str(table.title)),
            (_("Fiscal year"), perimeter.fiscal_year),
            (_("Nomenclature"), filters.get("nomenclature", "") or _("everything")),
            (_("T2 or HT2"), str(CreditType(perimeter.credit_type).label)),
            (_("Earmarked funds (FdC, AdP)"), earmarked[perimeter.is_earmarked]),
            (_("Data origin"), str(DataOrigin(perimeter.origin).label)),
            (_("Unit"), str(EUROS)),
            (_("Source"), _("ledgers, rows in force")),
        ]
        return export(
            user=self.request.user,
            name=f"official-{table.code}",
            wanted=self.request.GET["format"],
            columns=COLUMNS,
            rows=cells,
            notes=notes,
            has_fictitious=perimeter.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


@dataclass(frozen=True)
class Asked:
    """What the address asks: the form, its filters, the origin, the exercise; no perimeter when
    a filter is wrong or when no exercise has credits.
    """

    form: OfficialForm
    filters: dict[str, Any]
    counts: dict[str, int]
    origin: str
    year: int
    perimeter: Perimeter | None


def asked_table(request: HttpRequest, code: str) -> tuple[OfficialTable, Asked]:
    """Return the table and the perimeter that an address asks for; Http404 for another code."""
    if code not in TABLES:
        raise Http404
    credits = selectors.movements(request.user)
    counts = origin_counts(credits)
    data = request.GET.copy()
    data.setdefault("credit_type", CreditType.HT2)
    form = OfficialForm(data, user=request.user)
    filters = valid_filters(form)
    origin = filters.pop("origin", "") or default_origin(counts)
    last = credits.filter(data_origin=origin).aggregate(last=Max("fiscal_year"))["last"]
    year = filters.get("fiscal_year") or last or 0
    perimeter = None
    if year and not data.get("fiscal_year"):
        data["fiscal_year"] = str(year)  # the form says which exercise is shown
        form.data = data
    if form.is_valid() and year:
        perimeter = _perimeter(request.user, filters, origin, year)
    return TABLES[code], Asked(form, filters, counts, origin, year, perimeter)


def exports_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the formats and addresses of the exports; none without the right."""
    if not can(request.user, Action.EXPORT, Resource.CREDIT):
        return []
    words = {"csv-fr": _("CSV (French spreadsheet)"), "xlsx": "XLSX", "ods": "ODS"}
    return [(word, address(request, format=name)) for name, word in words.items()]


def _perimeter(user: Any, filters: dict[str, Any], origin: str, year: int) -> Perimeter:
    return Perimeter(
        year,
        nodes=NomenclatureNode.objects.perimeter(filters.get("nomenclature", "")),
        credit_type=filters.get("credit_type") or CreditType.HT2,
        is_earmarked=EARMARKED.get(filters.get("earmarked", "")),
        origin=origin,
        user=user,
    )
