"""Pages of the exercises: their list, one with its calendar, its edition, its end, its history."""

from __future__ import annotations

import datetime as dt
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
from budgets.enums import ExerciseState, OpeningRegime
from budgets.models import Exercise
from budgets.selectors.exercises import date_versions
from budgets.services.exercises import (
    ask_reopening,
    close_exercise,
    confirm_reopening,
    create_exercise,
    edit_exercise,
)
from common.fiscal import today
from common.models import DataOrigin
from web.budgets.columns import dated
from web.budgets.exercise_forms import CreateExerciseForm, EditExerciseForm, WhyForm
from web.budgets.tabs import tabs
from web.facts import FactListView, OneOriginForm, origin_column
from web.forms import VersionedForm, any_of
from web.listing import ListColumn
from web.mixins import PageView, ServiceFormView
from web.owned.history import labelled

READ = (Action.READ, Resource.EXERCISE)


def page_of(row: Any) -> str:
    """Return the address of an exercise."""
    return reverse("web:exercise", args=[row.pk])


def next_date(row: Exercise) -> Any:
    """Return the first day that an open exercise still expects; None when there is none."""
    if row.is_closed:
        return None
    return next((date for date in row.dates.all() if date.done_on is None), None)


def _next_day(row: Exercise) -> dt.date | None:
    date = next_date(row)
    return date.due_on if date else None


def _next_label(row: Exercise) -> str | None:
    date = next_date(row)
    return date.get_kind_display() if date else None


COLUMNS = (
    ListColumn(
        "fiscal_year",
        gettext_lazy("Exercise"),
        lambda row: row.fiscal_year,
        url=page_of,
        order=("fiscal_year",),
        is_header=True,
    ),
    ListColumn(
        "state",
        gettext_lazy("State"),
        lambda row: row.state,
        order=("state",),
        label=lambda row: row.get_state_display(),
    ),
    ListColumn(
        "opening_regime",
        gettext_lazy("Opening regime"),
        lambda row: row.opening_regime,
        order=("opening_regime",),
        label=lambda row: row.get_opening_regime_display(),
    ),
    dated("lfi_opens_on", gettext_lazy("Finance act in force on")),
    ListColumn("next", gettext_lazy("Next date"), _next_label),
    ListColumn("next_on", gettext_lazy("Due on"), _next_day, "day", "date"),
    origin_column(),
)


class ExerciseFilterForm(OneOriginForm):
    """Filters of the exercises."""

    conditions = {"state": "state"}

    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=any_of(ExerciseState.choices)
    )

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        del self.fields["q"]


class ExercisesView(FactListView):
    """The exercises, with the day that each expects next."""

    section = "movements"
    name = "exercises"
    tabs = "budget"
    needs = READ
    resource = Resource.EXERCISE
    title = gettext_lazy("Exercises")
    nouns = gettext_lazy("Exercises")
    caption = gettext_lazy("Exercises, under what they open, and the day that each expects next")
    source = gettext_lazy("exercises recorded in the product")
    unit = ""
    moment = "updated_at"
    columns = COLUMNS
    form_class = ExerciseFilterForm
    default_sort = "-fiscal_year"
    empty = gettext_lazy("No exercise is recorded: the first one takes the days of the law.")

    def visible(self) -> QuerySet[Any]:
        """Return the visible exercises with their days."""
        return Exercise.objects.visible_to(self.request.user).prefetch_related("dates")

    def days_old(self, newest: dt.datetime | None) -> int:
        """A calendar is not fed: it does not grow old."""
        return 0

    def more(self) -> dict[str, Any]:
        """Return the tabs of the section, and the way to a new exercise."""
        create = can(self.request.user, Action.CREATE, Resource.EXERCISE)
        return {
            **tabs(self.name),
            "create_url": reverse("web:exercise_create") if create else "",
            "create_label": _("Open an exercise"),
        }


class ExerciseView(PageView):
    """One exercise and its calendar."""

    section = "movements"
    template_name = "web/budgets/exercise.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the exercise."""
        rows = Exercise.objects.visible_to(request.user)
        rows = rows.select_related("reopening_asked_by", "reopened_by")
        row = get_object_or_404(rows, pk=pk)
        user = request.user
        asked = row.is_closed and row.reopening_asked_by_id is not None
        other = row.reopening_asked_by_id != user.pk
        return self.page(
            {
                "row": row,
                "dates": row.dates.all(),
                "today": today(),
                "may_edit": not row.is_closed and can(user, Action.UPDATE, READ[1]),
                "may_close": not row.is_closed and can(user, Action.CLOSE, READ[1]),
                "may_ask": row.is_closed and can(user, Action.CLOSE, READ[1]),
                "may_confirm": asked and other and can(user, Action.VALIDATE, READ[1]),
                "is_asked": asked,
                "has_fictitious": row.data_origin == DataOrigin.FICTITIOUS,
            }
        )


