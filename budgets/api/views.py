"""The nomenclature, and the four ledgers: facts, corrected by counter-entries."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.owned import OwnedViewSet
from accounts.enums import Action, Resource
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
    ActivityCopy,
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
    CopiedActivities,
    CreditMovementRow,
    NomenclatureRow,
    PaymentRequestRow,
    PaymentRow,
    ScheduledPaymentRow,
    ServiceDoneRow,
)
from budgets.api.typed_inputs import (
    CommitmentCreation,
    CommitmentsCreation,
    LineMove,
    PaymentCreation,
    PaymentsCreation,
    RequestCreation,
    RequestsCreation,
    ServiceCreation,
    ServicesCreation,
)
from budgets.api.typing import TypingMixin, typed
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from budgets.services.activities import copy_activities
from budgets.services.commitments import Entry, Line, record_commitment, record_commitments
from budgets.services.following import Paid, Service, record_all_following
from budgets.services.following import Request as PaymentOrder
from budgets.services.kinds import NOMENCLATURE
from budgets.services.line_moves import move_line
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
    policy_actions = {**OwnedViewSet.policy_actions, "copy_activities": Action.CREATE}

    @extend_schema(request=ActivityCopy, responses={200: CopiedActivities})
    @action(detail=False, methods=["post"], url_path="copy-activities")
    def copy_activities(self, request: Request) -> Response:
        """Copy the open activities of an exercise to another one; again, it adds nothing."""
        done = copy_activities(actor=request.user, **self.body(ActivityCopy))
        return Response({"created": done.created, "known": done.known})


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
@typed(CommitmentCreation, CommitmentsCreation, CommitmentRow)
class CommitmentViewSet(TypingMixin, LedgerViewSet):
    """Commitments (AE)."""

    queryset = Commitment.objects.all()
    policy_resource = Resource.LEDGER
    correction = CommitmentCorrection
    row_serializer = CommitmentRow
    filterset_class = CommitmentFilters
    policy_actions = {
        **TypingMixin.policy_actions,
        **LedgerViewSet.policy_actions,
        "move": Action.CREATE,
    }
    idempotent_actions = TypingMixin.idempotent_actions | {"correct"} | {"move"}
    creation = CommitmentCreation
    bulk_creation = CommitmentsCreation
    ordering = ("committed_on",)
    ordering_fields = {
        "committed_on": "committed_on",
        "fiscal_year": "fiscal_year",
        "project": "project__code",
        "legal_reference": "legal_reference",
        "amount": "amount",
    }

    def written(self, entries: list[dict[str, Any]], override_reason: str) -> list[Any]:
        """Record the commitments; the first line stands for each."""
        made = record_commitments(
            actor=self.request.user,
            entries=[Entry(**_with_lines(entry)) for entry in entries],
            override_reason=override_reason,
        )
        return [lines[0] for lines in made]

    def written_alone(self, fields: dict[str, Any], override_reason: str) -> Any:
        """Record one, and consume the reservation that was made for it."""
        reservation = fields.pop("reservation", None)
        lines = record_commitment(
            actor=self.request.user,
            reservation_id=reservation,
            override_reason=override_reason,
            **_with_lines(fields),
        )
        return lines[0]

    @extend_schema(request=LineMove, responses={201: CommitmentRow})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, id: str) -> Response:
        """Withdraw from a line, or complete it."""
        self.find(pk=id)
        if not Commitment.objects.allowing(request.user, Action.CREATE).filter(pk=id).exists():
            raise PermissionDenied
        row = move_line(actor=request.user, commitment_id=int(id), **self.body(LineMove))
        place = reverse(f"api:{self.basename}-detail", args=[row.pk])
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})


@documented(ServiceCorrection, ServiceDoneRow)
@typed(ServiceCreation, ServicesCreation, ServiceDoneRow)
class ServiceDoneViewSet(TypingMixin, LedgerViewSet):
    """Certified services."""

    queryset = ServiceDone.objects.all()
    policy_resource = Resource.LEDGER
    correction = ServiceCorrection
    row_serializer = ServiceDoneRow
    filterset_class = ServiceDoneFilters
    policy_actions = {**TypingMixin.policy_actions, **LedgerViewSet.policy_actions}
    idempotent_actions = TypingMixin.idempotent_actions | {"correct"}
    creation = ServiceCreation
    bulk_creation = ServicesCreation
    ordering = ("done_on",)
    ordering_fields = {
        "done_on": "done_on",
        "fiscal_year": "fiscal_year",
        "project": "commitment__project__code",
        "amount": "amount",
    }

    def written(self, entries: list[dict[str, Any]], override_reason: str) -> list[Any]:
        """Record them."""
        return _followed(self, Service, entries, override_reason)


@documented(RequestCorrection, PaymentRequestRow)
@typed(RequestCreation, RequestsCreation, PaymentRequestRow)
class PaymentRequestViewSet(TypingMixin, LedgerViewSet):
    """Payment orders (DP) and their invoices."""

    queryset = PaymentRequest.objects.all()
    policy_resource = Resource.LEDGER
    correction = RequestCorrection
    row_serializer = PaymentRequestRow
    filterset_class = PaymentRequestFilters
    policy_actions = {**TypingMixin.policy_actions, **LedgerViewSet.policy_actions}
    idempotent_actions = TypingMixin.idempotent_actions | {"correct"}
    creation = RequestCreation
    bulk_creation = RequestsCreation
    ordering = ("requested_on",)
    ordering_fields = {
        "requested_on": "requested_on",
        "fiscal_year": "fiscal_year",
        "project": "commitment__project__code",
        "amount": "amount",
    }

    def written(self, entries: list[dict[str, Any]], override_reason: str) -> list[Any]:
        """Record them."""
        return _followed(self, PaymentOrder, entries, override_reason)


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
@typed(PaymentCreation, PaymentsCreation, PaymentRow)
class PaymentViewSet(TypingMixin, LedgerViewSet):
    """Payments (CP)."""

    queryset = Payment.objects.all()
    policy_resource = Resource.LEDGER
    correction = PaymentCorrection
    row_serializer = PaymentRow
    filterset_class = PaymentFilters
    policy_actions = {**TypingMixin.policy_actions, **LedgerViewSet.policy_actions}
    idempotent_actions = TypingMixin.idempotent_actions | {"correct"}
    creation = PaymentCreation
    bulk_creation = PaymentsCreation
    ordering = ("paid_on",)
    ordering_fields = {
        "paid_on": "paid_on",
        "fiscal_year": "fiscal_year",
        "project": "commitment__project__code",
        "amount": "amount",
    }

    def written(self, entries: list[dict[str, Any]], override_reason: str) -> list[Any]:
        """Record them."""
        return _followed(self, Paid, entries, override_reason)


def _with_lines(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "lines": [Line(**line) for line in fields["lines"]]}


def _followed(
    view: Any, entry: Any, entries: list[dict[str, Any]], override_reason: str
) -> list[Any]:
    """Record what follows commitments."""
    return record_all_following(
        actor=view.request.user,
        entries=[entry(**fields) for fields in entries],
        override_reason=override_reason,
    )
