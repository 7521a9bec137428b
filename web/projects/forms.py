"""Forms of the projects: they check the shape, the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from common.fiscal import today
from common.models import RecordState
from projects.enums import Phase, SupervisingAuthority, Weather
from projects.models import Ministry, PortfolioNode, Project
from web.fields import AmountField, DayField, PercentInput
from web.forms import FilterForm, VersionedForm, any_of


class ProjectFilterForm(FilterForm):
    """Filters of the project list."""

    node = forms.ChoiceField(label=_("Portfolio or programme"), required=False)
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=any_of(Phase.choices))
    weather = forms.ChoiceField(label=_("Weather"), required=False, choices=any_of(Weather.choices))
    ministry = forms.ChoiceField(label=_("Ministry"), required=False)
    manager = forms.ChoiceField(label=_("Project manager"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False, choices=any_of(RecordState.choices))
    cost_min = AmountField(label=_("Cost of at least"), required=False)
    gap_min = PercentInput(label=_("Cost gap of at least (%)"), required=False)

    def __init__(self, data: Any = None, *, user: Any = None) -> None:
        super().__init__(data)
        nodes = PortfolioNode.objects.visible_to(user).values_list("code", "name")
        seen = Project.objects.visible_to(user)
        ministries = Ministry.objects.filter(pk__in=seen.values("ministry_id"))
        managers = User.objects.filter(pk__in=seen.values("manager_id"))
        self.fields["node"].choices = any_of(nodes)  # type: ignore[attr-defined]
        self.fields["ministry"].choices = any_of(  # type: ignore[attr-defined]
            ministries.values_list("pk", "name")
        )
        self.fields["manager"].choices = any_of(  # type: ignore[attr-defined]
            [(person.pk, str(person)) for person in managers]
        )


class ProjectForm(VersionedForm):
    """What people edit of a project; the costs, dates and progress have their own forms."""

    title = forms.CharField(label=_("Title"), max_length=200)
    node: forms.ModelChoiceField[PortfolioNode] = forms.ModelChoiceField(
        label=_("Portfolio or programme"), queryset=PortfolioNode.objects.none()
    )
    ministry = forms.ModelChoiceField(
        label=_("Ministry"), queryset=Ministry.objects.all(), required=False
    )
    supervising_authority = forms.ChoiceField(
        label=_("Supervising authority"),
        required=False,
        choices=[("", _("not supplied")), *SupervisingAuthority.choices],
    )
    phase = forms.ChoiceField(label=_("Phase"), choices=Phase.choices)
    functional_zone = forms.CharField(label=_("Functional zone"), max_length=120, required=False)
    funding = forms.CharField(label=_("Funding"), max_length=300, required=False)
    is_interministerial = forms.BooleanField(label=_("Interministerial"), required=False)
    manager = forms.ModelChoiceField(
        label=_("Project manager"), queryset=User.objects.none(), required=False
    )
    started_on = DayField(label=_("Start date"), required=False, help_text=_("DD/MM/YYYY"))
    description = forms.CharField(
        label=_("Description"), max_length=5000, required=False, widget=forms.Textarea({"rows": 4})
    )
    reason = forms.CharField(label=_("Reason of the change"), max_length=100, required=False)

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        people = User.objects.filter(is_machine=False, is_active=True)
        self.fields["node"].queryset = (  # type: ignore[attr-defined]
            PortfolioNode.objects.visible_to(user)
        )
        self.fields["manager"].queryset = people  # type: ignore[attr-defined]


class NewProjectForm(ProjectForm):
    """A new project: its code is chosen once."""

    field_order = ("code",)
    code = forms.CharField(label=_("Code"), max_length=40)
    draft = forms.BooleanField(label=_("Keep it as a draft for now"), required=False)

    def __init__(self, data: Any = None, *, user: Any, initial: Any = None) -> None:
        super().__init__(data, user=user, initial=initial)
        del self.fields["version"]
        del self.fields["reason"]


class EstimateForm(VersionedForm):
    """A new estimate of the cost and of the end date."""

    full_cost = AmountField(
        label=_("Full cost (euros, TTC)"),
        required=False,
        help_text=_("For example 1 234 567,89 or 2,5 M€"),
    )
    end_on = DayField(label=_("End date"), required=False, help_text=_("DD/MM/YYYY"))
    edition_on = DayField(label=_("Date of the estimate"), help_text=_("DD/MM/YYYY"))
    reason = forms.CharField(label=_("Reason"), max_length=500)


class ProgressForm(VersionedForm):
    """Physical progress and weather."""

    reported_on = DayField(label=_("Date of the report"), help_text=_("DD/MM/YYYY"))
    percent_complete = PercentInput(label=_("Physical progress (%)"))
    weather = forms.ChoiceField(label=_("Weather"), choices=Weather.choices)
    comment = forms.CharField(
        label=_("Comment"), max_length=5000, required=False, widget=forms.Textarea({"rows": 4})
    )


class BaselineForm(VersionedForm):
    """A new approved reference."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    full_cost = AmountField(label=_("Full cost (euros, TTC)"), required=False)
    start_on = DayField(label=_("Start date"), required=False, help_text=_("DD/MM/YYYY"))
    end_on = DayField(label=_("End date"), required=False, help_text=_("DD/MM/YYYY"))
    approved_on = DayField(label=_("Approved on"), help_text=_("DD/MM/YYYY"))
    decision_reference = forms.CharField(label=_("Reference of the decision"), max_length=80)
    reason = forms.CharField(label=_("Reason"), max_length=500)


class CloseForm(VersionedForm):
    """Closing a project."""

    closed_on = DayField(label=_("Closed on"), help_text=_("DD/MM/YYYY"))
    closing_reason = forms.CharField(label=_("Reason"), max_length=500)


class ReopenForm(VersionedForm):
    """Reopening a project."""

    reason = forms.CharField(label=_("Reason"), max_length=100)


def dated_today(name: str) -> dict[str, Any]:
    """Return the initial value of a date field."""
    return {name: today()}
