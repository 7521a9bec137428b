"""The nomenclature, and the four ledgers: facts, corrected by counter-entries."""

from __future__ import annotations

from accounts.api.owned import OwnedViewSet
from accounts.enums import Resource
from budgets.api.filters import (
    CommitmentFilters,
    CreditMovementFilters,
    NomenclatureFilters,
    PaymentFilters,
    PaymentRequestFilters,
    ScheduledPaymentFilters,
    ServiceDoneFilters,
)
from budgets.api.inputs import (
    CommitmentCorrection,
    MovementCorrection,
    NomenclatureCreation,
    NomenclatureEdit,
    PaymentCorrection,
    RequestCorrection,
    ScheduleCorrection,
    ServiceCorrection,
)
from budgets.api.ledgers import LedgerViewSet, documented
from budgets.api.serializers import (
    CommitmentRow,
    CreditMovementRow,
    NomenclatureRow,
    PaymentRequestRow,
    PaymentRow,
    ScheduledPaymentRow,
    ServiceDoneRow,
)
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from budgets.services.kinds import NOMENCLATURE
from common.api.views import CODE


class NomenclatureViewSet(OwnedViewSet):
    """Budget nomenclature."""

    kind = NOMENCLATURE
    creation = NomenclatureCreation
    edition = NomenclatureEdit

    queryset = NomenclatureNode.objects.all()
    policy_resource = Resource.NOMENCLATURE
    row_serializer = NomenclatureRow
    filterset_class = NomenclatureFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    ordering = ("code",)
    ordering_fields = {"code": "code", "name": "name", "kind": "kind"}


@documented(MovementCorrection, CreditMovementRow)
class CreditMovementViewSet(LedgerViewSet):
    """AE and CP movements."""

    queryset = CreditMovement.objects.all()
    policy_resource = Resource.CREDIT
    correction = MovementCorrection
    row_serializer = CreditMovementRow
    filterset_class = CreditMovementFilters
    ordering = ("effective_on",)
    ordering_fields = {
        "effective_on": "effective_on",
        "fiscal_year": "fiscal_year",
        "project": "project__code",
        "kind": "kind",
        "ae": "ae",
        "cp": "cp",
    }


@documented(CommitmentCorrection, CommitmentRow)
class CommitmentViewSet(LedgerViewSet):
    """Commitments (AE)."""

    queryset = Commitment.objects.all()
    policy_resource = Resource.LEDGER
    correction = CommitmentCorrection
    row_serializer = CommitmentRow
    filterset_class = CommitmentFilters
    ordering = ("committed_on",)
    ordering_fields = {
        "committed_on": "committed_on",
        "fiscal_year": "fiscal_year",
        "project": "project__code",
        "legal_reference": "legal_reference",
        "amount": "amount",
    }


@documented(ServiceCorrection, ServiceDoneRow)
class ServiceDoneViewSet(LedgerViewSet):
    """Certified services."""

    queryset = ServiceDone.objects.all()
    policy_resource = Resource.LEDGER
    correction = ServiceCorrection
    row_serializer = ServiceDoneRow
    filterset_class = ServiceDoneFilters
    ordering = ("done_on",)
    ordering_fields = {
        "done_on": "done_on",
        "fiscal_year": "fiscal_year",
        "project": "commitment__project__code",
        "amount": "amount",
    }


@documented(RequestCorrection, PaymentRequestRow)
class PaymentRequestViewSet(LedgerViewSet):
    """Payment orders (DP) and their invoices."""

    queryset = PaymentRequest.objects.all()
    policy_resource = Resource.LEDGER
    correction = RequestCorrection
    row_serializer = PaymentRequestRow
    filterset_class = PaymentRequestFilters
    ordering = ("requested_on",)
    ordering_fields = {
        "requested_on": "requested_on",
        "fiscal_year": "fiscal_year",
        "project": "commitment__project__code",
        "amount": "amount",
    }


@documented(ScheduleCorrection, ScheduledPaymentRow)
class ScheduledPaymentViewSet(LedgerViewSet):
    """CP expected by exercise, on commitments and on credits."""

    queryset = ScheduledPayment.objects.all()
    policy_resource = Resource.LEDGER
    correction = ScheduleCorrection
    row_serializer = ScheduledPaymentRow
    filterset_class = ScheduledPaymentFilters
    ordering = ("fiscal_year",)
    ordering_fields = {
        "fiscal_year": "fiscal_year",
        "forecast_on": "forecast_on",
        "amount": "amount",
    }


@documented(PaymentCorrection, PaymentRow)
class PaymentViewSet(LedgerViewSet):
    """Payments (CP)."""

    queryset = Payment.objects.all()
    policy_resource = Resource.LEDGER
    correction = PaymentCorrection
    row_serializer = PaymentRow
    filterset_class = PaymentFilters
    ordering = ("paid_on",)
    ordering_fields = {
        "paid_on": "paid_on",
        "fiscal_year": "fiscal_year",
        "project": "commitment__project__code",
        "amount": "amount",
    }
