"""What the tables of the budget section are asked for: an exercise, a part of it, one origin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import CreditType
from budgets.models import NomenclatureNode
from budgets.tables.perimeter import Perimeter
from common.models import DataOrigin
from common.tabular.columns import Value
from web.budgets import selectors
from web.budgets.columns import EUROS
from web.facts import FIRST_YEAR, LAST_YEAR, default_origin, node_field, origin_counts, origin_links
from web.forms import PageForm, any_of
from web.lists import address, valid_filters

EARMARKED = {"only": True, "excluded": False}
_EARMARKED_WORDS = {
    "": gettext_lazy("earmarked funds (FdC, AdP) included"),
    "only": gettext_lazy("earmarked funds (FdC, AdP) only"),
    "excluded": gettext_lazy("earmarked funds (FdC, AdP) left out"),
}


class PerimeterForm(PageForm):
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


@dataclass(frozen=True)
class Asked:
    """What the address asks: the form, its filters, the origin, the exercise; no perimeter when
    a filter is wrong or when no exercise has credits.
    """

    form: Any
    filters: dict[str, Any]
    counts: dict[str, int]
    origin: str
    year: int
    perimeter: Perimeter | None

    @property
    def words(self) -> dict[str, str]:
        """Return the perimeter in words, for the captions of tables."""
        credit_type = self.filters.get("credit_type") or CreditType.HT2
        return {
            "credits": str(CreditType(credit_type).label),
            "earmarked": str(_EARMARKED_WORDS[self.filters.get("earmarked", "")]),
            "nomenclature": self.filters.get("nomenclature", "") or _("whole nomenclature"),
            "origin": str(DataOrigin(self.origin).label) if self.origin else "",
        }

    @property
    def caption(self) -> str:
        """Return the perimeter in one line."""
        words = self.words
        return " · ".join([words["credits"], words["earmarked"], words["nomenclature"]])

    def notes(self, title: Any, *more: tuple[str, Value]) -> list[tuple[str, Value]]:
        """Return what an export says of itself."""
        words = self.words
        return [
            (_("Table"), str(title)),
            (_("Fiscal year"), self.year),
            (_("Nomenclature"), words["nomenclature"]),
            (_("T2 or HT2"), words["credits"]),
            (_("Earmarked funds (FdC, AdP)"), words["earmarked"]),
            *more,
            (_("Data origin"), words["origin"]),
            (_("Unit"), str(EUROS)),
            (_("Source"), _("ledgers, rows in force")),
        ]


def ask(
    request: HttpRequest,
    form_class: type[PerimeterForm] = PerimeterForm,
    year_of: Callable[[str], int | None] = lambda origin: None,
) -> Asked:
    """Return the perimeter that an address asks for; without an exercise, the one that `year_of`
    gives for an origin, else the last one that has credits.
    """
    credits = selectors.movements(request.user)
    counts = origin_counts(credits)
    data = request.GET.copy()
    data.setdefault("credit_type", CreditType.HT2)
    form = form_class(data, user=request.user)
    filters = valid_filters(form)
    origin = filters.pop("origin", "") or default_origin(counts)
    year = filters.get("fiscal_year") or year_of(origin) or _last_year(credits, origin)
    perimeter = None
    if year and not data.get("fiscal_year"):
        data["fiscal_year"] = str(year)  # the form says which exercise is shown
        form.data = data
    if form.is_valid() and year:
        perimeter = _perimeter(request.user, filters, origin, year)
    return Asked(form, filters, counts, origin, year, perimeter)


def _last_year(credits: QuerySet[Any], origin: str) -> int:
    found = credits.filter(data_origin=origin).aggregate(last=Max("fiscal_year"))["last"]
    return found or 0


def _perimeter(user: Any, filters: dict[str, Any], origin: str, year: int) -> Perimeter:
    return Perimeter(
        year,
        nodes=NomenclatureNode.objects.perimeter(filters.get("nomenclature", "")),
        credit_type=filters.get("credit_type") or CreditType.HT2,
        is_earmarked=EARMARKED.get(filters.get("earmarked", "")),
        origin=origin,
        user=user,
    )


def exports_of(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the formats and addresses of the exports; none without the right."""
    if not can(request.user, Action.EXPORT, Resource.CREDIT):
        return []
    words = {"csv-fr": _("CSV (French spreadsheet)"), "xlsx": "XLSX", "ods": "ODS"}
    return [(word, address(request, format=name)) for name, word in words.items()]


def frame(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Return what every page of a perimeter shows: form, origins, freshness, query."""
    newest: dt.datetime | None = selectors.newest_record(request.user, asked.origin)
    return {
        "form": asked.form,
        "year": asked.year,
        "asked": asked,
        "query": request.GET.urlencode(),
        "origins": origin_links(request, asked.counts, asked.origin),
        "origin": asked.origin,
        "has_fictitious": asked.origin == DataOrigin.FICTITIOUS,
        "data_on": newest,
    }
