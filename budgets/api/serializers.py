"""Rows of the ledgers, as the API shows them; amounts in euros TTC, signed."""

from __future__ import annotations

from rest_framework import serializers as drf

from budgets.enums import MovementKind, NomenclatureKind
from common.api.fields import DayField, MoneyStringField, RowSerializer
from common.models import DataOrigin, RecordState


class NomenclatureRow(RowSerializer):
    """A node of the budget nomenclature."""

    code = drf.CharField()
    name = drf.CharField()
    kind = drf.ChoiceField(NomenclatureKind.choices)
    parent = drf.CharField(source="parent__code", allow_null=True)  # type: ignore[assignment]
    valid_from = DayField(allow_null=True)
    valid_to = DayField(allow_null=True)
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()


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


class CreditMovementRow(LedgerRow):
    """A signed movement of AE and CP."""

    node = drf.CharField(source="node__code")
    project = drf.CharField(source="project__code", allow_null=True)
    kind = drf.ChoiceField(MovementKind.choices)
    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)
    effective_on = DayField()
    legal_basis = drf.CharField()


class CommitmentRow(LedgerRow):
    """A signed movement of a legal commitment (EJ): it consumes AE."""

    legal_reference = drf.CharField()
    node = drf.CharField(source="node__code")
    project = drf.CharField(source="project__code", allow_null=True)
    label = drf.CharField()  # type: ignore[assignment]
    amount = MoneyStringField(signed=True)
    committed_on = DayField()


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


class PaymentRow(OfCommitmentRow):
    """A payment: it consumes CP."""

    payment_request = drf.CharField()
    paid_on = DayField()
    is_advance = drf.BooleanField()
