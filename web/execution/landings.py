"""The landing of a project: three methods side by side, one chosen and justified."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import Action, Resource
from accounts.permissions import can
from accounts.selectors import record_edits
from budgets.enums import CreditType, LandingMethod
from budgets.models import LandingChoice
from budgets.services.landings import choose_landing
from budgets.tables.following import DEFAULT_METHOD, Figures, choices_of, follow
from projects.models import Project
from web.budgets.asking import frame
from web.execution.columns import euros
from web.execution.forms import Execution, ask_execution
from web.fields import AmountField
from web.forms import PageForm
from web.mixins import ServiceFormView
from web.owned.history import labelled


class LandingForm(PageForm):
    """The method chosen, and why."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=LandingMethod.choices)
    ae = AmountField(
        label=gettext_lazy("AE at 31 December (euros, TTC)"),
        required=False,
        help_text=gettext_lazy("for the manager's say only"),
    )
    cp = AmountField(
        label=gettext_lazy("CP at 31 December (euros, TTC)"),
        required=False,
        help_text=gettext_lazy("for the manager's say only"),
    )
    justification = forms.CharField(label=gettext_lazy("Justification"), max_length=500)


class LandingView(ServiceFormView):
    """The landings of a project in an exercise, and the choice between them."""

    section = "movements"
    template_name = "web/execution/landing.html"
    needs = (Action.READ, Resource.CREDIT)
    form_class = LandingForm
    project: Project
    found: Execution
    choice: LandingChoice | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the project and the exercise that the address names, for who may read credits."""
        if can(request.user, Action.READ, Resource.CREDIT):
            projects = Project.objects.visible_to(request.user)
            self.project = get_object_or_404(projects, code=kwargs["code"])
            self.found = ask_execution(request)
            if self.found.perimeter is not None:
                kept = (("project_id", self.project.pk),)
                self.found = replace(self.found, perimeter=replace(self.found.perimeter, kept=kept))
                self.choice = choices_of(self.found.perimeter).get(self.project.pk)  # type: ignore[arg-type]
        return super().dispatch(request, *args, **kwargs)

    @property
    def credit_type(self) -> str:
        """Return the credits whose landing is chosen."""
        return str(self.found.asked.filters.get("credit_type") or CreditType.HT2)

    @property
    def may_choose(self) -> bool:
        """Whether the person may choose the landing of this project."""
        allowed = Project.objects.allowing(self.request.user, Action.ESTIMATE, Resource.LEDGER)
        return allowed.filter(pk=self.project.pk).exists()

    def form(self, data: Any = None) -> forms.Form:
        """Return the form, with the choice in force."""
        initial: dict[str, Any] = {"method": DEFAULT_METHOD}
        if self.choice is not None:
            names = ("version", "method", "ae", "cp", "justification")
            initial = {name: getattr(self.choice, name) for name in names}
        return LandingForm(data, initial=initial)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the landings; 422 when a filter of the address is wrong."""
        if self.found.perimeter is None:
            shown = {"form": self.form(), **self.shown(self.form())}
            return self.page(shown, status=422 if self.found.asked.form.errors else 200)
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse who may not choose before anything is read."""
        if not self.may_choose:
            raise PermissionDenied
        if self.found.perimeter is None:
            return self.get(request)
        return super().post(request, *args, **kwargs)

    def decide(self, cleaned: dict[str, Any]) -> LandingChoice:
        """Choose the landing."""
        return choose_landing(
            actor=self.request.user,
            project=self.project,
            fiscal_year=self.found.asked.year,
            credit_type=self.credit_type,
            method=cleaned["method"],
            justification=cleaned["justification"],
            ae=cleaned["ae"],
            cp=cleaned["cp"],
            expected_version=cleaned["version"],
        )

    def after(self, result: LandingChoice) -> tuple[str, str]:
        """Say which method is chosen, and show the landings again."""
        message = _("The landing of %(project)s is: %(method)s.") % {
            "project": self.project.code,
            "method": result.get_method_display(),
        }
        return message, self.request.get_full_path()

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Return the three landings, the choice and its history."""
        figures = Figures()
        if self.found.perimeter is not None:
            _lines, figures = follow(self.found.perimeter, "project", self.found.months)
        back = self.request.GET.urlencode()
        return {
            **frame(self.request, self.found.asked),
            "form": form,
            "project": self.project,
            "found": self.found,
            "methods": self.methods(figures),
            "chosen": {ledger: euros(figures.chosen.get(ledger)) for ledger in ("ae", "cp")},
            "usable": {name: euros(figures.values[f"{name}_usable"]) for name in ("ae", "cp")},
            "choice": self.choice,
            "may_choose": self.may_choose,
            "edits": labelled(self.choice, record_edits(self.choice)) if self.choice else [],
            "back": reverse("web:execution") + (f"?{back}" if back else ""),
        }

    def methods(self, figures: Figures) -> list[dict[str, Any]]:
        """Return the methods side by side; the manager's is what the manager said."""
        in_force = self.choice.method if self.choice else DEFAULT_METHOD
        said = self.choice if self.choice and self.choice.ae is not None else None
        found = []
        for method in LandingMethod:
            amounts: dict[str, Any]
            if method == LandingMethod.MANAGER:
                amounts = {"ae": said.ae if said else None, "cp": said.cp if said else None}
            else:
                amounts = {
                    ledger: euros(figures.landings.get((ledger, method))) for ledger in ("ae", "cp")
                }
            found.append({"label": method.label, "is_chosen": method == in_force, **amounts})
        return found
