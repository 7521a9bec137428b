"""The queue of the lines to attach: their list, one of them, what is decided of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Aggregate, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.enums import CreditType, WaitingReason, WaitingState, WaitingTable
from budgets.models import MatchingRule, WaitingLine
from budgets.services.attaching import attach_by_rule, attach_line, take_line_back
from budgets.services.suggestions import Suggestion, needs_of, suggest
from common.exceptions import DomainError
from common.templatetags.amounts import day, number
from records.importing.cells import CellFault, CellReader
from records.importing.schema import Field, load_schemas
from web.budgets.columns import EUROS, money, project, year
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm, origin_column
from web.forms import PageForm, any_of
from web.imports.words import title_of
from web.listing import ListColumn, Text, cells
from web.mixins import PageView, ServiceFormView

READ = (Action.READ, Resource.LEDGER)
ATTACH = (Action.IMPORT, Resource.LEDGER)
# How many suggestions stand above the list; the others are folded.
_SHOWN = 5
_OTHER_STATES = [choice for choice in WaitingState.choices if choice[0] != WaitingState.WAITING]


def page_of(row: Any) -> str:
    """Return the address of a line."""
    return reverse("web:waiting_line", args=[row.pk])


def reasons_of(row: Any) -> str:
    """Return why a line waits, in words."""
    return ", ".join(str(WaitingReason(reason).label) for reason in row.reasons)


def _suggestion(row: Any) -> Suggestion | None:
    found: list[Suggestion] = getattr(row, "suggestions", [])
    return found[0] if found else None


COLUMNS = (
    ListColumn(
        "source_reference",
        gettext_lazy("Source reference"),
        lambda row: row.source_reference,
        url=page_of,
        order=("source_reference",),
        is_header=True,
    ),
    ListColumn(
        "table",
        gettext_lazy("Ledger"),
        lambda row: row.table,
        order=("table",),
        label=lambda row: row.get_table_display(),
    ),
    ListColumn("reasons", gettext_lazy("Why it waits"), reasons_of),
    ListColumn(
        "state",
        gettext_lazy("State"),
        lambda row: row.state,
        order=("state",),
        label=lambda row: row.get_state_display(),
    ),
    year(),
    ListColumn(
        "node",
        gettext_lazy("Nomenclature"),
        lambda row: row.node.code if row.node else None,
        order=("node__code",),
    ),
    project(lambda row: row.project, "project__code"),
    money("amount", gettext_lazy("Amount"), gettext_lazy("AE for a credit movement")),
    money("cp", gettext_lazy("CP"), gettext_lazy("payment credits of a credit movement")),
    ListColumn(
        "suggestion",
        gettext_lazy("Suggestion"),
        lambda row: found.words if (found := _suggestion(row)) else None,
        definition=gettext_lazy("where the line most likely goes, as the page explains"),
    ),
    ListColumn("batch", gettext_lazy("Import"), lambda row: row.batch.code, order=("batch",)),
    ListColumn(
        "line",
        gettext_lazy("Line"),
        lambda row: row.source_line,
        show="number",
        kind="integer",
        order=("source_line",),
    ),
    origin_column(),
)


class QueueFilterForm(OneOriginForm):
    """Filters of the lines to attach; those that wait, unless another state is asked for."""

    search = ("source_reference", "commitment_reference", "node__code", "project__code")
    conditions = {"table": "table", "fiscal_year": "fiscal_year", "batch": "batch__code"}

    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        # Those that wait, unless another state is asked for.
        choices=[("", WaitingState.WAITING.label), *_OTHER_STATES, ("all", gettext_lazy("all"))],
    )
    table = forms.ChoiceField(
        label=gettext_lazy("Ledger"), required=False, choices=any_of(WaitingTable.choices)
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )
    batch = forms.CharField(label=gettext_lazy("Import"), required=False, max_length=40)

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the lines that the filters keep."""
        kept = super().keep(rows, filters)
        state = filters.get("state") or WaitingState.WAITING
        return kept if state == "all" else kept.filter(state=state)


