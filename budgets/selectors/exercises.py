"""What is said of the calendar of exercises: the next day, those that are late, what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from budgets.enums import ExerciseDateKind, ExerciseState
from budgets.models import Exercise, ExerciseDate


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day that is expected: its kind and exercise, the day of the data, the day it is due."""

    kind: str
    fiscal_year: int
    exercise_id: int
    data_on: dt.date | None
    due_on: dt.date

    @property
    def label(self) -> str:
        """Return what is due, in the language in force."""
        return str(ExerciseDateKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """What is late, the oldest first, and what comes next; nothing when nothing is expected."""

    late: list[Deadline] = field(default_factory=list)
    coming: Deadline | None = None


def deadlines(user: Any, origin: str, day: dt.date) -> Deadlines:
    """Return what the open exercises of an origin still expect on `day`; one query.

    Due on the day itself is not late. Nothing is told to who may read no exercise.
    """
    exercises = Exercise.objects.visible_to(user).filter(
        data_origin=origin, state=ExerciseState.OPEN
    )
    expected = ExerciseDate.objects.filter(exercise__in=exercises, done_on__isnull=True)
    names = ("kind", "exercise__fiscal_year", "exercise_id", "data_on", "due_on")
    found = [Deadline(*row) for row in expected.order_by("due_on", "pk").values_list(*names)]
    coming = next((one for one in found if one.due_on >= day), None)
    return Deadlines([one for one in found if one.due_on < day], coming)


def dates_by_exercise(exercise_ids: Iterable[int]) -> dict[int, list[ExerciseDate]]:
    """Return the days of exercises, the first due first, by the id of the exercise; one query."""
    found: dict[int, list[ExerciseDate]] = {}
    for row in ExerciseDate.objects.filter(exercise_id__in=exercise_ids).order_by("due_on", "pk"):
        found.setdefault(row.exercise_id, []).append(row)
    return found


def date_versions(exercise: Exercise) -> list[Any]:
    """Return every version of the days of an exercise, the newest first; one query.

    A day that was taken away ends with a version of type `-`.
    """
    rows = ExerciseDate.history.filter(exercise_id=exercise.pk)
    return list(rows.select_related("history_user").order_by("-history_date", "-history_id"))
