"""Ceilings of the programming: proposed by who holds the node, attested by somebody else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.api.inputs import NamedField
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from budgets.api.exercises import Why
from budgets.enums import CeilingMode, CeilingState, CreditType
from budgets.models import BudgetCeiling, NomenclatureNode, ProgrammingVersion
from budgets.services.budget_ceilings import attest_ceiling, propose_ceiling, refuse_ceiling
from budgets.tables.ceilings import compared
from common.api.etags import expected_version
from common.api.fields import MoneyStringField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import (
    CodeFilter,
    DayFilter,
    Filters,
    IdFilter,
    OneOf,
    YearFilter,
    origin_filter,
)
from common.models import DataOrigin
from common.money import from_cents


class ProgrammedRow(drf.Serializer[Any]):
    """What a version programmes under a ceiling, and what is left; euros TTC, negative beyond."""

    version = drf.CharField()
    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)
    ae_left = MoneyStringField(signed=True)
    cp_left = MoneyStringField(signed=True)


@extend_schema_field(ProgrammedRow)
class ProgrammedField(drf.Field[Any, Any, Any, Any]):
    """The margin under a ceiling, ready for JSON; null where no figure exists."""

    def to_representation(self, value: Any) -> Any:
        """Return the version and its euros."""
        version, margin = value
        names = ("ae", "cp", "ae_left", "cp_left")
        return {
            "version": version.code,
            **{name: f"{from_cents(getattr(margin, name)):.2f}" for name in names},
        }


class CeilingRow(RowSerializer):
    """AE and CP that a node may programme in a year; euros TTC.

    In force from `decided_at` (once attested) until `ended_at`. `programmed` compares it with the
    version of record of the nearest exercise, or with the version asked for.
    """

    id = drf.IntegerField()
    node = drf.CharField(source="node__code")
    fiscal_year = drf.IntegerField()
    credit_type = drf.ChoiceField(CreditType.choices)
    ae = MoneyStringField()
    cp = MoneyStringField()
    mode = drf.ChoiceField(CeilingMode.choices)
    state = drf.ChoiceField(CeilingState.choices)
    reason = drf.CharField()
    proposed_by = drf.CharField(source="proposed_by__username")
    proposed_at = drf.DateTimeField()
    decided_by = drf.CharField(source="decided_by__username", allow_null=True)
    decided_at = drf.DateTimeField(allow_null=True)
    refusal_reason = drf.CharField(allow_blank=True)
    ended_at = drf.DateTimeField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()
    node_id = drf.IntegerField()
    programmed = ProgrammedField(allow_null=True)

    class Meta:
        nested = ("programmed",)


class CeilingCreation(StrictSerializer):
    """A ceiling to propose, and why."""

    node: Any = NamedField(NomenclatureNode.objects.visible_to, "code")
    fiscal_year = drf.IntegerField(min_value=1990, max_value=2100)
    credit_type = drf.ChoiceField(CreditType.choices, required=False)
    ae = MoneyStringField()
    cp = MoneyStringField()
    mode = drf.ChoiceField(CeilingMode.choices, required=False)
    reason = TextField(max_length=300)


class InForceFilter(DayFilter):
    """What was in force at the end of a day."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep the ceilings in force that day."""
        rows: Any = qs
        kept: QuerySet[Any] = rows.in_force(value) if value else rows
        return kept


class VersionFilter(IdFilter):
    """The version of the programming to compare with: it keeps every ceiling."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Keep every ceiling."""
        return qs


class CeilingFilters(Filters):
    """Filters of `ceilings`."""

    nomenclature = CodeFilter("node__code")
    fiscal_year = YearFilter("fiscal_year")
    credit_type = OneOf("credit_type", CreditType.choices)
    mode = OneOf("mode", CeilingMode.choices)
    state = OneOf("state", CeilingState.choices)
    in_force_on = InForceFilter("decided_at")
    programming_version = VersionFilter("pk")
    data_origin = origin_filter()


class CeilingViewSet(IdempotentMixin, HistoryViewSet):
    """Ceilings of the programming; a change is another proposal, the former stays known."""

    queryset = BudgetCeiling.objects.all()
    policy_resource = Resource.CREDIT
    policy_actions = {
        "create": Action.CREATE,
        "attest": Action.VALIDATE,
        "refuse": Action.VALIDATE,
    }
    if_match_actions = frozenset({"attest", "refuse"})
    idempotent_actions = frozenset({"create"})
    row_serializer = CeilingRow
    filterset_class = CeilingFilters
    versioned = True
    # What is programmed under a ceiling changes without it.
    fresh_by_version = False
    ordering = ("-id",)
    ordering_fields = {"id": "id", "fiscal_year": "fiscal_year", "ae": "ae", "cp": "cp"}

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Compare each ceiling with what is programmed under it; five queries at most."""
        known = compared(self.request.user, self._version())
        for row in rows:
            key = row["node_id"], row["fiscal_year"], row["credit_type"]
            row["programmed"] = known.margin(key, row["data_origin"], row["ae"], row["cp"])

    def _version(self) -> ProgrammingVersion | None:
        """Return the version asked for; 400 when it is none that the caller reads."""
        wanted = self.request.query_params.get("programming_version", "")
        if not wanted:
            return None
        seen = ProgrammingVersion.objects.visible_to(self.request.user)
        version: ProgrammingVersion | None = seen.filter(pk=wanted).first()
        if version is None:
            raise ValidationError({"programming_version": "There is no such version."})
        return version

    @extend_schema(request=CeilingCreation, responses={201: CeilingRow})
    def create(self, request: Request) -> Response:
        """Propose a ceiling: it is in force once somebody else attests it."""
        row = propose_ceiling(actor=request.user, **self.body(CeilingCreation))
        place = f"{request.path}{row.pk}/"
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})

    @extend_schema(request=None, responses={200: CeilingRow})
    @action(detail=True, methods=["post"])
    def attest(self, request: Request, id: str) -> Response:
        """Put a proposal in force: never by who proposed it."""
        return self._decided(id, attest_ceiling)

    @extend_schema(request=Why, responses={200: CeilingRow})
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, id: str) -> Response:
        """Refuse a proposal, with a reason: what was in force stays so."""
        return self._decided(id, refuse_ceiling, **self.body(Why))

    def _decided(self, id: str, service: Any, **fields: Any) -> Response:
        row = self.seen(id=id)
        rows = BudgetCeiling.objects.all().allowing(self.request.user, Action.VALIDATE)
        if not rows.filter(pk=row.pk).exists():
            raise PermissionDenied
        version = expected_version(self.request)
        service(actor=self.request.user, ceiling_id=row.pk, expected_version=version, **fields)
        return self.answer(self.find(pk=row.pk))
