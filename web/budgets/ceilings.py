"""Pages of the ceilings of the programming: their list, one of them, a proposal, its decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.selectors import record_edits
from budgets.enums import CEILING_KINDS, CeilingMode, CeilingState, CreditType
from budgets.models import BudgetCeiling, NomenclatureNode, ProgrammingVersion
from budgets.services.budget_ceilings import attest_ceiling, propose_ceiling, refuse_ceiling
from budgets.tables.ceilings import compared
from common.fiscal import today
from common.models import DataOrigin
from common.money import from_cents
from web.budgets.ceiling_columns import COLUMNS, ceiling_page, margin_columns, margin_of
from web.budgets.columns import EUROS
from web.budgets.exercise_forms import WhyForm
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm
from web.fields import AmountField, DayField
from web.forms import PageForm, VersionedForm, any_of
from web.mixins import PageView, ServiceFormView
from web.owned.history import labelled

READ = (Action.READ, Resource.CREDIT)


class CeilingFilterForm(OneOriginForm):
    """Filters of the ceilings."""

    search = ("node__code", "node__name", "reason")
    conditions = {"fiscal_year": "fiscal_year", "state": "state", "mode": "mode"}

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=any_of(CeilingState.choices)
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("Beyond it"), required=False, choices=any_of(CeilingMode.choices)
    )
    in_force_on = DayField(
        label=gettext_lazy("In force on"), required=False, help_text=gettext_lazy("DD/MM/YYYY")
    )

    version = forms.ModelChoiceField(
        label=gettext_lazy("Compared with the version"),
        queryset=ProgrammingVersion.objects.none(),
        required=False,
        empty_label=gettext_lazy("of record"),
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        self.fields["version"].queryset = ProgrammingVersion.objects.visible_to(user)  # type: ignore[attr-defined]

    def keep(self, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows that the filters keep."""
        kept: Any = super().keep(rows, filters)
        day = filters.get("in_force_on")
        found: QuerySet[Any] = kept.in_force(day) if day else kept
        return found


