"""Pages of the acts on credits: a new one with its legs, one of them, its cancellation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import BALANCED_KINDS, MovementKind
from budgets.models import CreditMovement
from budgets.selectors.documents import act_events
from budgets.services.acts import Leg, cancel_act, decide_act, legs_of
from common.fiscal import today
from common.models import DataOrigin
from web.administration.words import verb_words
from web.budgets import selectors
from web.budgets.lines import LegForm, LinesForm, with_another_count
from web.facts import FIRST_YEAR, LAST_YEAR
from web.fields import DayField
from web.forms import PageForm
from web.mixins import PageView, ServiceFormView


def override_field() -> forms.CharField:
    """Return the field where somebody says why a rule is passed."""
    return forms.CharField(
        label=gettext_lazy("Reason to go beyond a rule"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Only for who may override the rule that refuses."),
    )


class ActForm(LinesForm):
    """An act on credits and its legs."""

    line_class = LegForm
    lines_at_first = 2

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=MovementKind.choices)
    act_reference = forms.CharField(label=gettext_lazy("Reference of the act"), max_length=70)
    legal_basis = forms.CharField(
        label=gettext_lazy("Legal basis"),
        max_length=200,
        help_text=gettext_lazy("For example: LOLF art. 12-I, decree n° 2026-1."),
    )
    effective_on = DayField(
        label=gettext_lazy("Effective on"), help_text=gettext_lazy("DD/MM/YYYY")
    )
    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    ceiling_law = forms.CharField(
        label=gettext_lazy("Finance law that raises the ceiling of the carry-over"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "For a carry-over beyond 3 % of the CP (LOLF art. 15-II): with it, no alert."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)
    override_reason = override_field()


class LinesView(ServiceFormView):
    """A document with lines: the buttons that add or remove one decide nothing."""

    section = "movements"
    template_name = "web/budgets/typed_lines.html"
    lines_form: type[LinesForm]

    def form(self, data: Any = None) -> forms.Form:
        """Return the form of the exercise under way."""
        initial = {"fiscal_year": today().year, "effective_on": today(), "committed_on": today()}
        self.current = self.lines_form(data, user=self.request.user, initial=initial)
        return self.current

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decide, unless a button only asks for one line more or less."""
        if "more" not in request.POST and "remove" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.form(with_another_count(request.POST))
        # What is not read yet is not at fault.
        form._errors = {}  # type: ignore[attr-defined]
        for line in self.current.lines:
            line._errors = {}  # type: ignore[attr-defined]
        return self.page({"form": form, **self.shown(form)})

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Record the document; what is said of a line is shown on it."""
        try:
            return self.record(cleaned)
        except ValidationError as error:
            raise self.current.placed(error) from None

    def record(self, cleaned: dict[str, Any]) -> Any:
        """Call the service."""
        raise NotImplementedError


class ActCreateView(LinesView):
    """Decide an act on credits."""

    needs = (Action.CREATE, Resource.CREDIT)
    lines_form = ActForm

    def record(self, cleaned: dict[str, Any]) -> Any:
        """Decide it."""
        legs = [Leg(**leg) for leg in cleaned.pop("lines")]
        return decide_act(actor=self.request.user, legs=legs, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Show the act."""
        message = _("%(reference)s is recorded.") % {"reference": result[0].act_reference}
        return message, reverse("web:credit-act", args=[result[0].pk])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("New act on credits"),
            "submit": _("Record the act"),
            "list_url": reverse("web:credit-movements"),
            "list_label": _("Credit movements"),
            "lines_title": _("Legs of the act"),
            "add_label": _("Add a leg"),
            "balanced_kinds": " ".join(sorted(BALANCED_KINDS)),
        }


def act_or_404(request: HttpRequest, pk: int) -> CreditMovement:
    """Return a visible leg of an act, or 404."""
    leg: CreditMovement = get_object_or_404(selectors.movements(request.user), pk=pk)
    return leg


class ActView(PageView):
    """An act: its legs, what they sum to, its history."""

    section = "movements"
    template_name = "web/budgets/act.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the act of a leg."""
        leg = act_or_404(request, pk)
        seen = selectors.movements(request.user)
        legs = list(seen.filter(pk__in=legs_of(leg).values("pk")).order_by("pk"))
        undone = {row.reverses_id for row in legs}
        standing = [row for row in legs if not row.reverses_id and row.pk not in undone]
        corrects = CreditMovement.objects.all().allowing(request.user, Action.CORRECT)
        may_cancel = bool(standing) and corrects.filter(pk=leg.pk).exists()
        return self.page(
            {
                "leg": leg,
                "legs": legs,
                "ae": sum(row.ae for row in legs),
                "cp": sum(row.cp for row in legs),
                "is_cancelled": not standing,
                "is_balanced_kind": leg.kind in BALANCED_KINDS,
                "events": [(event, verb_words(event.verb)) for event in act_events(leg)],
                "cancel_url": reverse("web:credit-act-cancel", args=[pk]) if may_cancel else "",
                "has_fictitious": leg.data_origin == DataOrigin.FICTITIOUS,
            }
        )


class ActCancelForm(PageForm):
    """Why an act is taken out of every total."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("A counter-entry of each leg is written; nothing is erased."),
    )
    override_reason = override_field()


class ActCancelView(ServiceFormView):
    """Cancel an act, all its legs at once."""

    section = "movements"
    template_name = "web/owned/form.html"
    form_class = ActCancelForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the act, or refuse: unseen is 404, a refused verb 403."""
        if not can(request.user, Action.CORRECT, Resource.CREDIT):
            raise PermissionDenied
        self.leg = act_or_404(request, kwargs["pk"])
        allowed = CreditMovement.objects.all().allowing(request.user, Action.CORRECT)
        if not allowed.filter(pk=self.leg.pk).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Write the counter-entries."""
        return cancel_act(actor=self.request.user, movement_id=self.leg.pk, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the act."""
        return _("The act is cancelled."), reverse("web:credit-act", args=[self.leg.pk])

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Cancel the act"),
            "submit": _("Cancel the act"),
            "record": self.leg,
            "sheet_url": reverse("web:credit-act", args=[self.leg.pk]),
        }
