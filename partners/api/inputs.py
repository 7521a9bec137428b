"""Bodies of the writes of the partners room: shapes only, the rules are those of the services."""

from __future__ import annotations

from rest_framework import serializers as drf

from accounts.api.inputs import Creating, Editing, NamedField, people
from common.api.fields import (
    DayField,
    MoneyStringField,
    PercentStringField,
    StrictSerializer,
    TextField,
)
from partners.enums import ContractKind, IdentifierKind, PartnerKind
from partners.models import Partner


class PartnerFields(StrictSerializer):
    """What people edit of a partner."""

    name = TextField(max_length=200)
    kind = drf.ChoiceField(PartnerKind.choices)
    identifier_kind = drf.ChoiceField(IdentifierKind.choices, required=False)
    identifier = TextField(max_length=40, required=False, allow_blank=True)
    country = drf.RegexField(r"^[A-Z]{2}\Z", required=False)


class PartnerCreation(Creating, PartnerFields):
    """A new partner, open or as a draft."""


class PartnerEdit(Editing, PartnerFields):
    """Some fields of a partner, and why they change."""


class ContractFields(StrictSerializer):
    """What people edit of a contract; HT, VAT rate and TTC are given apart and must agree."""

    title = TextField(max_length=200)
    kind = drf.ChoiceField(ContractKind.choices)
    holder = NamedField(Partner.objects.visible_to, "code")
    manager = NamedField(people, "username", required=False, allow_null=True)
    amount_excl_tax = MoneyStringField()
    vat_rate = PercentStringField()
    amount_incl_tax = MoneyStringField()
    notified_on = DayField(required=False, allow_null=True)
    start_on = DayField(required=False, allow_null=True)
    end_on = DayField(required=False, allow_null=True)


class ContractCreation(Creating, ContractFields):
    """A new contract, open or as a draft."""


class ContractEdit(Editing, ContractFields):
    """Some fields of a contract, and why they change."""