class QueueView(FactListView):
    """Lines of extracts whose imputation is not known."""

    section = "movements"
    template_name = "web/budgets/attaching.html"
    name = "waiting_lines"
    tabs = "budget"
    needs = READ
    resource = Resource.LEDGER
    title = gettext_lazy("Lines to attach")
    nouns = gettext_lazy("Lines")
    caption = gettext_lazy("Lines of extracts whose imputation is not known; AE, CP of a movement")
    source = gettext_lazy("imports that keep lines waiting")
    unit = EUROS
    moment = "batch__imported_at"
    columns = COLUMNS
    form_class = QueueFilterForm
    default_sort = "source_reference"
    empty = gettext_lazy(
        "No line waits: an import that is told to keep the lines of unknown imputation fills it."
    )

    def visible(self) -> QuerySet[Any]:
        """Return the visible lines."""
        rows = WaitingLine.objects.all().visible_to(self.request.user).in_force()
        return rows.select_related("node", "project", "batch", "rule")

    def sums(self) -> dict[str, tuple[Text, Aggregate]]:
        """Return what is shown, AE of the movements and the other amounts apart."""
        moves = Q(table=WaitingTable.MOVEMENTS)
        return {
            "ae": (_("AE of credit movements"), Sum("amount", filter=moves)),
            "cp": (_("CP of credit movements"), Sum("cp")),
            "committed": (
                _("AE of commitments"),
                Sum("amount", filter=Q(table=WaitingTable.COMMITMENTS)),
            ),
            "paid": (_("CP paid"), Sum("amount", filter=Q(table=WaitingTable.PAYMENTS))),
        }

    def context(self, *args: Any) -> dict[str, Any]:
        """Add the suggestions of the lines of the page."""
        found = super().context(*args)
        rows = [row for row in found["shown"].object_list if row.state == WaitingState.WAITING]
        suggestions = suggest(rows, self.request.user)
        for row in rows:
            row.suggestions = suggestions[row.pk]
        found["table"] = list(cells(self.shown_columns, found["shown"].object_list))
        suggested = [(row, row.suggestions[0]) for row in rows if row.suggestions]
        found["suggested"], found["suggested_more"] = suggested[:_SHOWN], suggested[_SHOWN:]
        return found

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, the rules that hold for lines of the queue."""
        return {
            **tabs("waiting_lines"),
            "may_attach": can(self.request.user, *ATTACH),
            "reads_rules": can(self.request.user, Action.READ, Resource.MATCHING_RULE),
        }


class TargetForm(PageForm):
    """Where a line goes: the codes of what it needs."""

    node = forms.CharField(
        label=gettext_lazy("Node of the nomenclature (code)"), max_length=40, required=False
    )
    project = forms.CharField(label=gettext_lazy("Project code"), max_length=40, required=False)
    commitment = forms.CharField(
        label=gettext_lazy("Commitment (source reference)"), max_length=80, required=False
    )

    def __init__(self, data: Any = None, *, line: WaitingLine) -> None:
        super().__init__(data)
        needs = needs_of(line) or {"project"}
        for name in list(self.fields):
            if name not in needs:
                del self.fields[name]


class LineView(ServiceFormView):
    """One line: what it says, why it waits, where it may go; the form attaches it."""

    section = "movements"
    template_name = "web/budgets/waiting_line.html"
    needs = READ

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the line, or refuse: unseen is 404, a refused verb 403."""
        if not can(request.user, *READ):
            raise PermissionDenied
        self.row = visible_line(request, kwargs["pk"])
        if request.method == "POST" and not may_attach(request.user, self.row):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return TargetForm(data, line=self.row)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Attach it, by the rule that suggested it if it was one."""
        told = self.request.POST.get("rule", "")
        rules = MatchingRule.objects.all().visible_to(self.request.user)
        rule = rules.filter(pk=int(told)).first() if told.isdecimal() and len(told) < 10 else None
        return attach_line(actor=self.request.user, line_id=self.row.pk, target=cleaned, rule=rule)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the queue."""
        message = _("%(reference)s is attached.") % {"reference": result.source_reference}
        return message, reverse("web:waiting_lines")

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Show the line and its suggestions."""
        row = self.row
        waits = row.state == WaitingState.WAITING
        may = may_attach(self.request.user, row)
        return {
            "row": row,
            "values": [(title_of(label), text) for label, text in _labelled(row)],
            "reasons": reasons_of(row),
            "suggestions": suggest([row], self.request.user)[row.pk] if waits else [],
            "may_attach": waits and may,
            "may_detach": row.state == WaitingState.ATTACHED and may,
            "decisions": row.decisions.select_related("actor", "rule"),
            "may_take_back": row.state == WaitingState.SET_ASIDE and may,
            "may_rule": can(self.request.user, Action.CREATE, Resource.MATCHING_RULE),
            "has_fictitious": row.data_origin == "fictitious",
        }


def visible_line(request: HttpRequest, pk: int) -> WaitingLine:
    """Return a line in force that the person may read; Http404 otherwise."""
    rows = WaitingLine.objects.all().visible_to(request.user).in_force()
    rows = rows.select_related("batch", "node", "project", "rule", "closed_by")
    found: WaitingLine = get_object_or_404(rows, pk=pk)
    return found


def may_attach(user: Any, row: WaitingLine) -> bool:
    """Whether `user` may decide on this line."""
    return WaitingLine.objects.all().allowing(user, Action.IMPORT).filter(pk=row.pk).exists()


def _labelled(row: WaitingLine) -> list[tuple[str, str]]:
    """Return what a line says where it says something, by the titles of its columns."""
    schema = load_schemas()[row.table]
    filled = [(schema.field(name), text) for name, text in row.values.items() if text]
    return [(field.title, _in_words(field, text)) for field, text in filled]


def _in_words(field: Field, text: str) -> str:
    """Return a text that a line keeps as people write it: a day, an amount, yes or no."""
    try:
        value = CellReader(field).read(text)
    except CellFault:
        return text
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return number(value, 2)
    if isinstance(value, dt.date):
        return day(value)
    return str(dict(CreditType.choices).get(text, text))


class LineActionView(PageView):
    """A decision on a line without a form."""

    section = "movements"
    needs = ATTACH

    def act(self, row: WaitingLine) -> str:
        """Do it; return what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the right, decide, come back to the line."""
        row = visible_line(request, pk)
        if not may_attach(request.user, row):
            raise PermissionDenied
        try:
            messages.success(request, self.act(row))
        except (DomainError, ValidationError) as error:
            words = error.messages[0] if isinstance(error, ValidationError) else str(error)
            messages.error(request, words)
            record_event(actor=request.user, verb="refused", detail={"line": row.pk})
        return HttpResponseRedirect(page_of(row))


class TakeBackView(LineActionView):
    """Have a line that was set aside wait again."""

    def act(self, row: WaitingLine) -> str:
        """Take it back."""
        take_line_back(actor=self.request.user, line_id=row.pk)
        return _("The line waits again.")


class ApplyRuleView(PageView):
    """Attach every line that a rule holds for."""

    section = "movements"
    needs = ATTACH

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Attach them, and tell how many, and which were refused."""
        rules = MatchingRule.objects.all().visible_to(request.user)
        rule = get_object_or_404(rules.select_related("node", "project"), code=code, state="open")
        try:
            done = attach_by_rule(actor=request.user, rule=rule)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            count = len(done.lines)
            words = ngettext("%(count)d line is attached.", "%(count)d lines are attached.", count)
            messages.success(request, words % {"count": count})
            for why in sorted(set(done.refused.values()))[:5]:
                messages.error(request, why)
        return HttpResponseRedirect(reverse("web:matching_rule", args=[rule.code]))


def total_of(lines: list[WaitingLine]) -> Decimal:
    """Return the sum of the amounts of lines, euros TTC."""
    return sum((line.amount for line in lines), Decimal(0))
