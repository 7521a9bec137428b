"""Rows of the ledgers, as the API shows them; amounts in euros TTC, signed."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers as drf

from budgets.enums import CreditType, MovementKind, NomenclatureKind, ReservationState
from common.api.fields import DayField, MoneyStringField, PercentStringField, RowSerializer
from common.models import DataOrigin, RecordState


class NomenclatureRow(RowSerializer):
    """A node of the budget nomenclature."""

    code = drf.CharField()
    name = drf.CharField()
    kind = drf.ChoiceField(NomenclatureKind.choices)
    parent = drf.CharField(source="parent__code", allow_null=True)  # type: ignore[assignment]
    external_code = drf.CharField()
    fiscal_year = drf.IntegerField(allow_null=True)
    valid_from = DayField(allow_null=True)
    valid_to = DayField(allow_null=True)
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()


class CopiedActivities(drf.Serializer[Any]):
    """How many activities were copied, and how many the exercise had already."""

    created = drf.IntegerField()
    known = drf.IntegerField()


class LedgerRow(RowSerializer):
    """What every row of a ledger says of itself.

    `fiscal_year` is the exercise given by the source, not the year of the date.
    """

    id = drf.IntegerField()
    source_reference = drf.CharField()
    fiscal_year = drf.IntegerField()
    recorded_at = drf.DateTimeField()
    source_file = drf.CharField()
    source_line = drf.IntegerField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)


class ImputedRow(LedgerRow):
    """What a row charged to a budget line says of it: codes of the nomenclature."""

    node = drf.CharField(source="node__code")
    project = drf.CharField(source="project__code", allow_null=True)
    functional_domain = drf.CharField(source="functional_domain__code", allow_null=True)
    activity = drf.CharField(source="activity__code", allow_null=True)
    category = drf.CharField(source="category__code", allow_null=True)
    tranche = drf.CharField(source="tranche__code", allow_null=True)
    cost_centre = drf.CharField(source="cost_centre__code", allow_null=True)
    credit_type = drf.ChoiceField(CreditType.choices)
    is_earmarked = drf.BooleanField()


class CreditMovementRow(ImputedRow):
    """One leg of an act on credits: a signed movement of AE and CP."""

    kind = drf.ChoiceField(MovementKind.choices)
    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)
    effective_on = DayField()
    legal_basis = drf.CharField()
    act_reference = drf.CharField()
    ceiling_law = drf.CharField()


class CommitmentRow(ImputedRow):
    """A signed movement of a line of a legal commitment (EJ): it consumes AE.

    `amount` is TTC; `amount_excl_tax` and `vat_rate` (percent) are those of the source, if any.
    """

    legal_reference = drf.CharField()
    line_number = drf.CharField()
    label = drf.CharField()  # type: ignore[assignment]
    supplier = drf.CharField()
    amount = MoneyStringField(signed=True)
    amount_excl_tax = MoneyStringField(signed=True, allow_null=True)
    vat_rate = PercentStringField(allow_null=True)
    committed_on = DayField()
    service_from = DayField(allow_null=True)
    commitment_year = drf.IntegerField()
    is_recyclable = drf.BooleanField()


class OfCommitmentRow(LedgerRow):
    """A row that follows from a commitment."""

    commitment = drf.IntegerField(source="commitment_id")
    legal_reference = drf.CharField(source="commitment__legal_reference")
    node = drf.CharField(source="commitment__node__code")
    project = drf.CharField(source="commitment__project__code", allow_null=True)
    amount = MoneyStringField(signed=True)


class ServiceDoneRow(OfCommitmentRow):
    """A certified service."""

    done_on = DayField()


class PaymentRequestRow(OfCommitmentRow):
    """A payment order (DP) and the invoice that it pays."""

    number = drf.CharField()
    invoice_number = drf.CharField()
    invoice_received_on = DayField(allow_null=True)
    requested_on = DayField()


class ScheduledPaymentRow(LedgerRow):
    """CP expected in an exercise: on a commitment, or on credits not yet committed."""

    commitment = drf.IntegerField(source="commitment_id", allow_null=True)
    legal_reference = drf.CharField(source="commitment__legal_reference", allow_null=True)
    movement = drf.IntegerField(source="movement_id", allow_null=True)
    amount = MoneyStringField(signed=True)
    forecast_on = DayField()
    due_on = DayField(allow_null=True)


class ReservationRow(RowSerializer):
    """AE, and CP of the exercise, set aside for a planned act."""

    id = drf.IntegerField()
    node = drf.CharField(source="node__code")
    project = drf.CharField(source="project__code", allow_null=True)
    credit_type = drf.ChoiceField(CreditType.choices)
    fiscal_year = drf.IntegerField()
    label = drf.CharField()  # type: ignore[assignment]
    supplier = drf.CharField()
    expected_on = DayField(allow_null=True)
    ae = MoneyStringField()
    cp = MoneyStringField()
    state = drf.ChoiceField(ReservationState.choices)
    legal_reference = drf.CharField()
    closing_reason = drf.CharField()
    created_at = drf.DateTimeField()
    closed_at = drf.DateTimeField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()


class AvailabilityLine(drf.Serializer[Any]):
    """The sums of an exercise on one value of an axis, T2 and HT2 apart; euros TTC.

    `ae_allocated_uncommitted` is allotted to operations and not committed on them yet;
    `ae_reserved` and `cp_reserved` are set aside by decisions pending now.
    """

    code = drf.CharField(allow_null=True)
    name = drf.CharField(allow_null=True)
    credit_type = drf.ChoiceField(CreditType.choices)
    ae_opened = MoneyStringField(signed=True)
    ae_frozen = MoneyStringField(signed=True)
    ae_allocated_uncommitted = MoneyStringField(signed=True)
    ae_committed = MoneyStringField(signed=True)
    ae_reserved = MoneyStringField(signed=True)
    ae_available = MoneyStringField(signed=True)
    cp_opened = MoneyStringField(signed=True)
    cp_frozen = MoneyStringField(signed=True)
    cp_paid = MoneyStringField(signed=True)
    cp_reserved = MoneyStringField(signed=True)
    cp_available = MoneyStringField(signed=True)


@extend_schema_serializer(many=False)
class AvailabilityReport(drf.Serializer[Any]):
    """Availability of an exercise, by the values of one axis."""

    fiscal_year = drf.IntegerField()
    as_of = DayField(allow_null=True)
    known_at = drf.DateTimeField(allow_null=True)
    by = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
    results = AvailabilityLine(many=True)


class OfficialCell(drf.Serializer[Any]):
    """A cell of an official layout: euros TTC, or a whole percentage; a reason when neither."""

    key = drf.CharField()
    label = drf.CharField()  # type: ignore[assignment]
    formula = drf.CharField()
    amount = MoneyStringField(signed=True, allow_null=True)
    percent = drf.IntegerField(allow_null=True)
    reason = drf.CharField(allow_null=True)


class OfficialTable(drf.Serializer[Any]):
    """An official layout of an exercise, in the order of its cells."""

    code = drf.CharField()
    fiscal_year = drf.IntegerField()
    credit_type = drf.ChoiceField(CreditType.choices)
    earmarked = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)
    known_at = drf.DateTimeField(allow_null=True)
    cells = OfficialCell(many=True)


class PaymentRow(OfCommitmentRow):
    """A payment: it consumes CP."""

    payment_request = drf.CharField()
    paid_on = DayField()
    is_advance = drf.BooleanField()
