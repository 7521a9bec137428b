"""Bodies of the writes of the budgets room: shapes only, the rules are those of the services."""

from __future__ import annotations

from rest_framework import serializers as drf

from accounts.api.inputs import CodeField, NamedField
from budgets.enums import NomenclatureKind
from budgets.models import NomenclatureNode
from common.api.fields import DayField, FlagField, StrictSerializer, TextField


class NomenclatureFields(StrictSerializer):
    """What people edit of a node of the nomenclature."""

    name = TextField(max_length=200)
    kind = drf.ChoiceField(NomenclatureKind.choices)
    parent = NamedField(
        NomenclatureNode.objects.visible_to, "code", required=False, allow_null=True
    )
    valid_from = DayField(required=False, allow_null=True)
    valid_to = DayField(required=False, allow_null=True)


class NomenclatureCreation(NomenclatureFields):
    """A new node, open or as a draft."""

    code = CodeField()
    draft = FlagField(required=False)


class NomenclatureEdit(NomenclatureFields):
    """Some fields of a node, and why they change."""

    reason = TextField(max_length=500, required=False, allow_blank=True)
