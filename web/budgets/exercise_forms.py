"""Forms of the exercises: under what one opens, its days, why it is closed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.enums import ExerciseDateKind, OpeningRegime
from budgets.models import Exercise
from budgets.rules.exercises import Due
from budgets.services.exercises import dates_of
from common.models import DataOrigin
from web.fields import DayField
from web.forms import PageForm, VersionedForm


class OpeningForm(PageForm):
    """Under what an exercise opens."""

    opening_regime = forms.ChoiceField(
        label=gettext_lazy("Opening regime"), choices=OpeningRegime.choices
    )
    lfi_opens_on = DayField(
        label=gettext_lazy("Finance act in force on"),
        required=False,
        help_text=gettext_lazy("DD/MM/YYYY; empty as long as it is not promulgated"),
    )


class CreateExerciseForm(OpeningForm):
    """A new exercise."""

    fiscal_year = forms.IntegerField(
        label=gettext_lazy("Fiscal year"), min_value=1990, max_value=2100
    )
    data_origin = forms.ChoiceField(label=gettext_lazy("Data origin"), choices=DataOrigin.choices)

    field_order = ["fiscal_year", "data_origin"]


class DueForm(PageForm):
    """One day of the calendar; without a due date there is none of this kind."""

    due_on = DayField(label=gettext_lazy("Due on"), required=False)
    data_on = DayField(label=gettext_lazy("Data frozen on"), required=False)
    done_on = DayField(label=gettext_lazy("Done on"), required=False)
    legal_source = forms.CharField(
        label=gettext_lazy("Legal source"), required=False, max_length=300
    )

    def __init__(self, data: Any, *, kind: str, due: Due | None) -> None:
        names = list(self.base_fields)
        initial = {name: getattr(due, name) for name in names} if due else {}
        super().__init__(data, prefix=kind, initial=initial)
        self.kind = kind
        self.label = ExerciseDateKind(kind).label

    def clean(self) -> dict[str, Any]:
        """Ask for the due date of a day of which something else is said."""
        cleaned: dict[str, Any] = self.cleaned_data
        if not cleaned.get("due_on") and any(cleaned.get(n) for n in ("data_on", "done_on")):
            self.add_error("due_on", _("Say when it is due."))
        return cleaned


class EditExerciseForm(OpeningForm):
    """What opens the exercise, its days, and why they change."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, row: Exercise) -> None:
        known = {one.kind: one for one in dates_of(row)}
        self.dates = [
            DueForm(data, kind=kind, due=known.get(kind)) for kind in ExerciseDateKind.values
        ]
        names = ("version", "opening_regime", "lfi_opens_on")
        super().__init__(data, initial={name: getattr(row, name) for name in names})

    def is_valid(self) -> bool:
        """Read the days with the rest."""
        found = [super().is_valid(), *(form.is_valid() for form in self.dates)]
        for form in self.dates:
            for name, errors in form.errors.items():
                place = f"{form.label}, {form.fields[name].label}"
                self.add_error(None, [f"{place} : {error}" for error in errors])
        return all(found)

    def dues(self) -> list[Due]:
        """Return the days that were typed."""
        return [
            Due(kind=form.kind, **form.cleaned_data)
            for form in self.dates
            if form.cleaned_data["due_on"]
        ]


class WhyForm(VersionedForm):
    """Why."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300)
