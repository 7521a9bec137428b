"""« Corriger » a fact: the fact beside what it should be; a counter-entry does the rest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action
from accounts.permissions import can
from budgets.models import (
    Commitment,
    CreditMovement,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from budgets.services.corrections import CORRECTABLE, correct_fact
from web.facts import FIRST_YEAR, LAST_YEAR
from web.fields import AmountField, DayField
from web.forms import PageForm
from web.mixins import ServiceFormView

# Model, name of the sheet of a fact.
SHEETS = {
    CreditMovement: "credit-movement",
    Commitment: "commitment",
    ServiceDone: "service-done",
    PaymentRequest: "payment-request",
    Payment: "payment",
    ScheduledPayment: "scheduled-payment",
}


class CorrectionForm(PageForm):
    """What the fact should be; the fields are those of its kind."""

    reason = forms.CharField(label=gettext_lazy("Reason of the correction"), max_length=300)

    def __init__(self, data: Any = None, *, fact: Any) -> None:
        kind = CORRECTABLE[type(fact)]
        super().__init__(data, initial={name: getattr(fact, name) for name in kind.columns})
        own = {name: self.field_of(fact, name, name in kind.amounts) for name in kind.columns}
        self.fields = {**own, **self.fields}

    @staticmethod
    def field_of(fact: Any, name: str, is_amount: bool) -> forms.Field:  # noqa: FBT001
        """Return the field of a column of the fact."""
        column = fact._meta.get_field(name)
        label = str(column.verbose_name)[:1].upper() + str(column.verbose_name)[1:]
        required = not column.null
        if is_amount:
            unit = _("euros, HT") if name.endswith("_excl_tax") else _("euros, TTC")
            return AmountField(label=f"{label} ({unit})", allow_negative=True, required=required)
        if name.endswith(("_on", "_from")):
            return DayField(label=label, help_text=_("DD/MM/YYYY"), required=required)
        if name.endswith("_year"):
            return forms.IntegerField(label=label, min_value=FIRST_YEAR, max_value=LAST_YEAR)
        if name.startswith("is_"):
            return forms.BooleanField(label=label, required=False)
        return forms.CharField(label=label, max_length=column.max_length, required=False)


def may_correct(user: Any, fact: Any) -> bool:
    """Whether `user` may correct this very fact, which stands uncorrected."""
    rows = type(fact).objects.all().allowing(user, Action.CORRECT)
    standing = not fact.reverses_id and not hasattr(fact, "reversal")
    return standing and rows.filter(pk=fact.pk).exists()


def correct_url(user: Any, fact: Any) -> str:
    """Return the address to correct a fact; empty when the person may not."""
    name = SHEETS[type(fact)]
    return reverse(f"web:{name}-correct", args=[fact.pk]) if may_correct(user, fact) else ""


class CorrectView(ServiceFormView):
    """Correct a fact by a counter-entry."""

    section = "movements"
    template_name = "web/budgets/correct.html"
    model: Any = CreditMovement

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the fact, or refuse: unseen is 404, a refused verb 403."""
        resource = self.model.objects.all().resource
        if not can(request.user, Action.CORRECT, resource):
            raise PermissionDenied
        rows = self.model.objects.all().visible_to(request.user)
        self.fact = get_object_or_404(rows, pk=kwargs["pk"])
        allowed = self.model.objects.all().allowing(request.user, Action.CORRECT)
        if not allowed.filter(pk=self.fact.pk).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form filled with the fact."""
        return CorrectionForm(data, fact=self.fact)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Write the counter-entry and the correction."""
        reason = cleaned.pop("reason")
        return correct_fact(
            actor=self.request.user,
            model=self.model,
            fact_id=self.fact.pk,
            changes=cleaned,
            reason=reason,
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Show the fact that takes the place of the former."""
        message = _("%(reference)s replaces what was recorded; both stay visible.")
        url = reverse(f"web:{SHEETS[self.model]}", args=[result.pk])
        return message % {"reference": result.source_reference}, url

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Show the fact as it stands."""
        kind = CORRECTABLE[self.model]
        lines = [
            (self.fact._meta.get_field(name).verbose_name, getattr(self.fact, name))
            for name in kind.columns
        ]
        return {
            "fact": self.fact,
            "lines": lines,
            "amounts": [self.fact._meta.get_field(name).verbose_name for name in kind.amounts],
            "sheet_url": reverse(f"web:{SHEETS[self.model]}", args=[self.fact.pk]),
            "has_fictitious": self.fact.data_origin == "fictitious",
        }
