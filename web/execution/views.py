"""The page of execution: figures, curves, table, landings; and the rows behind each amount."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import LandingMethod
from budgets.tables.following import (
    DEFAULT_METHOD,
    Figures,
    FollowedLine,
    choices_of,
    follow,
    follow_months,
    narrowed,
)
from budgets.tables.monitoring import monitoring_layout
from common.models import DataOrigin
from common.templatetags.amounts import day, percent
from web.budgets.asking import exports_of, frame
from web.budgets.cell_rows import CellRowsView, Found, rows_of
from web.budgets.tabs import tabs
from web.execution.charts import months_chart
from web.execution.columns import AE_COLUMNS, CP_COLUMNS, WITH_ROWS, euros
from web.execution.columns import exported_columns as columns_exported
from web.execution.forms import BY, CLOSING, Execution, ask_execution, month_words
from web.exports import FORMATS, export
from web.listing import ListCell, cell
from web.lists import address
from web.mixins import PageView

NONE = "-"  # the line of what names nothing, in addresses


@dataclass(frozen=True)
class Card:
    """A figure above the fold, and the rows behind it."""

    key: str
    label: Any
    value: Decimal | None
    detail: str
    url: str
    level: str = ""


class ExecutionView(PageView):
    """Where the exercise is, and where it lands."""

    section = "movements"
    template_name = "web/execution/index.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the exercise at the end of a month, or answer its export."""
        found = ask_execution(request)
        if found.perimeter is None:
            return self.page(self.head(found), status=422 if found.asked.form.errors else 200)
        lines, whole = follow(found.perimeter, found.by, found.months)
        if request.GET.get("format") in FORMATS:
            return self.exported(found, lines)
        return self.page({**self.head(found), **self.body(found, lines, whole)})

    def head(self, found: Execution) -> dict[str, Any]:
        """Return what the page shows even when there is nothing to read."""
        return {
            **frame(self.request, found.asked),
            "found": found,
            **tabs("execution"),
            "name": "execution",
            "can_deposit": can(self.request.user, Action.IMPORT, Resource.LEDGER),
        }

    def body(self, found: Execution, lines: list[FollowedLine], whole: Figures) -> dict[str, Any]:
        """Return the figures, the curves, the table and the landings."""
        assert found.perimeter is not None
        months = follow_months(found.perimeter)
        where = " · ".join([found.month_words, found.asked.caption])
        total = FollowedLine(_("Total"), None, whole)
        return {
            "cards": cards(self.request, found, whole),
            "months_chart": months_chart(months, whole, reached=found.months, where=where),
            "axis": dict(BY)[found.by],
            "groups": (("AE", AE_COLUMNS), ("CP", CP_COLUMNS)),
            "lines": [self.line(found, line, f"r-{n}") for n, line in enumerate(lines, 1)],
            "total": self.line(found, total, "r-total", is_total=True),
            "landings": landings(whole),
            "choices": list(choices_of(found.perimeter).values()),
            "month_links": month_links(self.request, found),
            "exports": exports_of(self.request),
            "gap_url": _with(self.request, "web:execution_gap"),
        }

    def line(
        self, found: Execution, line: FollowedLine, row_id: str, *, is_total: bool = False
    ) -> dict[str, Any]:
        """Return the cells of a line, each with the address of the rows behind it."""
        shown: list[tuple[ListCell, str]] = []
        for column in (*AE_COLUMNS, *CP_COLUMNS):
            url = ""
            if column.key in WITH_ROWS:
                url = rows_url(self.request, column.key, None if is_total else line.code or NONE)
            shown.append((cell(column, line), url))
        landing = ""
        if found.by == "project" and line.code and not is_total:
            landing = _with(self.request, "web:execution_landing", line.code)
        return {
            "row_id": row_id,
            "code": line.code,
            "name": line.name,
            "cells": shown,
            "landing_url": landing,
        }

    def exported(self, found: Execution, lines: list[FollowedLine]) -> HttpResponseBase:
        """Answer the export of the table."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        newest = frame(self.request, found.asked)["data_on"]
        return export(
            user=self.request.user,
            name="execution",
            wanted=self.request.GET["format"],
            columns=columns_exported(),
            rows=lines,
            notes=found.asked.notes(
                _("Budget execution"),
                (_("Month reached"), found.month_words),
                (_("Lines"), str(dict(BY)[found.by])),
                (_("Data recorded up to"), newest),
            ),
            has_fictitious=found.asked.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def _with(request: HttpRequest, name: str, *args: str) -> str:
    """Return the address of a page with the same perimeter."""
    query = request.GET.urlencode()
    return reverse(name, args=args) + (f"?{query}" if query else "")


def rows_url(request: HttpRequest, figure: str, code: str | None) -> str:
    """Return the address of the rows behind a figure, of a line or of the whole."""
    query = request.GET.copy()
    query.pop("format", None)
    if code is not None:
        query["line"] = code
    return f"{reverse('web:execution_rows', args=[figure])}?{query.urlencode()}"


def cards(request: HttpRequest, found: Execution, whole: Figures) -> list[Card]:
    """Return the four figures above the fold."""
    values = whole.values
    gap = whole.landing_gap("cp")
    return [
        Card(
            "ae_committed", _("AE committed"), euros(values["ae_committed"]),
            _share(values["ae_committed"], values["ae_usable"]),
            rows_url(request, "ae_committed", None),
            _level(values["ae_usable"] - values["ae_committed"]),
        ),
        Card(
            "cp_paid", _("CP paid"), euros(values["cp_paid"]),
            _share(values["cp_paid"], values["cp_usable"]),
            rows_url(request, "cp_paid", None),
            _level(values["cp_usable"] - values["cp_paid"]),
        ),
        Card(
            "left_to_pay", _("Left to pay"), euros(values["left_to_pay"]),
            _("on the commitments of every exercise"),
            rows_url(request, "left_to_pay", None),
        ),
        Card(
            "landing", _("Landing of CP at 31 December"), euros(whole.chosen.get("cp", 0)),
            _("net credits less landing: see the explanation of the gap"),
            _with(request, "web:execution_gap"),
            "" if gap is None else _level(gap),
        ),
    ]  # fmt: skip


def _share(part: int, whole: int) -> str:
    if whole <= 0:
        return _("no net credits")
    return _("%(share)s of net credits") % {"share": percent(Decimal(part) / Decimal(whole))}


def _level(left: int) -> str:
    return "alert" if left < 0 else ""


def landings(whole: Figures) -> list[dict[str, Any]]:
    """Return the methods side by side, then what the projects chose; euros TTC."""
    rows = []
    for method in (LandingMethod.LINEAR, LandingMethod.SCHEDULES):
        found = {ledger: whole.landings.get((ledger, method), 0) for ledger in ("ae", "cp")}
        rows.append(
            {
                "label": method.label,
                "is_default": method == DEFAULT_METHOD,
                "ae": euros(found["ae"]),
                "cp": euros(found["cp"]),
            }
        )
    chosen = {ledger: euros(whole.chosen.get(ledger, 0)) for ledger in ("ae", "cp")}
    rows.append({"label": _("chosen, project by project"), "is_chosen": True, **chosen})
    return rows


def month_links(request: HttpRequest, found: Execution) -> dict[str, Any]:
    """Return the months before and after, and all of them by name."""

    def to(month: int) -> tuple[str, str]:
        return address(request, month=str(month)), month_words(found.asked.year, month)

    return {
        "before": to(found.month - 1) if found.month > 1 else None,
        "after": to(found.month + 1) if found.month < CLOSING else None,
    }


class ExecutionRowsView(CellRowsView):
    """The ledger rows behind a figure of execution, for a line or for the whole."""

    def found(self, request: HttpRequest, **where: str) -> Found:
        """Return the figure that the address names; Http404 for another."""
        figure, execution = where["figure"], ask_execution(request)
        if execution.perimeter is None or figure not in WITH_ROWS:
            raise Http404
        layout = monitoring_layout(execution.asked.year)
        line, perimeter = request.GET.get("line", ""), execution.perimeter
        if line:
            try:
                perimeter = narrowed(perimeter, execution.by, None if line == NONE else line)
            except KeyError as error:
                raise Http404 from error
        cell = next(one for one in layout.compute(perimeter) if one.key == figure)
        back = request.GET.copy()
        back.pop("line", None)
        until = day(execution.as_of) if execution.as_of else execution.month_words
        return Found(
            key="" if not line else (_("none") if line == NONE else line),
            label=cell.line.label,
            amount=cell.euros,
            rows=rows_of(layout.sources_of(figure), perimeter),
            table=_("Budget execution"),
            year=execution.asked.year,
            origin=execution.asked.origin,
            back=f"{reverse('web:execution')}?{back.urlencode()}",
            export_name=f"execution-{figure}",
            notes=(
                (_("Facts dated up to"), until),
                (_("Perimeter"), execution.asked.caption),
            ),
        )
