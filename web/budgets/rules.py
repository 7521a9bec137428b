"""Pages of the rules on credits: those in force, one of them, its revision, the overrides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource, Role
from accounts.permissions import can
from accounts.policy import EXCLUSIVE_ROLES
from accounts.selectors import record_edits
from budgets.enums import RuleCode
from budgets.models import BudgetRule, RuleOverride
from budgets.rules.parameters import keys_of
from budgets.services.rule_preview import RulePreview, preview_revision
from budgets.services.ruling import revise_rule
from common.fiscal import today
from records.enums import Severity
from records.models import Alert
from web.budgets.rule_columns import (
    OVERRIDES,
    RULES,
    parameter_label,
    parameter_words,
    role_words,
    rule_page,
)
from web.budgets.tabs import tabs
from web.facts import FIRST_YEAR, LAST_YEAR, FactListView, OneOriginForm
from web.fields import DayField
from web.forms import PageForm, VersionedForm, any_of
from web.lists import ListView
from web.mixins import PageView, ServiceFormView, add_errors
from web.owned.history import labelled

READ = (Action.READ, Resource.BUDGET_RULE)


def counted(rows: QuerySet[Any], key: str) -> Any:
    """Return the number of rows whose `key` is the code of the rule, as a column."""
    same = rows.order_by().filter(**{key: OuterRef("code")}).values(key)
    number = Subquery(same.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return Coalesce(number, 0)


class RuleFilterForm(PageForm):
    """Filters of the rules."""

    severity = forms.ChoiceField(
        label=gettext_lazy("Severity"), required=False, choices=any_of(Severity.choices)
    )


class RulesView(ListView):
    """The rules in force today, with what they find and what went beyond them."""

    section = "movements"
    name = "budget-rules"
    tabs = "budget"
    needs = READ
    resource = Resource.BUDGET_RULE
    title = gettext_lazy("Rules on credits")
    caption = gettext_lazy("Rules in force today: what they do to a decision, and by whose law")
    columns = RULES
    form_class = RuleFilterForm
    default_sort = "code"

    def rows(self, filters: dict[str, Any]) -> QuerySet[Any]:
        """Return the rules in force, with their counts."""
        user = self.request.user
        rows = BudgetRule.objects.visible_to(user).in_force(today()).filter(**filters)
        return rows.annotate(
            alerts=counted(Alert.objects.open().visible_to(user), "source"),
            overridden=counted(RuleOverride.objects.visible_to(user), "rule__code"),
        )

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section."""
        return tabs("budget-rules")


class RuleView(PageView):
    """One rule: what it does, since when, and its former rows."""

    section = "movements"
    template_name = "web/budgets/rule.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the rule."""
        row = get_object_or_404(BudgetRule.objects.visible_to(request.user), pk=pk)
        rows = BudgetRule.objects.filter(code=row.code).order_by("-valid_from")
        alerts = Alert.objects.open().visible_to(request.user).filter(source=row.code)
        overrides = RuleOverride.objects.visible_to(request.user).filter(rule__code=row.code)
        may_revise = row.valid_to is None and can(request.user, Action.UPDATE, READ[1])
        return self.page(
            {
                "row": row,
                "roles": role_words(row),
                "parameters": parameter_words(row),
                "rows": [(one, rule_page(one), parameter_words(one)) for one in rows],
                "alerts": alerts.count(),
                "overrides": overrides.count(),
                "may_revise": may_revise,
                "edits": labelled(row, record_edits(row)),
            }
        )


