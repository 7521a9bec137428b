"""Lists of figures: one data origin at a time, totals of what is filtered, wrong filters said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Aggregate, Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action
from accounts.permissions import can
from common.folding import folded_q
from common.models import DataOrigin
from common.tabular.columns import Value
from projects.models import PortfolioNode, Project
from web.exports import FORMATS, export
from web.forms import FilterForm, any_of
from web.list_state import default_url
from web.listing import ListColumn, Sorting, Text, sorting
from web.lists import ListView, address, filter_words, sorted_rows, valid_filters

FIRST_YEAR, LAST_YEAR = 1900, 2199
ORIGIN = "data_origin"
# A feed of figures that brought nothing for longer is said to be old.
FRESH_DAYS = 7


class OneOriginForm(FilterForm):
    """Filters of a list of figures; no origin given means the one that the list proposes.

    `conditions` gives the look-up of each plain filter, `search` the columns that `q` looks in.
    """

    conditions: Mapping[str, str] = {}
    search: tuple[str, ...] = ()

    origin = forms.ChoiceField(
        required=False, choices=DataOrigin.choices, widget=forms.HiddenInput, label=_("Data origin")
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        self.user = user
        super().__init__(data)

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that the filters keep."""
        plain = {look: filters[name] for name, look in self.conditions.items() if name in filters}
        wanted = Q(**plain)
        if "q" in filters:
            wanted &= folded_q(filters["q"], *self.search)
        return rows.filter(wanted)


class OfProjectForm(OneOriginForm):
    """Filters of what hangs on a project; codes that the person cannot read are unknown."""

    project = forms.CharField(label=_("Project code"), required=False, max_length=40)
    node = forms.ChoiceField(label=_("Portfolio node"), required=False)

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        nodes = PortfolioNode.objects.visible_to(user).order_by("code")
        self.fields["node"] = node_field(_("Portfolio node"), nodes)

    def clean_project(self) -> str:
        """Refuse a code that names no visible project."""
        code: str = self.cleaned_data["project"]
        if code and not Project.objects.visible_to(self.user).filter(code=code).exists():
            raise ValidationError(_("No project that you can read has this code."))
        return code


def node_field(label: Any, nodes: QuerySet[Any]) -> forms.ChoiceField:
    """Return the filter by node of a tree; one query."""
    named = [(code, f"{code} · {name}") for code, name in nodes.values_list("code", "name")]
    return forms.ChoiceField(label=label, required=False, choices=any_of(named))


@dataclass(frozen=True)
class OriginLink:
    """An origin that has visible rows: its words, its number of rows, its address."""

    origin: str
    label: Text
    count: int
    url: str
    current: bool


def origin_counts(rows: QuerySet[Any]) -> dict[str, int]:
    """Return the number of rows of each origin; one query."""
    counted = rows.order_by().values_list("data_origin").annotate(Count("pk", distinct=True))
    return {str(origin): int(count) for origin, count in counted}


def default_origin(counts: Mapping[str, int]) -> str:
    """Return the origin with most rows that is not published; published, failing that."""
    own = {origin: n for origin, n in counts.items() if origin != DataOrigin.PUBLISHED}
    if own:
        return max(sorted(own), key=lambda origin: own[origin])
    return DataOrigin.PUBLISHED if counts else DataOrigin.OPERATIONAL


def origin_links(request: HttpRequest, counts: Mapping[str, int], current: str) -> list[OriginLink]:
    """Return the switch between the origins that have visible rows, and the one in force."""
    return [
        OriginLink(
            origin,
            DataOrigin(origin).label,
            counts.get(origin, 0),
            address(request, origin=origin),
            origin == current,
        )
        for origin in sorted({*counts, current})
    ]


class FactListView(ListView):
    """A list of rows of one data origin."""

    template_name = "web/facts.html"
    form_class: type[OneOriginForm]
    moment = "recorded_at"
    source: Text = ""
    unit: Text = _("euros, TTC")
    nouns: Text = ""

    def visible(self) -> QuerySet[Any]:
        """Return the rows that the person may read."""
        raise NotImplementedError

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return the totals: name, words, aggregate."""
        return {}

    def keep(self, form: forms.Form, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that the filters of the list keep."""
        return form.keep(rows, filters)  # type: ignore[attr-defined, no-any-return]

    def form_options(self) -> dict[str, Any]:
        """Give the form its person."""
        return {"user": self.request.user}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the list, or answer its export; a wrong filter gives no row, and says why."""
        opened = default_url(request)
        if opened:
            return HttpResponseRedirect(opened)
        form = self.bound_form()
        filters = valid_filters(form)
        self.counts = origin_counts(self.visible())
        self.origin = filters.pop("origin", "") or default_origin(self.counts)
        rows = self.visible().filter(data_origin=self.origin)
        rows = rows.none() if form.errors else self.keep(form, rows, filters)
        order = sorting(self.columns, request.GET.get("sort", ""), self.default_sort)
        rows = sorted_rows(rows, order)
        if request.GET.get("format") in FORMATS and not form.errors:
            return self.exported(request.GET["format"], rows, form, filters)
        return self.page(self.context(form, filters, rows, order))

    def context(
        self, form: forms.Form, filters: dict[str, Any], rows: QuerySet[Any], order: Sorting
    ) -> dict[str, Any]:
        """Return the context of the page; the totals are read in one query."""
        found = super().context(form, filters, rows, order)
        return {
            **found,
            "days_old": self.days_old(found["totals"].get("data_on")),
            "origins": origin_links(self.request, self.counts, self.origin),
            "origin": self.origin,
            "has_fictitious": self.origin == DataOrigin.FICTITIOUS,
            "first_use": not self.counts,
            "unit": self.unit,
            "source": self.source,
            "nouns": self.nouns,
        }

    def totals(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """Return the totals of what is filtered, and the date of the last row recorded."""
        sums = self.sums()
        asked = {name: aggregate for name, (_label, aggregate) in sums.items()}
        found = rows.order_by().aggregate(data_on=Max(self.moment), **asked)
        lines = [(label, found[name] or 0) for name, (label, _sum) in sums.items()]
        return {"lines": lines, "data_on": found["data_on"]}

    def days_old(self, newest: dt.datetime | None) -> int:
        """Return the age of operational data in days when it is too old to be trusted, else 0."""
        if newest is None or self.origin != DataOrigin.OPERATIONAL:
            return 0
        age = (timezone.now() - newest).days
        return age if age > FRESH_DAYS else 0

    def exported(
        self, wanted: str, rows: QuerySet[Any], form: forms.Form, filters: dict[str, Any]
    ) -> HttpResponseBase:
        """Answer the export of everything that is filtered, with its notes."""
        if not can(self.request.user, Action.EXPORT, self.resource):
            raise PermissionDenied
        newest: dt.datetime | None = self.totals(rows)["data_on"]
        notes: list[tuple[str, Value]] = [
            (str(_("List")), str(self.title)),
            (str(_("Data recorded up to")), newest),
            (str(_("Data origin")), str(DataOrigin(self.origin).label)),
            (str(_("Unit")), str(self.unit)),
            (str(_("Source")), str(self.source)),
            *((label, value) for label, value in filter_words(form, filters)),
        ]
        rows, columns = self.documented(rows)
        return export(
            user=self.request.user,
            name=self.name,
            wanted=wanted,
            columns=exported_columns(columns),
            rows=rows.iterator(chunk_size=2000),
            notes=notes,
            has_fictitious=self.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def exported_columns(columns: tuple[ListColumn, ...]) -> tuple[ListColumn, ...]:
    """Name the column of origin in exports by its code, the same in every language and API."""
    return tuple(replace(c, heading=ORIGIN) if c.key == ORIGIN else c for c in columns)


def origin_column() -> ListColumn:
    """Return the column that says where each row comes from."""
    return ListColumn(
        ORIGIN,
        _("Data origin"),
        lambda row: row.data_origin,
        label=lambda row: DataOrigin(row.data_origin).label,
        definition=_("operational, published or fictitious; totals never mix two origins"),
    )
