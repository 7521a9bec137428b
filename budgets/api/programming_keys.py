"""Keys of CP by node and nature, and the derivation of the CP of a version by them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.idempotency import IdempotentMixin
from budgets.api.ruling import OfNodeCreation, OfNodeRow, OfNodeViewSet
from budgets.enums import ProgrammingNature
from budgets.models import ProgrammingKey
from budgets.services.appraisals import edit_key, record_key
from budgets.services.programming_keys import derive_cp
from common.api.fields import StrictSerializer, TextField


class KeyRow(OfNodeRow):
    """How the AE of a year are paid at a node and below, from an exercise on; whole percents."""

    nature = drf.CharField(allow_blank=True)
    key_0 = drf.IntegerField()
    key_1 = drf.IntegerField()
    key_2 = drf.IntegerField()
    key_3 = drf.IntegerField()
    origin_of_figure = drf.CharField(source="source")


class KeyEdit(StrictSerializer):
    """What is edited of keys: they add up to 100."""

    key_0 = drf.IntegerField(min_value=0, max_value=100)
    key_1 = drf.IntegerField(min_value=0, max_value=100)
    key_2 = drf.IntegerField(min_value=0, max_value=100)
    key_3 = drf.IntegerField(min_value=0, max_value=100)
    origin_of_figure = TextField(max_length=200, required=False, allow_blank=True, source="source")


class KeyCreation(KeyEdit, OfNodeCreation):
    """The keys of a node from an exercise on, for a nature or for all."""

    nature = drf.ChoiceField(ProgrammingNature.choices, required=False, allow_blank=True)


class ProgrammingKeyViewSet(IdempotentMixin, OfNodeViewSet):
    """Keys of CP, by node and nature, from an exercise on."""

    queryset = ProgrammingKey.objects.all()
    idempotent_actions = frozenset({"create"})
    row_serializer = KeyRow

    @extend_schema(request=KeyCreation, responses={201: KeyRow})
    def create(self, request: Request) -> Response:
        """Record keys."""
        return self.recorded(record_key, KeyCreation)

    @extend_schema(request=KeyEdit, responses={200: KeyRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change keys: what was derived by them stays."""
        return self.edited(edit_key, KeyEdit, "key_id", id)


class DerivationInput(StrictSerializer):
    """The lines to derive, all those planned or new without any; and why."""

    lines = drf.ListField(child=drf.IntegerField(min_value=1), required=False, max_length=5_000)
    reason = TextField(max_length=300, required=False, allow_blank=True)


class DerivedCells(drf.Serializer[Any]):
    """What a derivation did; no operation when every CP stood so already."""

    operation = drf.UUIDField(allow_null=True)
    lines = drf.IntegerField()
    changed = drf.IntegerField()
    without_key = drf.ListField(child=drf.IntegerField())


class DerivingMixin:
    """The derivation of the CP of a version."""

    @extend_schema(request=DerivationInput, responses={200: DerivedCells})
    @action(detail=True, methods=["post"])
    def derive(self: Any, request: Request, id: str) -> Response:
        """Write the CP that the keys give on planned lines: one operation, undone as a whole."""
        version = self.written(id)
        done = derive_cp(actor=request.user, version_id=version.pk, **self.body(DerivationInput))
        operation = done.operation
        return Response(
            {
                "operation": str(operation.id) if operation else None,
                "lines": done.lines,
                "changed": len(operation.edits) if operation else 0,
                "without_key": list(done.without_key),
            }
        )
