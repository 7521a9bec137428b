"""Bodies of what is typed in the ledgers: shapes only, the rules are those of the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers as drf

from accounts.api.inputs import NamedField
from budgets.enums import CreditType, MovementKind, PaymentKind
from budgets.models import Commitment, NomenclatureNode
from budgets.services.commitments import LEGAL_LENGTH
from budgets.services.entries import MOST_ENTRIES, REFERENCE_LENGTH
from common.api.fields import (
    DayField,
    FlagField,
    MoneyStringField,
    PercentStringField,
    StrictSerializer,
    TextField,
)
from projects.models import Project

MOST_LINES = 200


def _year() -> Any:
    return drf.IntegerField(min_value=1990, max_value=2100)


def _many(form: Any, most: int) -> Any:
    return form(many=True, allow_empty=False, max_length=most)


def _axis() -> Any:
    return NamedField(NomenclatureNode.objects.visible_to, "code", required=False, allow_null=True)


@extend_schema_field({"type": "integer", "minimum": 1})
class LineField(drf.Field):
    """A line of a commitment, by its id, among what the caller may see."""

    default_error_messages = {
        "invalid": "A whole number is expected.",
        "unknown": "There is none of this id.",
    }

    def to_internal_value(self, data: Any) -> Commitment:
        """Return the line."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        named = self.context.get("named", {}).get(self.field_name)
        if named is None:
            named = lines_by_id(self.context["view"].request.user, {data})
        if data not in named:
            self.fail("unknown")
        found: Commitment = named[data]
        return found


def lines_by_id(user: Any, ids: set[int]) -> dict[int, Commitment]:
    """Return the lines of commitments that `user` may see, by id; one query."""
    possible = [pk for pk in ids if 0 < pk < 2**63]
    rows = Commitment.objects.visible_to(user).select_related("node", "project")
    found: dict[int, Commitment] = rows.in_bulk(possible)
    return found


class Overriding(StrictSerializer):
    """Why a blocking rule is passed, by who may; absent, nothing is."""

    override_reason = TextField(max_length=300, required=False, allow_blank=True)


class ImputationFields(StrictSerializer):
    """The budget line that an amount is charged to: codes of the nomenclature."""

    node: Any = NamedField(NomenclatureNode.objects.visible_to, "code")
    project: Any = NamedField(Project.objects.visible_to, "code", required=False, allow_null=True)
    functional_domain: Any = _axis()
    activity: Any = _axis()
    category: Any = _axis()
    tranche: Any = _axis()
    cost_centre: Any = _axis()
    credit_type = drf.ChoiceField(CreditType.choices, required=False)
    is_earmarked = FlagField(required=False)


class LegFields(ImputationFields):
    """What an act moves on one budget line."""

    ae = MoneyStringField(signed=True)
    cp = MoneyStringField(signed=True)


class ActFields(StrictSerializer):
    """An act on credits, with its legs.

    `ceiling_law` is the finance law that lets a carry-over go beyond its ceiling.
    """

    kind = drf.ChoiceField(MovementKind.choices)
    fiscal_year = _year()
    effective_on = DayField()
    legal_basis = TextField(max_length=200)
    act_reference = TextField(max_length=REFERENCE_LENGTH)
    ceiling_law = TextField(max_length=120, required=False, allow_blank=True)
    reason = TextField(max_length=300, required=False, allow_blank=True)
    legs = _many(LegFields, MOST_LINES)


class ActCreation(Overriding, ActFields):
    """One act."""


class ActsCreation(Overriding):
    """Acts, recorded all together or not at all."""

    rows = _many(ActFields, MOST_ENTRIES)


class ActCancellation(Overriding):
    """Why an act is taken out of every total."""

    reason = TextField(max_length=300)


class LineFields(ImputationFields):
    """A line of a commitment: TTC, or HT and its rate of VAT (percent), or both."""

    line_number = TextField(max_length=10, required=False, allow_blank=True)
    label: Any = TextField(max_length=200, required=False, allow_blank=True)
    amount = MoneyStringField(required=False, allow_null=True)
    amount_excl_tax = MoneyStringField(required=False, allow_null=True)
    vat_rate = PercentStringField(required=False, allow_null=True)


class CommitmentFields(StrictSerializer):
    """A legal commitment (EJ), with its lines; `amount` is its total TTC.

    `service_from`, the first day of its service, is needed when it is signed ahead of its exercise.
    """

    legal_reference = TextField(max_length=LEGAL_LENGTH)
    label: Any = TextField(max_length=200, required=False, allow_blank=True)
    supplier = TextField(max_length=120, required=False, allow_blank=True)
    committed_on = DayField()
    service_from = DayField(required=False, allow_null=True)
    fiscal_year = _year()
    amount = MoneyStringField()
    lines = _many(LineFields, MOST_LINES)


class CommitmentCreation(Overriding, CommitmentFields):
    """One commitment, and the reservation that was made for it."""

    reservation = drf.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1
    )
    reservation_version = drf.IntegerField(required=False, min_value=1, max_value=2**31 - 1)


class CommitmentsCreation(Overriding):
    """Commitments, recorded all together or not at all."""

    rows = _many(CommitmentFields, MOST_ENTRIES)


class LineMove(Overriding):
    """What moves a line: a withdrawal is negative, a complement positive."""

    amount = MoneyStringField(signed=True)
    moved_on = DayField()
    service_from = DayField(required=False, allow_null=True)
    fiscal_year = _year()
    is_recyclable = FlagField(required=False)
    reason = TextField(max_length=300)


class FollowingFields(StrictSerializer):
    """A fact that follows a line of a commitment; `reference` is its number in the source."""

    commitment = LineField()
    amount = MoneyStringField()
    fiscal_year = _year()
    reference = TextField(max_length=REFERENCE_LENGTH, required=False, allow_blank=True)


class ServiceFields(FollowingFields):
    """A certified service."""

    done_on = DayField()


class RequestFields(FollowingFields):
    """A payment order (DP), and the invoice that it pays."""

    number = TextField(max_length=40)
    requested_on = DayField()
    invoice_number = TextField(max_length=60, required=False, allow_blank=True)
    invoice_received_on = DayField(required=False, allow_null=True)


class PaymentFields(FollowingFields):
    """A payment on service done, an advance, or the recovery of one."""

    kind = drf.ChoiceField(PaymentKind.choices, required=False)
    paid_on = DayField()
    payment_request = TextField(max_length=40, required=False, allow_blank=True)


class ServiceCreation(Overriding, ServiceFields):
    """One certified service."""


class ServicesCreation(Overriding):
    """Certified services, recorded all together or not at all."""

    rows = _many(ServiceFields, MOST_ENTRIES)


class RequestCreation(Overriding, RequestFields):
    """One payment request."""


class RequestsCreation(Overriding):
    """Payment requests, recorded all together or not at all."""

    rows = _many(RequestFields, MOST_ENTRIES)


class PaymentCreation(Overriding, PaymentFields):
    """One payment."""


class PaymentsCreation(Overriding):
    """Payments, recorded all together or not at all."""

    rows = _many(PaymentFields, MOST_ENTRIES)