class ReviseForm(VersionedForm):
    """What a rule is from a day on; one field a parameter."""

    valid_from = DayField(
        label=gettext_lazy("In force from"), help_text=gettext_lazy("DD/MM/YYYY, today or later")
    )
    severity = forms.ChoiceField(label=gettext_lazy("Severity"), choices=Severity.choices)
    legal_source = forms.CharField(label=gettext_lazy("Legal source"), max_length=300)

    def __init__(self, data: Any = None, *, rule: BudgetRule) -> None:
        super().__init__(
            data,
            initial={
                "version": rule.version,
                "valid_from": max(today(), rule.valid_from),
                "severity": rule.severity,
                "legal_source": rule.legal_source,
                "override_roles": rule.override_roles,
            }
            | rule.parameters,
        )
        for key in keys_of(rule.code):
            self.fields[key] = forms.CharField(label=parameter_label(key), max_length=20)
        roles = [role for role in Role if role not in EXCLUSIVE_ROLES]
        self.fields["override_roles"] = forms.MultipleChoiceField(
            label=gettext_lazy("Roles that may override"),
            choices=[(role.value, role.label) for role in roles],
            required=False,
            widget=forms.SelectMultiple(attrs={"size": len(roles)}),
        )
        self.fields["reason"] = forms.CharField(label=gettext_lazy("Reason"), max_length=300)


class ReviseView(ServiceFormView):
    """Revise a rule from a day on; what it would find is shown first to who asks."""

    section = "movements"
    template_name = "web/budgets/rule_revise.html"
    needs = (Action.UPDATE, Resource.BUDGET_RULE)
    preview: RulePreview | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the rule, or refuse."""
        if not can(request.user, *self.needs):
            raise PermissionDenied
        self.row = get_object_or_404(BudgetRule.objects.visible_to(request.user), pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form filled with the rule."""
        return ReviseForm(data, rule=self.row)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Revise the rule, or tell what it would find and save nothing."""
        if "preview" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.form(request.POST)
        # Only what is saved needs a reason.
        form.fields["reason"].required = False
        is_sound = form.is_valid()
        form.fields["reason"].required = True
        if is_sound:
            try:
                self.preview = preview_revision(
                    actor=request.user,
                    rule_id=self.row.pk,
                    severity=form.cleaned_data["severity"],
                    parameters=self.parameters(form.cleaned_data),
                )
            except ValidationError as error:
                add_errors(form, error)
        status = 200 if form.is_valid() else 422
        return self.page({"form": form, **self.shown(form)}, status=status)

    def parameters(self, cleaned: dict[str, Any]) -> dict[str, str]:
        """Take the parameters of the rule out of what the form holds, as decimal strings."""
        return {key: cleaned.pop(key).replace(",", ".") for key in keys_of(self.row.code)}

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Open the new row."""
        return revise_rule(
            actor=self.request.user,
            rule_id=self.row.pk,
            expected_version=cleaned.pop("version"),
            parameters=self.parameters(cleaned),
            **cleaned,
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Show the new row."""
        return _("Saved."), rule_page(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page, with the preview if one was asked for."""
        told: dict[str, Any] = {"preview": self.preview}
        if self.preview:
            told["severity_now"] = Severity(self.preview.severity_now).label
            told["severity_then"] = Severity(self.preview.severity_then).label
        return told | {
            "title": _("Revise the rule"),
            "submit": _("Revise"),
            "record": self.row,
            "sheet_url": rule_page(self.row),
        }


class OverrideFilterForm(OneOriginForm):
    """Filters of the overrides."""

    search = ("subject_code", "reason")
    conditions = {"rule": "rule__code", "fiscal_year": "fiscal_year"}

    rule = forms.ChoiceField(
        label=gettext_lazy("Rule"), required=False, choices=any_of(RuleCode.choices)
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
    )


class OverridesView(FactListView):
    """Decisions taken beyond a blocking rule."""

    section = "movements"
    name = "rule-overrides"
    tabs = "budget"
    needs = READ
    resource = Resource.BUDGET_RULE
    title = gettext_lazy("Overrides of rules")
    nouns = gettext_lazy("Overrides")
    caption = gettext_lazy("Decisions taken beyond a blocking rule; AE and CP are never added")
    source = gettext_lazy("decisions recorded in the product")
    moment = "at"
    columns = OVERRIDES
    form_class = OverrideFilterForm
    default_sort = "-at"
    empty = gettext_lazy("No decision went beyond a blocking rule.")

    def visible(self) -> QuerySet[Any]:
        """Return the visible overrides."""
        rows = RuleOverride.objects.visible_to(self.request.user)
        return rows.select_related("rule", "actor")

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way back to the rules."""
        back = {"url": reverse("web:budget-rules"), "label": _("Rules on credits")}
        return {**tabs("budget-rules"), "parent": back}
