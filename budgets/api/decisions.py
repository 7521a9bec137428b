"""Availability of the credits, and the reservations that decisions make on it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api.idempotency import IdempotentMixin
from accounts.api.owned import HistoryViewSet
from accounts.enums import Action, Resource
from budgets.api.filters import ReservationFilters
from budgets.api.inputs import ReservationConsumption, ReservationCreation, ReservationRelease
from budgets.api.parameters import read_day, read_moment, read_origin, read_year
from budgets.api.serializers import AvailabilityReport, ReservationRow
from budgets.models import CreditMovement, NomenclatureNode, Reservation
from budgets.selectors.availability import Reading
from budgets.selectors.lines import BY, Line, availability
from budgets.services.reservations import (
    consume_reservation,
    release_reservation,
    reserve_credits,
)
from common.api.etags import expected_version
from common.api.filters import refuse_unknown
from common.models import DataOrigin

_SUMS = (
    "ae_opened ae_frozen ae_allocated_uncommitted ae_committed ae_reserved ae_available"
    " cp_opened cp_frozen cp_paid cp_reserved cp_available"
).split()


class ReservationViewSet(IdempotentMixin, HistoryViewSet):
    """Credits set aside for planned acts: created within what is available, then closed."""

    queryset = Reservation.objects.all()
    policy_resource = Resource.RESERVATION
    policy_actions = {
        "create": Action.CREATE,
        "release": Action.CLOSE,
        "consume": Action.UPDATE,
    }
    if_match_actions = frozenset({"release", "consume"})
    idempotent_actions = frozenset({"create"})
    row_serializer = ReservationRow
    filterset_class = ReservationFilters
    versioned = True
    ordering = ("-id",)
    ordering_fields = {"id": "id", "fiscal_year": "fiscal_year", "ae": "ae", "cp": "cp"}

    @extend_schema(request=ReservationCreation, responses={201: ReservationRow})
    def create(self, request: Request) -> Response:
        """Set credits aside; refused (409) beyond what is available."""
        fields = self.body(ReservationCreation)
        reservation = reserve_credits(actor=request.user, **fields)
        place = f"{request.path}{reservation.pk}/"
        return self.answer(self.find(pk=reservation.pk), 201, {"Location": place})

    @extend_schema(request=ReservationRelease, responses={200: ReservationRow})
    @action(detail=True, methods=["post"])
    def release(self, request: Request, id: str) -> Response:
        """Give the credits back."""
        return self._closed(id, release_reservation, ReservationRelease, Action.CLOSE)

    @extend_schema(request=ReservationConsumption, responses={200: ReservationRow})
    @action(detail=True, methods=["post"])
    def consume(self, request: Request, id: str) -> Response:
        """Close a reservation: the commitment that it was made for is signed."""
        return self._closed(id, consume_reservation, ReservationConsumption, Action.UPDATE)

    def _closed(self, id: str, service: Any, form: type[Any], verb: Action) -> Response:
        reservation = self.seen(id=id)
        rows = Reservation.objects.allowing(self.request.user, verb)
        if not rows.filter(pk=reservation.pk).exists():
            raise PermissionDenied
        version = expected_version(self.request)
        service(
            actor=self.request.user,
            reservation_id=reservation.pk,
            expected_version=version,
            **self.body(form),
        )
        return self.answer(self.find(pk=reservation.pk))


class AvailabilityViewSet(GenericViewSet[Any]):
    """What is open, frozen, committed, reserved, paid and available in an exercise."""

    queryset = CreditMovement.objects.none()
    policy_resource = Resource.CREDIT
    serializer_class = AvailabilityReport
    pagination_class = None

    @extend_schema(
        parameters=[
            OpenApiParameter("fiscal_year", int, required=True),
            OpenApiParameter("by", str, enum=sorted(BY)),
            OpenApiParameter("as_of", {"type": "string", "format": "date"}),
            OpenApiParameter("known_at", {"type": "string", "format": "date-time"}),
            OpenApiParameter("nomenclature", str),
            OpenApiParameter("data_origin", str, enum=sorted(DataOrigin.values)),
        ],
        responses={200: AvailabilityReport},
    )
    def list(self, request: Request) -> Response:
        """Return the sums of an exercise by an axis, within the caller's rights.

        Without `as_of` the whole exercise is read: a payment of January may be charged to it.
        """
        asked = ("fiscal_year", "by", "as_of", "known_at", "nomenclature", "data_origin")
        refuse_unknown(request, set(asked))
        wanted = {name: request.query_params.get(name, "") for name in asked}
        reading, by = _reading(request.user, wanted), wanted["by"] or "node"
        if by not in BY:
            raise ValidationError({"by": f"One of: {', '.join(sorted(BY))}."})
        return Response(
            {
                "fiscal_year": reading.fiscal_year,
                "as_of": reading.as_of.isoformat() if reading.as_of else None,
                "known_at": reading.known_at.isoformat() if reading.known_at else None,
                "by": by,
                "data_origin": reading.origin,
                "results": [_row(line) for line in availability(reading, by)],
            }
        )


def _row(line: Line) -> dict[str, Any]:
    head = {"code": line.code, "name": line.name, "credit_type": line.credit_type}
    return head | {name: f"{line.cents.euros(name):.2f}" for name in _SUMS}


def _reading(user: Any, wanted: dict[str, str]) -> Reading:
    """Return what the parameters ask to read; 400 for what cannot be read."""
    return Reading(
        read_year(wanted["fiscal_year"]),
        as_of=read_day("as_of", wanted["as_of"]),
        known_at=read_moment(wanted["known_at"]),
        user=user,
        origin=read_origin(wanted["data_origin"]),
        nodes=NomenclatureNode.objects.perimeter(wanted["nomenclature"]),
    )
