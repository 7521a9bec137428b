"""Partners and contracts, as the API shows them; HT, VAT rate and TTC are carried apart."""

from __future__ import annotations

from rest_framework import serializers as drf

from common.api.fields import DayField, MoneyStringField, PercentStringField, RowSerializer
from common.models import DataOrigin, RecordState
from partners.enums import ContractKind, IdentifierKind, PartnerKind


class PartnerRow(RowSerializer):
    """A body that the directorate works with."""

    code = drf.CharField()
    name = drf.CharField()
    kind = drf.ChoiceField(PartnerKind.choices)
    identifier_kind = drf.ChoiceField(IdentifierKind.choices)
    identifier = drf.CharField()
    country = drf.CharField()
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()


class ContractRow(RowSerializer):
    """A contract; `projects` are those that the caller may read."""

    code = drf.CharField()
    title = drf.CharField()
    kind = drf.ChoiceField(ContractKind.choices)
    holder = drf.CharField(source="holder__code")
    holder_name = drf.CharField(source="holder__name")
    amount_excl_tax = MoneyStringField()
    vat_rate = PercentStringField()
    amount_incl_tax = MoneyStringField()
    notified_on = DayField(allow_null=True)
    start_on = DayField(allow_null=True)
    end_on = DayField(allow_null=True)
    manager = drf.CharField(source="manager__username", allow_null=True)
    state = drf.ChoiceField(RecordState.choices)
    closed_on = DayField(allow_null=True)
    projects = drf.ListField(child=drf.CharField())
    data_origin = drf.ChoiceField(DataOrigin.choices)
    version = drf.IntegerField()

    class Meta:
        nested: tuple[str, ...] = ("projects",)


class AmendmentRow(RowSerializer):
    """A signed change; amounts are signed differences."""

    number = drf.IntegerField()
    subject = drf.CharField()
    signed_on = DayField()
    amount_excl_tax = MoneyStringField(signed=True)
    amount_incl_tax = MoneyStringField(signed=True)
    new_end_on = DayField(allow_null=True)
    source_reference = drf.CharField()
    recorded_at = drf.DateTimeField()
    source_file = drf.CharField()
    source_line = drf.IntegerField(allow_null=True)
    data_origin = drf.ChoiceField(DataOrigin.choices)


class ContractCommitmentRow(RowSerializer):
    """A commitment that the contract produced, among those that the caller may read."""

    id = drf.IntegerField()
    legal_reference = drf.CharField()
    amount = MoneyStringField(signed=True)
    committed_on = DayField()


class ContractDetail(ContractRow):
    """A contract with its amendments and commitments."""

    amendments = AmendmentRow(many=True)
    commitments = ContractCommitmentRow(many=True)

    class Meta(ContractRow.Meta):
        nested = ("projects", "amendments", "commitments")
