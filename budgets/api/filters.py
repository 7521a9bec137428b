"""Filters of the budgets room."""

from __future__ import annotations

from budgets.enums import (
    CreditType,
    LandingMethod,
    MovementKind,
    NomenclatureKind,
    ReservationState,
)
from common.api.filtersets import (
    CodeFilter,
    Filters,
    FlagFilter,
    IdFilter,
    OneOf,
    SearchFilter,
    YearFilter,
    at_least,
    at_most,
    from_day,
    origin_filter,
    to_day,
)
from common.models import RecordState
from projects.api.filters import NodeFilter


class NomenclatureFilters(Filters):
    """Filters of `nomenclature`."""

    q = SearchFilter(["code", "name"])
    state = OneOf("state", RecordState.choices)
    kind = OneOf("kind", NomenclatureKind.choices)
    parent = CodeFilter("parent__code")
    data_origin = origin_filter()


class LedgerFilters(Filters):
    """What every ledger is filtered by; `node` is a node of the portfolio, with its subtree."""

    source_reference = CodeFilter("source_reference")
    fiscal_year = YearFilter("fiscal_year")
    data_origin = origin_filter()


class OfProjectLedgerFilters(LedgerFilters):
    """Ledgers whose rows name a project."""

    project = CodeFilter("project__code")
    node = NodeFilter("project__node_id")
    ministry = CodeFilter("project__ministry__code")
    nomenclature = CodeFilter("node__code")
    activity = CodeFilter("activity__code")
    functional_domain = CodeFilter("functional_domain__code")
    tranche = CodeFilter("tranche__code")
    credit_type = OneOf("credit_type", CreditType.choices)
    is_earmarked = FlagFilter("is_earmarked")


class CreditMovementFilters(OfProjectLedgerFilters):
    """Filters of `credit-movements`."""

    q = SearchFilter(["source_reference", "legal_basis"])
    kind = OneOf("kind", MovementKind.choices)
    act_reference = CodeFilter("act_reference")
    effective_on_from = from_day("effective_on")
    effective_on_to = to_day("effective_on")
    ae_min = at_least("ae")
    ae_max = at_most("ae")
    cp_min = at_least("cp")
    cp_max = at_most("cp")


class CommitmentFilters(OfProjectLedgerFilters):
    """Filters of `commitments`."""

    q = SearchFilter(["legal_reference", "label"])
    legal_reference = CodeFilter("legal_reference")
    commitment_year = YearFilter("commitment_year")
    is_recyclable = FlagFilter("is_recyclable")
    committed_on_from = from_day("committed_on")
    committed_on_to = to_day("committed_on")
    amount_min = at_least("amount")
    amount_max = at_most("amount")


class OfCommitmentFilters(LedgerFilters):
    """Ledgers whose rows follow from a commitment."""

    project = CodeFilter("commitment__project__code")
    node = NodeFilter("commitment__project__node_id")
    ministry = CodeFilter("commitment__project__ministry__code")
    nomenclature = CodeFilter("commitment__node__code")
    commitment = IdFilter("commitment_id")
    legal_reference = CodeFilter("commitment__legal_reference")
    amount_min = at_least("amount")
    amount_max = at_most("amount")


class ServiceDoneFilters(OfCommitmentFilters):
    """Filters of `service-done`."""

    done_on_from = from_day("done_on")
    done_on_to = to_day("done_on")


class PaymentRequestFilters(OfCommitmentFilters):
    """Filters of `payment-requests`."""

    q = SearchFilter(["number", "invoice_number"])
    number = CodeFilter("number")
    requested_on_from = from_day("requested_on")
    requested_on_to = to_day("requested_on")


class ScheduledPaymentFilters(LedgerFilters):
    """Filters of `scheduled-payments`."""

    project = CodeFilter("commitment__project__code")
    commitment = IdFilter("commitment_id")
    movement = IdFilter("movement_id")
    legal_reference = CodeFilter("commitment__legal_reference")


class ReservationFilters(Filters):
    """Filters of `reservations`."""

    q = SearchFilter(["label", "supplier", "legal_reference"])
    state = OneOf("state", ReservationState.choices)
    fiscal_year = YearFilter("fiscal_year")
    nomenclature = CodeFilter("node__code")
    project = CodeFilter("project__code")
    credit_type = OneOf("credit_type", CreditType.choices)
    data_origin = origin_filter()


class LandingFilters(Filters):
    """Filters of `landings`."""

    project = CodeFilter("project__code")
    fiscal_year = YearFilter("fiscal_year")
    credit_type = OneOf("credit_type", CreditType.choices)
    method = OneOf("method", LandingMethod.choices)
    data_origin = origin_filter()


class PaymentFilters(OfCommitmentFilters):
    """Filters of `payments`."""

    is_advance = FlagFilter("is_advance")
    paid_on_from = from_day("paid_on")
    paid_on_to = to_day("paid_on")
