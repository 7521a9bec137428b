"""What the pages of execution are asked for: a perimeter, a month, what it is read by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.rules.landing import MONTHS
from budgets.tables.perimeter import Perimeter
from common.fiscal import month_end, today
from common.templatetags.amounts import month_name
from projects.models import Project
from web.budgets.asking import Asked, PerimeterForm, ask

# After the twelve months: facts of the complementary period, and all that is charged to the
# exercise whatever its date (works of the end of the exercise).
CLOSING = MONTHS + 1
BY = (
    ("project", gettext_lazy("Project")),
    ("programme", gettext_lazy("LOLF programme")),
    ("uo", gettext_lazy("UO")),
    ("activity", gettext_lazy("Activity")),
)


class ExecutionForm(PerimeterForm):
    """The perimeter, the month reached and the axis of the table."""

    month = forms.IntegerField(
        label=gettext_lazy("Month reached"),
        required=False,
        min_value=1,
        max_value=CLOSING,
        widget=forms.NumberInput(
            attrs={"type": "range", "min": 1, "max": CLOSING, "step": 1, "data-pf-month": "true"}
        ),
    )
    by = forms.ChoiceField(label=gettext_lazy("Lines"), required=False, choices=BY)
    project = forms.CharField(label=gettext_lazy("Project code"), required=False, max_length=40)

    def __init__(self, data: Any, *, user: Any) -> None:
        self.user = user
        super().__init__(data, user=user)

    def clean_project(self) -> str:
        """Refuse a code that names no visible project."""
        code: str = self.cleaned_data["project"]
        if code and not Project.objects.visible_to(self.user).filter(code=code).exists():
            raise ValidationError(_("No project that you can read has this code."))
        return code


class StatementForm(ExecutionForm):
    """The perimeter and the month reached: a statement has its own lines."""

    by = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Execution:
    """What a page of execution shows: the perimeter at the end of a month, and its axis."""

    asked: Asked
    perimeter: Perimeter | None
    month: int
    by: str

    @property
    def months(self) -> int:
        """Return how many months of the exercise have run."""
        return min(self.month, MONTHS)

    @property
    def as_of(self) -> dt.date | None:
        """Return the day up to which facts are read; None for the closing."""
        return month_day(self.asked.year, self.month)

    @property
    def month_words(self) -> str:
        """Return the month in words."""
        return month_words(self.asked.year, self.month)

    @property
    def month_names(self) -> list[str]:
        """Return every month that the slider reaches, in words."""
        return [month_words(self.asked.year, month) for month in range(1, CLOSING + 1)]


def month_day(year: int, month: int) -> dt.date | None:
    """Return the last day of a month of an exercise; None for the closing."""
    return None if month > MONTHS else month_end(dt.date(year, month, 1))


def month_words(year: int, month: int) -> str:
    """Return a month of an exercise in words; the closing has a name of its own; "" for none."""
    if not year:
        return ""
    if month > MONTHS:
        return _("closing of %(year)s") % {"year": year}
    return month_name(dt.date(year, month, 1))


def default_month(year: int) -> int:
    """Return the month that is shown when none is asked: the current one, or the closing."""
    now = today()
    return now.month if year == now.year else CLOSING


def ask_execution(
    request: HttpRequest,
    form_class: type[ExecutionForm] = ExecutionForm,
    year_of: Callable[[str], int | None] = lambda origin: None,
) -> Execution:
    """Return what the address asks for; `year_of` as in `ask`."""
    asked = ask(request, form_class, year_of)
    month = asked.filters.get("month") or (default_month(asked.year) if asked.year else CLOSING)
    by = asked.filters.get("by") or "project"
    data = asked.form.data.copy()
    if "by" in asked.form.fields:
        data.setdefault("by", by)
    if not data.get("month"):
        data["month"] = str(month)  # the form says which month is shown
    asked.form.data = data
    perimeter = asked.perimeter
    if perimeter is not None:
        code = asked.filters.get("project", "")
        kept = (("project__code", code),) if code else ()
        perimeter = replace(perimeter, as_of=month_day(asked.year, month), kept=kept)
    return Execution(asked, perimeter, month, by)
