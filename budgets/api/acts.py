"""Acts on credits: decided with all their legs, read with their balance, cancelled at once."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Min, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from accounts.enums import Action, Resource
from budgets.api.filters import CreditMovementFilters
from budgets.api.serializers import CreditMovementRow
from budgets.api.typed_inputs import ActCancellation, ActCreation, ActsCreation
from budgets.api.typing import TypingMixin, typed
from budgets.enums import MovementKind
from budgets.models import CreditMovement
from budgets.services.acts import Act, Leg, cancel_act, decide_acts
from common.api.fields import DayField, MoneyStringField, RowSerializer
from common.api.views import RowViewSet
from common.models import DataOrigin


class ActLegRow(CreditMovementRow):
    """A leg of an act; `reverses` is the leg that it takes out of every total, if any."""

    reverses = drf.IntegerField(source="reverses_id", allow_null=True)


class ActRow(RowSerializer):
    """An act on credits: `ae` and `cp` are the sums of its legs, counter-entries included."""

    id = drf.IntegerField()
    act_reference = drf.CharField()
    kind = drf.ChoiceField(MovementKind.choices)
    fiscal_year = drf.IntegerField()
    effective_on = DayField()
    legal_basis = drf.CharField()
    ceiling_law = drf.CharField()
    recorded_at = drf.DateTimeField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)
    is_cancelled = drf.BooleanField()
    legs = ActLegRow(many=True)

    class Meta:
        nested = ("ae", "cp", "is_cancelled", "legs")


@typed(ActCreation, ActsCreation, ActRow)
class CreditActViewSet(TypingMixin, IdempotentMixin, RowViewSet):
    """Acts on credits, each known by the id of its first visible leg."""

    queryset = CreditMovement.objects.all()
    policy_resource = Resource.CREDIT
    policy_actions = {**TypingMixin.policy_actions, "cancel": Action.CORRECT}
    idempotent_actions = TypingMixin.idempotent_actions | {"cancel"}
    creation = ActCreation
    bulk_creation = ActsCreation
    row_serializer = ActRow
    filterset_class = CreditMovementFilters
    ordering = ("effective_on",)
    ordering_fields = {
        "effective_on": "effective_on",
        "fiscal_year": "fiscal_year",
        "kind": "kind",
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Return the first visible leg of each act."""
        legs = super().get_queryset().exclude(act_reference="")
        acts = legs.order_by().values("act_reference", "data_origin")
        return legs.filter(pk__in=acts.annotate(first=Min("pk")).values("first"))

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the visible legs and their sums; one query."""
        references = {row["act_reference"] for row in rows}
        seen = CreditMovement.objects.visible_to(self.request.user)
        columns = dict.fromkeys([*ActLegRow.columns(), "id"])
        found = seen.filter(act_reference__in=references).order_by("pk").values(*columns)
        legs: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for leg in found:
            legs.setdefault((leg["act_reference"], leg["data_origin"]), []).append(leg)
        for row in rows:
            own = legs.get((row["act_reference"], row["data_origin"]), [])
            row["ae"] = sum(leg["ae"] for leg in own)
            row["cp"] = sum(leg["cp"] for leg in own)
            undone = {leg["reverses_id"] for leg in own}
            row["is_cancelled"] = all(leg["reverses_id"] or leg["id"] in undone for leg in own)
            row["legs"] = own

    def written(self, entries: list[dict[str, Any]], override_reason: str) -> list[Any]:
        """Decide the acts; the first leg stands for each."""
        acts = [
            Act(**{**entry, "legs": [Leg(**leg) for leg in entry["legs"]]}) for entry in entries
        ]
        user = self.request.user
        written = decide_acts(actor=user, acts=acts, override_reason=override_reason)
        return [legs[0] for legs in written]

    @extend_schema(request=ActCancellation, responses={200: ActRow})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        """Take the act out of every total, by the counter-entries of all its legs."""
        self.find(pk=id)
        rows = CreditMovement.objects.all().allowing(request.user, Action.CORRECT)
        if not rows.filter(pk=id).exists():
            raise PermissionDenied
        cancel_act(actor=request.user, movement_id=int(id), **self.body(ActCancellation))
        return self.answer(self.find(pk=id))