class CreateExerciseView(ServiceFormView):
    """Open an exercise with the days of the one before it."""

    section = "movements"
    template_name = "web/owned/form.html"
    needs = (Action.CREATE, Resource.EXERCISE)

    def form(self, data: Any = None) -> forms.Form:
        """Return the form: the year after the last exercise."""
        last = Exercise.objects.visible_to(self.request.user).first()
        following = {
            "fiscal_year": last.fiscal_year + 1 if last else today().year,
            "data_origin": last.data_origin if last else DataOrigin.OPERATIONAL,
            "opening_regime": OpeningRegime.FINANCE_ACT,
        }
        return CreateExerciseForm(data, initial=following)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Open it."""
        return create_exercise(actor=self.request.user, **cleaned)

    def after(self, result: Any) -> tuple[str, str]:
        """Show the exercise."""
        return _("The exercise %(year)s is open.") % {"year": result}, page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": _("Open an exercise"),
            "submit": _("Open"),
            "list_url": reverse("web:exercises"),
            "words": {"list": _("Exercises")},
        }


class ExerciseStepView(ServiceFormView):
    """A write on one exercise, which is read first."""

    section = "movements"
    template_name = "web/owned/form.html"
    needs = (Action.CLOSE, Resource.EXERCISE)
    service: Any = None
    title: Any = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the exercise, or refuse."""
        if not can(request.user, *self.needs):
            raise PermissionDenied
        rows = Exercise.objects.visible_to(request.user)
        self.row = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Take the step."""
        return type(self).service(
            actor=self.request.user,
            exercise_id=self.row.pk,
            expected_version=cleaned.pop("version"),
            **cleaned,
        )

    def after(self, result: Any) -> tuple[str, str]:
        """Go back to the exercise."""
        return _("Saved."), page_of(result)

    def shown(self, form: forms.Form) -> dict[str, Any]:
        """Name the page."""
        return {
            "title": self.title,
            "submit": self.title,
            "record": self.row,
            "sheet_url": page_of(self.row),
        }


class EditExerciseView(ExerciseStepView):
    """Change the regime and the calendar of an exercise."""

    template_name = "web/budgets/exercise_form.html"
    needs = (Action.UPDATE, Resource.EXERCISE)
    title = gettext_lazy("Edit the exercise")

    service = edit_exercise

    def form(self, data: Any = None) -> forms.Form:
        """Return the form filled with the exercise."""
        self.typed = EditExerciseForm(data, row=self.row)
        return self.typed

    def decide(self, cleaned: dict[str, Any]) -> Any:
        """Change it."""
        return super().decide({**cleaned, "dates": self.typed.dues()})


class CloseExerciseView(ExerciseStepView):
    """Close an exercise, with a reason."""

    service = close_exercise
    title = gettext_lazy("Close the exercise")

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return WhyForm(data, initial={"version": self.row.version})


class AskReopeningView(CloseExerciseView):
    """Ask that a closed exercise be opened again."""

    service = ask_reopening
    title = gettext_lazy("Ask to open it again")


class ConfirmReopeningView(ExerciseStepView):
    """Open a closed exercise again, as the second person."""

    needs = (Action.VALIDATE, Resource.EXERCISE)
    service = confirm_reopening
    title = gettext_lazy("Open the exercise again")

    def form(self, data: Any = None) -> forms.Form:
        """Return the form."""
        return VersionedForm(data, initial={"version": self.row.version})


class ExerciseHistoryView(PageView):
    """Every version of an exercise and of its days."""

    section = "movements"
    template_name = "web/budgets/exercise_history.html"
    needs = READ

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the versions, the newest first."""
        row = get_object_or_404(Exercise.objects.visible_to(request.user), pk=pk)
        edits = labelled(row, record_edits(row))
        return self.page(
            {
                "record": row,
                "sheet_url": page_of(row),
                "edits": edits,
                "date_versions": date_versions(row),
            }
        )
