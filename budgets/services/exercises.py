"""Open exercises, keep their calendar, close them, open them again by two persons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.exceptions import SamePerson, WrongState
from accounts.permissions import can
from accounts.services.audit import record_event
from budgets.enums import ExerciseState, OpeningRegime
from budgets.exceptions import ExerciseClosed
from budgets.models import Exercise, ExerciseDate
from budgets.rules.exercises import Due, dates_later, default_dates
from common.exceptions import StaleEdit
from common.models import DataOrigin

REASON_LENGTH = 100


class Opening(TypedDict, total=False):
    """Under what an exercise opens, and from when the finance act is in force."""

    opening_regime: str
    lfi_opens_on: dt.date | None


@transaction.atomic
def create_exercise(
    *,
    actor: Any,
    fiscal_year: int,
    data_origin: str = DataOrigin.OPERATIONAL,
    opening_regime: str = OpeningRegime.FINANCE_ACT,
    lfi_opens_on: dt.date | None = None,
) -> Exercise:
    """Open an exercise with the days of the one before it, a year later.

    Where none stands before it, with those that the room ships (domain §1.5).
    Raises PermissionDenied, ValidationError (it exists already).
    """
    _refuse(actor, Action.CREATE)
    row = Exercise(
        fiscal_year=fiscal_year, data_origin=data_origin, opening_regime=opening_regime,
        lfi_opens_on=lfi_opens_on,
    )  # fmt: skip
    _save(row)
    former = (
        Exercise.objects.filter(data_origin=data_origin, fiscal_year__lt=fiscal_year)
        .order_by("-fiscal_year")
        .first()
    )
    dates = default_dates(fiscal_year)
    if former is not None:
        dates = dates_later(dates_of(former), fiscal_year - former.fiscal_year)
    for one in dates:
        _save_date(ExerciseDate(exercise=row), one)
    _tell(row, actor, "created")
    return row


def dates_of(exercise: Exercise) -> list[Due]:
    """Return the days of an exercise, the first due first; one query."""
    names = ("kind", "due_on", "data_on", "legal_source", "done_on")
    return [Due(*values) for values in exercise.dates.values_list(*names)]


@transaction.atomic
def edit_exercise(
    *,
    actor: Any,
    exercise_id: int,
    expected_version: int,
    dates: Sequence[Due] | None = None,
    reason: str = "",
    **changes: Unpack[Opening],
) -> Exercise:
    """Change under what an exercise opens, and its days.

    `dates` are all the days of the exercise, one a kind: one left out is taken away; None leaves
    them as they are.
    Raises PermissionDenied, StaleEdit, ExerciseClosed, ValidationError.
    """
    _refuse(actor, Action.UPDATE)
    row = _locked(exercise_id, expected_version)
    if row.is_closed:
        raise ExerciseClosed(fiscal_year=row.fiscal_year)
    for name, value in changes.items():
        setattr(row, name, value)
    _save(row, reason)
    if dates is not None:
        _keep_dates(row, dates)
    _tell(row, actor, "edited")
    return row


def _keep_dates(row: Exercise, dates: Sequence[Due]) -> None:
    """Bring the days of an exercise to those given; those that do not change are not written."""
    wanted = {one.kind: one for one in dates}
    if len(wanted) != len(dates):
        raise ValidationError({"dates": _("An exercise has one date of each kind.")})
    known = {date.kind: date for date in row.dates.all()}
    for kind, date in known.items():
        if kind not in wanted:
            date.delete()
    for kind, one in wanted.items():
        _save_date(known.get(kind) or ExerciseDate(exercise=row), one)


def _save_date(date: ExerciseDate, one: Due) -> None:
    same = (date.kind, date.due_on, date.data_on, date.legal_source, date.done_on)
    if date.pk and same == (one.kind, one.due_on, one.data_on, one.legal_source, one.done_on):
        return
    date.kind, date.due_on, date.data_on = one.kind, one.due_on, one.data_on
    date.legal_source, date.done_on = one.legal_source.strip(), one.done_on
    date.full_clean()
    date.save()


@transaction.atomic
def close_exercise(*, actor: Any, exercise_id: int, expected_version: int, reason: str) -> Exercise:
    """Close an exercise: it is read only. Raises PermissionDenied, StaleEdit, ExerciseClosed,
    ValidationError (no reason).
    """
    _refuse(actor, Action.CLOSE)
    row = _locked(exercise_id, expected_version)
    if row.is_closed:
        raise ExerciseClosed(fiscal_year=row.fiscal_year)
    row.state, row.closed_at = ExerciseState.CLOSED, timezone.now()
    row.closing_reason = _reason(reason)
    row.reopening_reason, row.reopening_asked_by, row.reopened_by = "", None, None
    _save(row, reason)
    _tell(row, actor, "closed", reason)
    return row


@transaction.atomic
def ask_reopening(*, actor: Any, exercise_id: int, expected_version: int, reason: str) -> Exercise:
    """Ask that a closed exercise be opened again; a later request takes the place of the former.

    Raises PermissionDenied, StaleEdit, WrongState (it is open), ValidationError (no reason).
    """
    _refuse(actor, Action.CLOSE)
    row = _closed(exercise_id, expected_version)
    row.reopening_reason, row.reopening_asked_by = _reason(reason), actor
    _save(row, reason)
    _tell(row, actor, "reopening_asked", reason)
    return row


@transaction.atomic
def confirm_reopening(*, actor: Any, exercise_id: int, expected_version: int) -> Exercise:
    """Open a closed exercise again, as the second person (`reliability.md` §3.3, 2).

    Raises PermissionDenied, StaleEdit, WrongState (open, or nobody asked), SamePerson.
    """
    _refuse(actor, Action.VALIDATE)
    row = _closed(exercise_id, expected_version)
    if row.reopening_asked_by_id is None:
        raise WrongState(code=row.code, state=row.get_state_display())
    if row.reopening_asked_by_id == actor.pk:
        raise SamePerson()
    row.state, row.reopened_by = ExerciseState.OPEN, actor
    _save(row, row.reopening_reason)
    _tell(row, actor, "reopened", row.reopening_reason)
    return row


def _refuse(actor: Any, verb: Action) -> None:
    if not can(actor, verb, Resource.EXERCISE):
        raise PermissionDenied


def _locked(exercise_id: int, expected_version: int) -> Exercise:
    row = Exercise.objects.select_for_update(of=("self",)).get(pk=exercise_id)
    if row.version != expected_version:
        raise StaleEdit
    return row


def _closed(exercise_id: int, expected_version: int) -> Exercise:
    row = _locked(exercise_id, expected_version)
    if not row.is_closed:
        raise WrongState(code=row.code, state=row.get_state_display())
    return row


def _reason(text: str) -> str:
    if not text.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    return text.strip()


def _save(row: Exercise, reason: str = "") -> None:
    row.version += 1 if row.pk else 0
    row.full_clean()
    row._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    row.save()


def _tell(row: Exercise, actor: Any, verb: str, reason: str = "") -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="exercise",
        object_code=row.code,
        detail={"data_origin": row.data_origin} | ({"reason": reason.strip()} if reason else {}),
    )
