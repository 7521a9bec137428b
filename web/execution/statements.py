"""Statements T5, T7, T9 and T12: tables read in memory, sorted, paged and exported the same way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import MovementKind
from budgets.tables.programmed_catalogue import PROGRAMMED
from budgets.tables.statement_catalogue import STATEMENTS, Statement, StatementRows
from common.fiscal import today
from common.models import DataOrigin
from common.templatetags.amounts import month_name
from web.budgets.asking import exports_of, frame
from web.budgets.columns import EUROS
from web.budgets.tabs import tabs
from web.execution.columns import euros
from web.execution.forms import Execution, StatementForm, ask_execution
from web.exports import FORMATS, export
from web.listing import ListColumn, Text, cell
from web.lists import PAGE_SIZES, address, page_of
from web.mixins import PageView


def _money(key: str, heading: Text, read: Callable[[Any], int | None]) -> ListColumn:
    return ListColumn(key, heading, lambda row: euros(read(row)), "amount", "money", unit=EUROS)


def _to(name: str, key: str = "pk") -> Callable[[Any], str]:
    return lambda row: reverse(f"web:{name}", args=[getattr(row, key)])


def _commitments_url(row: Any) -> str:
    return f"{reverse('web:commitments')}?q={row.legal_reference}"


def _project(row: Any) -> str:
    return reverse("web:project", args=[row.project])


_EJ = ListColumn(
    "legal_reference", gettext_lazy("Commitment (EJ)"), lambda row: row.legal_reference,
    url=_commitments_url, is_header=True,
)  # fmt: skip
_SUPPLIER = ListColumn("supplier", gettext_lazy("Supplier"), lambda row: row.supplier or None)
_PROJECT = ListColumn("project", gettext_lazy("Project"), lambda row: row.project, url=_project)


def _left_columns(year: int) -> tuple[ListColumn, ...]:
    return (
        _EJ,
        ListColumn("label", gettext_lazy("Label"), lambda row: row.label or None),
        _SUPPLIER,
        _PROJECT,
        _money("committed", gettext_lazy("Committed"), lambda row: row.committed),
        _money("withdrawn", gettext_lazy("Withdrawn"), lambda row: row.withdrawn),
        _money("done", gettext_lazy("Service done"), lambda row: row.done),
        _money("paid", gettext_lazy("Paid"), lambda row: row.paid),
        _money("left", gettext_lazy("Left to pay"), lambda row: row.left),
        _money("due", _("Due in %(year)s") % {"year": year}, lambda row: row.due_in(year)),
        _money(
            "due_next", _("Due in %(year)s") % {"year": year + 1},
            lambda row: row.due_in(year + 1),
        ),
        _money(
            "due_after", _("Due in %(year)s and after") % {"year": year + 2},
            lambda row: row.due_after(year + 1),
        ),
        ListColumn(
            "last_on", gettext_lazy("Last movement"), lambda row: row.last_on, "day", "date"
        ),
        ListColumn(
            "dormant", gettext_lazy("Dormant"), lambda row: row.is_dormant,
            label=lambda row: _("dormant") if row.is_dormant else "–",
        ),
    )  # fmt: skip


def _month_columns(year: int) -> tuple[ListColumn, ...]:
    return (
        ListColumn(
            "month", gettext_lazy("Month"), lambda row: row.start, kind="date",
            label=lambda row: month_name(row.start), is_header=True,
        ),
        _money("ae_committed", gettext_lazy("AE committed"), lambda row: row.ae_committed),
        _money("service_done", gettext_lazy("Service done"), lambda row: row.service_done),
        _money("cp_planned", gettext_lazy("CP expected"), lambda row: row.cp_planned),
        _money("cp_paid", gettext_lazy("CP paid"), lambda row: row.cp_paid),
        ListColumn(
            "rate", gettext_lazy("CP paid out of CP expected"), _rate, "percent", "decimal",
        ),
        _money("landing_ae", gettext_lazy("AE landing, same pace"), lambda row: row.landing_ae),
        _money("landing_cp", gettext_lazy("CP landing, same pace"), lambda row: row.landing_cp),
    )  # fmt: skip


def _rate(month: Any) -> Decimal | None:
    return Decimal(month.cp_paid) / month.cp_planned if month.cp_planned else None


def _move_columns(year: int) -> tuple[ListColumn, ...]:
    return (
        ListColumn(
            "reference", gettext_lazy("Reference"), lambda row: row.reference,
            url=_to("credit-movement"), is_header=True,
        ),
        ListColumn("day", gettext_lazy("Date"), lambda row: row.effective_on, "day", "date"),
        ListColumn(
            "kind", gettext_lazy("Kind"), lambda row: row.kind,
            label=lambda row: MovementKind(row.kind).label,
        ),
        ListColumn("legal", gettext_lazy("Legal basis"), lambda row: row.legal_basis or None),
        _money("ae", gettext_lazy("AE"), lambda row: row.ae),
        _money("cp", gettext_lazy("CP"), lambda row: row.cp),
        ListColumn("origin", gettext_lazy("From"), lambda row: row.origin or None),
        ListColumn("destination", gettext_lazy("To"), lambda row: row.destination or None),
        _money("ae_after", gettext_lazy("AE, net credits after"), lambda row: row.ae_after),
        _money("cp_after", gettext_lazy("CP, net credits after"), lambda row: row.cp_after),
    )  # fmt: skip


def _accrual_columns(year: int) -> tuple[ListColumn, ...]:
    return (
        ListColumn(
            "reference", gettext_lazy("Service done"), lambda row: row.reference,
            url=_to("service-done"), is_header=True,
        ),
        replace(_EJ, is_header=False),
        _SUPPLIER,
        _PROJECT,
        ListColumn("done_on", gettext_lazy("Done on"), lambda row: row.done_on, "day", "date"),
        _money("certified", gettext_lazy("Certified"), lambda row: row.certified),
        _money("unpaid", gettext_lazy("Unpaid"), lambda row: row.unpaid),
        ListColumn(
            "days", gettext_lazy("Age in days"), lambda row: row.days, "number", "integer",
            unit=gettext_lazy("days"),
        ),
    )  # fmt: skip


COLUMNS: dict[str, Callable[[int], tuple[ListColumn, ...]]] = {
    "t5": _left_columns,
    "t7": _month_columns,
    "t9": _move_columns,
    "t12": _accrual_columns,
}


def switch(code: str) -> list[tuple[Any, str, bool]]:
    """Return the statements by number: title, address, whether it is the one shown."""
    pages = [(one, "statement") for one in STATEMENTS.values()]
    pages += [(one, "version_table") for one in PROGRAMMED.values()]  # type: ignore[misc]
    pages.sort(key=lambda page: int(page[0].code[1:]))
    return [
        (one.title, reverse(f"web:{name}", args=[one.code]), one.code == code)
        for one, name in pages
    ]


def totals_of(
    columns: tuple[ListColumn, ...],
    read: StatementRows,
    url_of: Callable[[str], str] = lambda key: "",
) -> list[tuple[ListColumn, Decimal | None, str]]:
    """Return the total of each column in euros, with the address of the rows behind it."""
    return [
        (column, euros(cents), url_of(column.key) if cents is not None else "")
        for column in columns
        for cents in [read.totals.get(column.key)]
    ]


class StatementView(PageView):
    """One statement of execution."""

    section = "movements"
    template_name = "web/execution/statement.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show the statement, or answer its export."""
        if code not in STATEMENTS:
            raise Http404
        statement, found = STATEMENTS[code], ask_execution(request, StatementForm)
        read = None
        if found.perimeter is not None:
            read = statement.read(found.perimeter, found.as_of or today())
        columns = COLUMNS[code](found.asked.year)
        if request.GET.get("format") in FORMATS and read is not None:
            return self.exported(statement, found, columns, read)
        context = {
            **frame(request, found.asked),
            "found": found,
            "statement": statement,
            **tabs("statements"),
            "name": "statements",
            "others": switch(code),
            "columns": columns,
        }
        if read is not None:
            context |= self.body(columns, read)
        return self.page(context, status=422 if found.asked.form.errors else 200)

    def body(self, columns: tuple[ListColumn, ...], read: StatementRows) -> dict[str, Any]:
        """Return one page of rows, the totals of all of them and the exports."""
        shown = page_of(self.request, read.rows)
        return {
            "shown": shown,
            "sizes": PAGE_SIZES,
            "rows": [[cell(column, row) for column in columns] for row in shown.object_list],
            "totals": totals_of(columns, read)[1:] if read.totals else [],
            "bands": [(label, euros(cents)) for label, cents in read.bands],
            "exports": exports_of(self.request) if read.rows else [],
        }

    def exported(
        self,
        statement: Statement,
        found: Execution,
        columns: tuple[ListColumn, ...],
        read: StatementRows,
    ) -> HttpResponseBase:
        """Answer the export of every row."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        newest: dt.datetime | None = frame(self.request, found.asked)["data_on"]
        totals = [
            (f"{_('Total')} · {column.heading}", euros(read.totals[column.key]))
            for column in columns
            if column.key in read.totals
        ]
        return export(
            user=self.request.user,
            name=f"statement-{statement.code}",
            wanted=self.request.GET["format"],
            columns=columns,
            rows=read.rows,
            notes=found.asked.notes(
                statement.title,
                (_("Month reached"), found.month_words),
                (_("Data recorded up to"), newest),
                *totals,
            ),
            has_fictitious=found.asked.origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )
