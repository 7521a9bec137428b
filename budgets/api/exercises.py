"""Exercises with their calendar: read by the house, kept by the budget officers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from budgets.enums import ExerciseDateKind, ExerciseState, OpeningRegime
from budgets.models import Exercise
from budgets.rules.exercises import Due
from budgets.selectors.exercises import dates_by_exercise
from budgets.services.exercises import (
    ask_reopening,
    close_exercise,
    confirm_reopening,
    create_exercise,
    edit_exercise,
)
from common.api.etags import expected_version
from common.api.fields import DayField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import Filters, OneOf, YearFilter, origin_filter
from common.models import DataOrigin

KINDS = len(ExerciseDateKind)


class DueRow(drf.Serializer[Any]):
    """One day of an exercise; `done_on` is null while it is expected."""

    kind = drf.ChoiceField(ExerciseDateKind.choices)
    data_on = DayField(allow_null=True)
    due_on = DayField()
    done_on = DayField(allow_null=True)
    legal_source = drf.CharField(allow_blank=True)


@extend_schema_field(DueRow(many=True))
class DueListField(drf.Field[Any, Any, Any, Any]):
    """The days of an exercise, ready for JSON."""

    def to_representation(self, value: Any) -> Any:
        """Return the rows."""
        return DueRow(value, many=True).data


class ExerciseRow(RowSerializer):
    """A fiscal year, under what it opens, its state and its days."""

    id = drf.IntegerField()
    fiscal_year = drf.IntegerField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
    opening_regime = drf.ChoiceField(OpeningRegime.choices)
    lfi_opens_on = DayField(allow_null=True)
    state = drf.ChoiceField(ExerciseState.choices)
    closed_at = drf.DateTimeField(allow_null=True)
    closing_reason = drf.CharField(allow_blank=True)
    reopening_reason = drf.CharField(allow_blank=True)
    reopening_asked_by = drf.CharField(source="reopening_asked_by__username", allow_null=True)
    reopened_by = drf.CharField(source="reopened_by__username", allow_null=True)
    version = drf.IntegerField()
    dates = DueListField()

    class Meta:
        nested = ("dates",)


class ExerciseCreation(StrictSerializer):
    """A new exercise: it takes the days of the one before it, a year later."""

    fiscal_year = drf.IntegerField(min_value=1990, max_value=2100)
    data_origin = drf.ChoiceField(DataOrigin.choices, required=False)
    opening_regime = drf.ChoiceField(OpeningRegime.choices, required=False)
    lfi_opens_on = DayField(required=False, allow_null=True)


class DueInput(StrictSerializer):
    """One day of an exercise."""

    kind = drf.ChoiceField(ExerciseDateKind.choices)
    due_on = DayField()
    data_on = DayField(required=False, allow_null=True)
    done_on = DayField(required=False, allow_null=True)
    legal_source = TextField(max_length=300, required=False, allow_blank=True)


class ExerciseEdit(StrictSerializer):
    """What changes of an exercise; `dates` are all its days, one a kind."""

    opening_regime = drf.ChoiceField(OpeningRegime.choices)
    lfi_opens_on = DayField(required=False, allow_null=True)
    dates = DueInput(many=True, required=False, max_length=KINDS)  # type: ignore[call-arg]
    reason = TextField(max_length=300, required=False, allow_blank=True)


class Why(StrictSerializer):
    """Why."""

    reason = TextField(max_length=300)


class ExerciseFilters(Filters):
    """Filters of `exercises`."""

    fiscal_year = YearFilter("fiscal_year")
    state = OneOf("state", ExerciseState.choices)
    data_origin = origin_filter()


class ExerciseViewSet(IdempotentMixin, HistoryViewSet):
    """Fiscal years with their calendar; closed with a reason, opened again by two persons."""

    queryset = Exercise.objects.all()
    policy_resource = Resource.EXERCISE
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.UPDATE,
        "close": Action.CLOSE,
        "reopen": Action.CLOSE,
        "confirm": Action.VALIDATE,
    }
    if_match_actions = frozenset({"partial_update", "close", "reopen", "confirm"})
    idempotent_actions = frozenset({"create"})
    row_serializer = ExerciseRow
    filterset_class = ExerciseFilters
    versioned = True
    ordering = ("id",)
    ordering_fields = {"id": "id", "fiscal_year": "fiscal_year"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the days of each exercise; one query."""
        dates = dates_by_exercise([row["id"] for row in rows])
        for row in rows:
            row["dates"] = dates.get(row["id"], [])

    @extend_schema(request=ExerciseCreation, responses={201: ExerciseRow})
    def create(self, request: Request) -> Response:
        """Open an exercise, with the days of the one before it, a year later."""
        row = create_exercise(actor=request.user, **self.body(ExerciseCreation))
        place = f"{request.path}{row.pk}/"
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})

    @extend_schema(request=ExerciseEdit, responses={200: ExerciseRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change an exercise that is open: its regime with the day of the finance act, its days."""
        row = self.seen(id=id)
        version = expected_version(request)
        changes = self.body(ExerciseEdit, partial=True)
        if "dates" in changes:
            changes["dates"] = [Due(**one) for one in changes["dates"]]
        edit_exercise(actor=request.user, exercise_id=row.pk, expected_version=version, **changes)
        return self.answer(self.find(pk=row.pk))

    @extend_schema(request=Why, responses={200: ExerciseRow})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, id: str) -> Response:
        """Close an exercise: it is read only."""
        return self._moved(id, close_exercise, **self.body(Why))

    @extend_schema(request=Why, responses={200: ExerciseRow})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, id: str) -> Response:
        """Ask that a closed exercise be opened again: somebody else confirms."""
        return self._moved(id, ask_reopening, **self.body(Why))

    @extend_schema(request=None, responses={200: ExerciseRow})
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, id: str) -> Response:
        """Open a closed exercise again: never by who asked for it."""
        return self._moved(id, confirm_reopening)

    def _moved(self, id: str, service: Any, **fields: Any) -> Response:
        row = self.seen(id=id)
        version = expected_version(self.request)
        service(actor=self.request.user, exercise_id=row.pk, expected_version=version, **fields)
        return self.answer(self.find(pk=row.pk))
