"""The reconciliation panel: each import, what its file adds up to, and what became of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import WaitingTable
from budgets.selectors.reconciliation import (
    PARTS,
    Panel,
    batches_to_reconcile,
    kept,
    reconcile,
)
from common.fiscal import today
from web.budgets.columns import EUROS
from web.budgets.tabs import tabs
from web.exports import FORMATS, export
from web.facts import FIRST_YEAR, LAST_YEAR
from web.forms import PageForm, any_of
from web.listing import ListColumn
from web.lists import address
from web.mixins import PageView

_PAGE = 25
_WORDS = {"ae": gettext_lazy("AE"), "cp": gettext_lazy("CP"), "amount": gettext_lazy("amount")}
_LEDGER = {
    WaitingTable.COMMITMENTS: gettext_lazy("AE"),
    WaitingTable.PAYMENTS: gettext_lazy("CP"),
}
_PART_WORDS = {
    "attached": gettext_lazy("Attached"),
    "unattached": gettext_lazy("To attach"),
    "duplicates": gettext_lazy("Duplicates"),
    "aside": gettext_lazy("Set aside"),
    "replaced": gettext_lazy("Replaced by a later import"),
}


def ledger_of(panel: Panel) -> str:
    """Return what the amount of a panel is: AE, CP, or an amount that is neither."""
    if panel.column == "amount":
        return str(_LEDGER.get(WaitingTable(panel.table), _WORDS["amount"]))
    return str(_WORDS[panel.column])


def _part(part: str) -> ListColumn:
    return ListColumn(
        part,
        _PART_WORDS[part],
        lambda panel: panel.amounts[part],
        show="amount",
        kind="money",
        unit=EUROS,
    )


COLUMNS = (
    ListColumn("batch", gettext_lazy("Import"), lambda panel: panel.batch.code, is_header=True),
    ListColumn("source", gettext_lazy("Source"), lambda panel: panel.batch.source),
    ListColumn(
        "imported_at",
        gettext_lazy("Imported at"),
        lambda panel: panel.batch.imported_at,
        show="moment",
        kind="datetime",
    ),
    ListColumn("table", gettext_lazy("Ledger"), lambda panel: str(WaitingTable(panel.table).label)),
    ListColumn("fiscal_year", gettext_lazy("Fiscal year"), lambda panel: panel.fiscal_year),
    ListColumn("column", pgettext_lazy("AE or CP", "Credits"), ledger_of),
    ListColumn(
        "lines",
        gettext_lazy("Lines"),
        lambda panel: panel.total_lines,
        show="number",
        kind="integer",
    ),
    ListColumn(
        "total",
        gettext_lazy("Total of the source"),
        lambda panel: panel.total,
        show="amount",
        kind="money",
        unit=EUROS,
    ),
    *[_part(part) for part in PARTS],
    ListColumn(
        "gap",
        gettext_lazy("Gap"),
        lambda panel: panel.gap,
        show="amount",
        kind="money",
        unit=EUROS,
        definition=gettext_lazy("total of the source less the parts: 0,00 € when it closes"),
    ),
)


class PanelForm(PageForm):
    """Filters of the panel."""

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )
    table = forms.ChoiceField(
        label=gettext_lazy("Ledger"), required=False, choices=any_of(WaitingTable.choices)
    )
    source = forms.CharField(label=gettext_lazy("Source"), required=False, max_length=200)


class ReconciliationView(PageView):
    """Total of the source = attached + to attach + duplicates + set aside + replaced."""

    section = "movements"
    template_name = "web/budgets/reconciliation.html"
    needs = (Action.READ, Resource.IMPORT_BATCH)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse who reads no ledger: the panel tells their amounts."""
        if not can(request.user, Action.READ, Resource.LEDGER):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Show the panel, or answer its export."""
        form = PanelForm(request.GET)
        filters = form.cleaned_data if form.is_valid() else {}
        batches = batches_to_reconcile(request.user)
        if filters.get("source"):
            batches = batches.filter(source__icontains=filters["source"])
        if form.errors:
            batches = batches.none()
        wanted = {"fiscal_year": filters.get("fiscal_year"), "table": filters.get("table", "")}
        if request.GET.get("format") in FORMATS and not form.errors:
            return self.exported(request.GET["format"], kept(reconcile(batches), **wanted))
        page = Paginator(batches, _PAGE).get_page(request.GET.get("page"))
        panels = kept(reconcile(page.object_list), **wanted)
        context = {
            "form": form,
            "shown": page,
            "panels": [(panel, ledger_of(panel), parts_of(panel)) for panel in panels],
            "parts": [_PART_WORDS[part] for part in PARTS],
            "gap": sum((abs(panel.gap) for panel in panels), Decimal(0)),
            "unattached": sum(panel.lines["unattached"] for panel in panels),
            "queue_url": reverse("web:waiting_lines"),
            **tabs("reconciliation"),
            "name": "reconciliation",
            "is_first_use": not form.has_changed() and not page.paginator.count,
            "today": today(),
            "exports": self.exports() if panels else [],
            "tables": dict(WaitingTable.choices),
        }
        return self.page(context, status=422 if form.errors else 200)

    def exports(self) -> list[tuple[str, str]]:
        """Return the formats and addresses of the exports; none without the right."""
        if not can(self.request.user, Action.EXPORT, Resource.LEDGER):
            return []
        words = {"csv-fr": _("CSV (French spreadsheet)"), "xlsx": "XLSX", "ods": "ODS"}
        return [(word, address(self.request, format=name)) for name, word in words.items()]

    def exported(self, wanted: str, panels: list[Panel]) -> HttpResponseBase:
        """Answer the export of every import that is filtered."""
        if not can(self.request.user, Action.EXPORT, Resource.LEDGER):
            raise PermissionDenied
        return export(
            user=self.request.user,
            name="reconciliation",
            wanted=wanted,
            columns=COLUMNS,
            rows=panels,
            notes=[
                (_("Table"), _("Reconciliation")),
                (_("Date of the data"), today()),
                (_("Unit"), str(EUROS)),
                (_("Source"), _("control totals of the imports, ledgers, lines to attach")),
            ],
            has_fictitious=False,
            address_of=lambda form: address(self.request, format=form),
        )


def parts_of(panel: Panel) -> list[tuple[str, Decimal, int]]:
    """Return the parts of a panel: name, amount, number of lines."""
    return [(part, panel.amounts[part], panel.lines[part]) for part in PARTS]
