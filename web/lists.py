"""The page of a list: filters, sort and page in the address; totals; exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enums import Action
from accounts.permissions import can
from common.fiscal import today
from common.models import DataOrigin
from common.tabular.columns import Value
from web.exports import FORMATS, export
from web.list_state import (
    chosen_columns,
    default_url,
    kept_parameters,
    refuse_unknown,
    views_bar,
)
from web.listing import FilterTag, ListColumn, ListHeading, Sorting, Text, cells, sorting
from web.mixins import PageView
from web.records.counts import with_documents

PAGE_SIZES = (25, 50, 100)


class ListView(PageView):
    """A list; a subclass gives its columns, its filters and its rows."""

    template_name = "web/list.html"
    name = ""
    title: Text = ""
    caption: Text = ""
    empty: Text = _("Nothing has been recorded yet.")
    columns: tuple[ListColumn, ...] = ()
    form_class: type[forms.Form]
    default_sort = ""
    resource = ""
    tabs: str = ""
    attached = ""  # the kind of object whose documents are counted in the exports

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the visible rows that the filters keep."""
        raise NotImplementedError

    def totals(self, rows: QuerySet[Any]) -> dict[str, Any]:
        """Return the totals of what is filtered, by origin."""
        return {}

    def more(self) -> dict[str, Any]:
        """Return what the template needs besides."""
        return {}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the list, or answer its export; a wrong filter gives no row, and says why."""
        opened = default_url(request)
        if opened:
            return HttpResponseRedirect(opened)
        form = self.bound_form()
        filters = valid_filters(form)
        rows = self.rows(filters) if not form.errors else self.rows({}).none()
        order = sorting(self.columns, request.GET.get("sort", ""), self.default_sort)
        rows = sorted_rows(rows, order)
        wanted = request.GET.get("format", "")
        if wanted in FORMATS and not form.errors:
            return self.exported(wanted, rows, form, filters)
        return self.page(self.context(form, filters, rows, order))

    def bound_form(self) -> forms.Form:
        """Return the filters as the address gives them; what is not a filter is said."""
        form = self.form_class(self.request.GET, **self.form_options())
        refuse_unknown(form, self.request.GET)
        return form

    @property
    def shown_columns(self) -> tuple[ListColumn, ...]:
        """Return the columns that the address asks for."""
        return chosen_columns(self.columns, self.request.GET)

    def no_match(self, count: int) -> str:
        """Say that no row has these filters."""
        return ngettext(
            "Nothing matches this filter.", "Nothing matches these %(count)s filters.", count
        ) % {"count": count}

    def form_options(self) -> dict[str, Any]:
        """Return what the form of the filters needs."""
        return {}

    def context(
        self, form: forms.Form, filters: dict[str, Any], rows: QuerySet[Any], order: Sorting
    ) -> dict[str, Any]:
        """Return the context of the page."""
        shown = page_of(self.request, rows)
        tags = filter_tags(self.request, form, filters)
        return {
            "title": self.title,
            "caption": self.caption,
            "empty": self.empty,
            "name": self.name,
            "tabs": self.tabs,
            "form": form,
            "tags": tags,
            "no_match": self.no_match(len(tags)),
            "views": views_bar(self.request),
            "columns_query": ",".join(self.request.GET.getlist("columns")),
            "kept_parameters": kept_parameters(self.request),
            "headings": headings(self.request, self.shown_columns, order),
            "all_columns": [(column, column in self.shown_columns) for column in self.columns],
            "shown": shown,
            "table": list(cells(self.shown_columns, shown.object_list)),
            "sizes": PAGE_SIZES,
            "can_export": can(self.request.user, Action.EXPORT, self.resource),
            "totals": self.totals(rows),
            **self.more(),
        }

    def exported(
        self, wanted: str, rows: QuerySet[Any], form: forms.Form, filters: dict[str, Any]
    ) -> HttpResponseBase:
        """Answer the export of everything that is filtered."""
        if not can(self.request.user, Action.EXPORT, self.resource):
            raise PermissionDenied
        notes: list[tuple[str, Value]] = [
            (str(_("List")), str(self.title)),
            (str(_("Date of the data")), today()),
        ]
        notes += [(str(label), value) for label, value in filter_words(form, filters)]
        rows, columns = self.documented(rows)
        return export(
            user=self.request.user,
            name=self.name,
            wanted=wanted,
            columns=columns,
            rows=rows.iterator(chunk_size=2000),
            notes=notes,
            has_fictitious=rows.filter(data_origin=DataOrigin.FICTITIOUS).exists()
            if has_origin(rows)
            else False,
            address_of=lambda form: address(self.request, format=form),
        )

    def documented(self, rows: QuerySet[Any]) -> tuple[QuerySet[Any], tuple[ListColumn, ...]]:
        """Return what an export writes: the columns that were chosen, or all, with documents."""
        columns = self.shown_columns
        if columns != self.columns:
            return rows, columns
        return with_documents(rows, columns, self.request.user, self.attached)


def has_origin(rows: QuerySet[Any]) -> bool:
    """Whether the rows carry a data origin."""
    return any(field.name == "data_origin" for field in rows.model._meta.get_fields())


def valid_filters(form: forms.Form) -> dict[str, Any]:
    """Return the filters that could be read; a wrong one is said on its field and ignored."""
    form.is_valid()
    return {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}


def sorted_rows(rows: QuerySet[Any], order: Sorting) -> QuerySet[Any]:
    """Sort rows, values that are absent last, ties by primary key."""
    fields = [
        F(name).desc(nulls_last=True) if order.descending else F(name).asc(nulls_last=True)
        for name in order.fields
    ]
    return rows.order_by(*fields, "pk") if fields else rows


def page_of(request: HttpRequest, rows: QuerySet[Any] | Sequence[Any]) -> Page[Any]:
    """Return the page asked for, or the nearest one."""
    wanted = request.GET.get("size", "")
    size = int(wanted) if wanted in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]
    return Paginator(rows, size).get_page(request.GET.get("page"))


def address(request: HttpRequest, **changes: str | None) -> str:
    """Return the query string with some parameters changed (None removes), back to page 1."""
    parameters = request.GET.copy()
    parameters.pop("page", None)
    for key, value in changes.items():
        if value is None:
            parameters.pop(key, None)
        else:
            parameters[key] = value
    return f"?{parameters.urlencode()}"


def filter_words(form: forms.Form, filters: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the filters in force in words: (label, value)."""
    words = []
    for name, value in filters.items():
        shown: Any = value
        field = form.fields[name]
        if isinstance(field, forms.ChoiceField):
            shown = dict(_flat(field.choices)).get(str(value), value)
        elif isinstance(value, bool):
            shown = _("yes")
        else:
            shown = form[name].data or value
        words.append((str(form.fields[name].label), str(shown)))
    return words


def _flat(choices: Any) -> list[tuple[str, Any]]:
    return [(str(key), label) for key, label in choices]


def filter_tags(request: HttpRequest, form: forms.Form, filters: dict[str, Any]) -> list[FilterTag]:
    """Return the filters in force, each with the address that removes it."""
    words = filter_words(form, filters)
    return [
        FilterTag(f"{label} : {value}", address(request, **{name: None}))
        for name, (label, value) in zip(filters, words, strict=True)
    ]


def headings(
    request: HttpRequest, columns: tuple[ListColumn, ...], order: Sorting
) -> list[ListHeading]:
    """Return the headings with their sorting links."""
    found = []
    for column in columns:
        current = order.column is column
        url = ""
        if column.order:
            down = current and not order.descending
            url = address(request, sort=f"-{column.key}" if down else column.key)
        direction = ("descending" if order.descending else "ascending") if current else ""
        found.append(ListHeading(column, url, direction))
    return found