class CeilingsView(FactListView):
    """What may be programmed, by node and year."""

    section = "movements"
    name = "ceilings"
    tabs = "budget"
    needs = READ
    resource = Resource.CREDIT
    title = gettext_lazy("Ceilings of the programming")
    nouns = gettext_lazy("Ceilings")
    caption = gettext_lazy("AE and CP that a node may programme in a year, all below it included")
    source = gettext_lazy("ceilings proposed and attested in the product")
    unit = EUROS
    moment = "updated_at"
    columns = COLUMNS
    form_class = CeilingFilterForm
    default_sort = "-fiscal_year"
    empty = gettext_lazy("No ceiling is set: a programming is compared with none.")

    def keep(self, form: forms.Form, rows: QuerySet[Any], filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows kept; where a version programmes, show what it leaves."""
        known = compared(self.request.user, filters.get("version"))
        if known.versions:
            # After the amounts: what is left of them.
            self.columns = (*COLUMNS[:6], *margin_columns(known), *COLUMNS[6:])
        return super().keep(form, rows, filters)

    def visible(self) -> QuerySet[Any]:
        """Return the visible ceilings."""
        return BudgetCeiling.objects.visible_to(self.request.user).select_related("node")

    def days_old(self, newest: Any) -> int:
        """A ceiling is not fed: it does not grow old."""
        return 0

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a proposal."""
        create = can(self.request.user, Action.CREATE, Resource.CREDIT)
        return {
            **tabs(self.name),
            "create_url": reverse("web:ceiling_create") if create else "",
            "create_label": _("Propose a ceiling"),
        }


def may(user: Any, action: str, row: BudgetCeiling) -> bool:
    """Whether `user` may do `action` on this ceiling."""
    return BudgetCeiling.objects.all().allowing(user, action).filter(pk=row.pk).exists()


class CeilingView(PageView):
    """One ceiling: who proposed it and why, who decided, what stood there before and after."""

    section = "movements"
    template_name = "web/budgets/ceiling.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the ceiling."""
        rows = BudgetCeiling.objects.visible_to(request.user)
        row = get_object_or_404(rows.select_related("node", "proposed_by", "decided_by"), pk=pk)
        there = {name: getattr(row, name) for name in ("node_id", "fiscal_year", "credit_type")}
        found = margin_of(row, compared(request.user))
        waits = row.state == CeilingState.PROPOSED and row.proposed_by_id != request.user.pk
        return self.page(
            {
                "row": row,
                "margin": found
                and {
                    "version": found[0],
                    "figures": [
                        (label, from_cents(programmed), from_cents(left))
                        for label, programmed, left in (
                            (_("AE left"), found[1].ae, found[1].ae_left),
                            (_("CP left"), found[1].cp, found[1].cp_left),
                        )
                    ],
                },
                "others": rows.filter(**there).exclude(pk=pk).select_related("proposed_by"),
                "may_decide": waits and may(request.user, Action.VALIDATE, row),
                "may_propose": may(request.user, Action.CREATE, row),
                "has_fictitious": row.data_origin == DataOrigin.FICTITIOUS,
            }
        )


class ProposeForm(PageForm):
    """What a node may programme in a year, and why."""

    node: forms.ModelChoiceField[NomenclatureNode] = forms.ModelChoiceField(
        label=gettext_lazy("Nomenclature"),
        queryset=NomenclatureNode.objects.none(),
        to_field_name="code",
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=1990, max_value=2100
    )
    credit_type = forms.ChoiceField(label=gettext_lazy("T2 or HT2"), choices=CreditType.choices)
    ae = AmountField(label=gettext_lazy("AE (euros, TTC)"))
    cp = AmountField(label=gettext_lazy("CP (euros, TTC)"))
    mode = forms.ChoiceField(
        label=gettext_lazy("Beyond it"),
        choices=CeilingMode.choices,
        help_text=gettext_lazy("warn: it is told; block: it is refused"),
    )
    reason = forms.CharField(label=gettext_lazy("Reason or source"), max_length=300)

    def __init__(self, data: Any = None, *, user: Any, former: BudgetCeiling | None) -> None:
        initial: dict[str, Any] = {"fiscal_year": today().year, "credit_type": CreditType.HT2}
        if former is not None:
            names = ("fiscal_year", "credit_type", "ae", "cp", "mode")
            initial = {name: getattr(former, name) for name in names}
            initial["node"] = former.node.code
        super().__init__(data, initial=initial)
        nodes = NomenclatureNode.objects.all().holding(user, Action.CREATE, Resource.CREDIT)
        kept = nodes.filter(kind__in=CEILING_KINDS).order_by("code")
        self.fields["node"].queryset = kept  # type: ignore[attr-defined]


class ProposeView(ServiceFormView):
    """Propose a ceiling; `?de=` names the one that it would replace."""

    section = "movements"
    template_name = "web/owned/form.html"
    needs = (Action.CREATE, Resource.CREDIT)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, filled with the ceiling to change if there is one."""
        wanted = self.request.GET.get("de", "")
        rows = BudgetCeiling.objects.visible_to(self.request.user).select_related("node")
        # SQLite stores no number of more than 18 digits.
        is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= 18
        former = rows.filter(pk=wanted).first() if is_number else None
        return ProposeForm(data, user=self.request.user, former=former)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Propose it."""
        return propose_ceiling(actor=self.request.user, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Show the proposal."""
        told = _("The ceiling %(number)s is proposed: somebody else attests it.")
        return told % {"number": result.number}, ceiling_page(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Propose a ceiling"),
            "submit": _("Propose"),
            "list_url": reverse("web:ceilings"),
            "words": {"list": _("Ceilings of the programming")},
        }


class DecideView(ServiceFormView):
    """Attest a proposal, or refuse it with a reason."""

    section = "movements"
    template_name = "web/owned/form.html"
    refuses = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the ceiling, or refuse: unseen is 404, a refused verb 403."""
        if not can(request.user, Action.VALIDATE, Resource.CREDIT):
            raise PermissionDenied
        rows = BudgetCeiling.objects.visible_to(request.user)
        self.row = get_object_or_404(rows, pk=kwargs["pk"])
        if not may(request.user, Action.VALIDATE, self.row):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        form_class = WhyForm if self.refuses else VersionedForm
        return form_class(data, initial={"version": self.row.version})

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Decide on it."""
        service: Any = refuse_ceiling if self.refuses else attest_ceiling
        return service(
            actor=self.request.user,
            ceiling_id=self.row.pk,
            expected_version=cleaned.pop("version"),
            **cleaned,
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the ceiling."""
        return _("Saved."), ceiling_page(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        title = _("Refuse the ceiling") if self.refuses else _("Attest the ceiling")
        return {
            "title": title,
            "submit": title,
            "record": self.row,
            "sheet_url": ceiling_page(self.row),
        }


class CeilingHistoryView(PageView):
    """Every version of a ceiling."""

    section = "movements"
    template_name = "web/budgets/reservation_history.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the versions, the newest first."""
        row = get_object_or_404(BudgetCeiling.objects.visible_to(request.user), pk=pk)
        edits = labelled(row, record_edits(row))
        return self.page({"record": row, "sheet_url": ceiling_page(row), "edits": edits})
