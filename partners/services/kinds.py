"""What people own in the partners room (`accounts.services.owned`)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from accounts.services.owned import RecordKind
from partners.exceptions import TaxMismatch
from partners.models import Contract, Partner

_CENT = Decimal("0.01")


def check_tax(contract: Contract) -> None:
    """Refuse a TTC amount that HT and the VAT rate do not make, within a cent."""
    expected = (contract.amount_excl_tax * (1 + contract.vat_rate / 100)).quantize(
        _CENT, rounding=ROUND_HALF_UP
    )
    if abs(expected - contract.amount_incl_tax) > _CENT:
        raise TaxMismatch(expected=expected, given=contract.amount_incl_tax)


def place_contract(actor: Any, fields: dict[str, Any], contract: Contract | None) -> None:
    """Whoever creates a contract manages it, unless another is named; it has its holder's origin.

    A right on own contracts does not create those of somebody else (PermissionDenied); whoever
    manages a contract may hand it over.
    """
    if contract is not None:
        return
    fields.setdefault("manager", actor)
    fields["data_origin"] = fields["holder"].data_origin
    everywhere = scopes_of(actor, Action.CREATE, Resource.CONTRACT).everywhere
    if not everywhere and fields["manager"] != actor:
        raise PermissionDenied


PARTNERS = RecordKind(
    name="partner",
    model=Partner,
    editable=frozenset({"name", "kind", "identifier_kind", "identifier", "country"}),
)

CONTRACTS = RecordKind(
    name="contract",
    model=Contract,
    editable=frozenset(
        {
            "title",
            "kind",
            "holder",
            "manager",
            "amount_excl_tax",
            "vat_rate",
            "amount_incl_tax",
            "notified_on",
            "start_on",
            "end_on",
        }
    ),
    place=place_contract,
    check=check_tax,
)
