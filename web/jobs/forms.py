"""Filters of the jobs, and the date of a computation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.fiscal import today
from jobs.enums import JobState
from web.fields import DayField
from web.forms import PageForm, any_of


class JobFilterForm(PageForm):
    """Filters of the list of jobs."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=any_of(JobState.choices))


class RecomputeForm(PageForm):
    """The date of a computation of every indicator."""

    as_of = DayField(label=_("Situation on"), help_text=_("DD/MM/YYYY"))

    def clean_as_of(self) -> Any:
        """Refuse a date in the future: its facts are not known."""
        day = self.cleaned_data["as_of"]
        if day > today():
            raise forms.ValidationError(_("Indicators are not computed for the future."))
        return day
