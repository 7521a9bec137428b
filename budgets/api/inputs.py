"""Bodies of the writes of the budgets room: shapes only, the rules are those of the services."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf

from accounts.api.inputs import Creating, Editing, NamedField
from budgets.enums import CreditType, LandingMethod, NomenclatureKind
from budgets.models import NomenclatureNode
from common.api.fields import (
    DayField,
    MoneyStringField,
    StrictSerializer,
    TextField,
)
from projects.models import Project


class NomenclatureFields(StrictSerializer):
    """What people edit of a node of the nomenclature."""

    name = TextField(max_length=200)
    kind = drf.ChoiceField(NomenclatureKind.choices)
    parent: Any = NamedField(
        NomenclatureNode.objects.visible_to, "code", required=False, allow_null=True
    )
    external_code = TextField(max_length=30, required=False, allow_blank=True)
    fiscal_year = drf.IntegerField(required=False, allow_null=True, min_value=1990, max_value=2100)
    valid_from = DayField(required=False, allow_null=True)
    valid_to = DayField(required=False, allow_null=True)


class NomenclatureCreation(Creating, NomenclatureFields):
    """A new node, open or as a draft."""


class NomenclatureEdit(Editing, NomenclatureFields):
    """Some fields of a node, and why they change."""


class ActivityCopy(StrictSerializer):
    """The exercise whose activities are copied, and the one that receives them."""

    from_year = drf.IntegerField(min_value=1990, max_value=2100)
    to_year = drf.IntegerField(min_value=1990, max_value=2100)


class ReservationCreation(StrictSerializer):
    """Credits to set aside on a UO for a planned act."""

    node: Any = NamedField(NomenclatureNode.objects.visible_to, "code")
    project: Any = NamedField(Project.objects.visible_to, "code", required=False, allow_null=True)
    credit_type = drf.ChoiceField(CreditType.choices, default=CreditType.HT2)
    fiscal_year = drf.IntegerField(min_value=1990, max_value=2100)
    label: Any = TextField(max_length=200)
    supplier = TextField(max_length=120, required=False, allow_blank=True)
    expected_on = DayField(required=False, allow_null=True)
    ae = MoneyStringField()
    cp = MoneyStringField(required=False)
    override_reason = TextField(max_length=300, required=False, allow_blank=True)


class ReservationRelease(StrictSerializer):
    """Why the credits are given back."""

    reason = TextField(max_length=300)


class ReservationConsumption(StrictSerializer):
    """The commitment that the reservation was made for."""

    legal_reference = TextField(max_length=40)


class LandingEdit(StrictSerializer):
    """Another landing, and why; the amounts are the manager's say."""

    method = drf.ChoiceField(LandingMethod.choices)
    ae = MoneyStringField(required=False, allow_null=True)
    cp = MoneyStringField(required=False, allow_null=True)
    justification = TextField(max_length=500)


class LandingCreation(LandingEdit):
    """The landing of a project in an exercise."""

    project: Any = NamedField(Project.objects.visible_to, "code")
    fiscal_year = drf.IntegerField(min_value=1990, max_value=2100)
    credit_type = drf.ChoiceField(CreditType.choices, default=CreditType.HT2)


class Correction(StrictSerializer):
    """What a fact should be, and why; an absent column is as it was."""

    fiscal_year = drf.IntegerField(required=False, min_value=1900, max_value=2199)
    reason = TextField(max_length=300)


class MovementCorrection(Correction):
    """What a credit movement should be."""

    ae = MoneyStringField(required=False, signed=True)
    cp = MoneyStringField(required=False, signed=True)
    effective_on = DayField(required=False)
    legal_basis = TextField(max_length=200, required=False, allow_blank=True)
    ceiling_law = TextField(max_length=120, required=False, allow_blank=True)


class CommitmentCorrection(Correction):
    """What a commitment should be."""

    amount = MoneyStringField(required=False, signed=True)
    committed_on = DayField(required=False)
    service_from = DayField(required=False, allow_null=True)
    label: Any = TextField(max_length=200, required=False, allow_blank=True)


class ServiceCorrection(Correction):
    """What a certified service should be."""

    amount = MoneyStringField(required=False, signed=True)
    done_on = DayField(required=False)


class RequestCorrection(Correction):
    """What a payment request should be."""

    amount = MoneyStringField(required=False, signed=True)
    requested_on = DayField(required=False)
    invoice_number = TextField(max_length=60, required=False, allow_blank=True)
    invoice_received_on = DayField(required=False, allow_null=True)


class ScheduleCorrection(Correction):
    """What a scheduled payment should be."""

    amount = MoneyStringField(required=False, signed=True)
    forecast_on = DayField(required=False)
    due_on = DayField(required=False, allow_null=True)


class PaymentCorrection(Correction):
    """What a payment should be."""

    amount = MoneyStringField(required=False, signed=True)
    paid_on = DayField(required=False)
    payment_request = TextField(max_length=40, required=False, allow_blank=True)
