"""`emergency-accesses`: asked for by one administrator, opened by another, reported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.grants import GrantEnd
from accounts.api.inputs import NamedField, people
from accounts.emergency import asked_of, emergency_state, nature_of, report_lines
from accounts.enums import Action, EmergencyState, LineNature, Resource, Role, ScopeKind
from accounts.models import EmergencyReport, Grant
from accounts.services.emergency import (
    ask_emergency_access,
    close_emergency_access,
    open_emergency_access,
)
from common.api.fields import RowSerializer, StrictSerializer, TextField
from common.api.filters import refuse_unknown
from common.api.filtersets import CodeFilter, Filters, OneOf
from common.api.views import RowViewSet


class EmergencyRow(RowSerializer):
    """An access: who asked, who opened, who holds it, from when to when, and why."""

    id = drf.IntegerField()
    user = drf.CharField(source="user__username")
    role = drf.ChoiceField(Role.choices)
    scope_kind = drf.ChoiceField(ScopeKind.choices)
    scope_code = drf.CharField()
    reason = drf.CharField()
    state = drf.ChoiceField(EmergencyState.choices)
    asked_by = drf.CharField(source="granted_by__username", allow_null=True)
    asked_at = drf.DateTimeField(source="granted_at")
    opened_by = drf.CharField(source="approved_by__username", allow_null=True)
    opened_at = drf.DateTimeField(source="approved_at", allow_null=True)
    ends_at = drf.DateTimeField(allow_null=True)
    closed_by = drf.CharField(source="ended_by__username", allow_null=True)
    ended_at = drf.DateTimeField(allow_null=True)
    end_reason = drf.CharField()

    class Meta:
        nested = ("state",)


class NewEmergency(StrictSerializer):
    """A business role that is asked for."""

    user = NamedField(people, "username")
    role = drf.ChoiceField(Role.choices)
    scope_kind = drf.ChoiceField(ScopeKind.choices, required=False)
    scope_code = TextField(max_length=40, required=False, allow_blank=True)
    reason = TextField(max_length=300)


class LineRow(drf.Serializer[Any]):
    """One line of a report: a request and its answer, or an operation that was recorded."""

    at = drf.DateTimeField()
    nature = drf.ChoiceField(LineNature.choices)
    verb = drf.CharField()
    method = drf.CharField(allow_blank=True)
    path = drf.CharField(allow_blank=True)
    status = drf.IntegerField(allow_null=True)
    object_kind = drf.CharField(allow_blank=True)
    object_code = drf.CharField(allow_blank=True)
    request_id = drf.CharField(allow_blank=True)


class ReportRow(drf.Serializer[Any]):
    """What was counted when the access ended, and everything that was done under it."""

    produced_at = drf.DateTimeField()
    reads = drf.IntegerField()
    writes = drf.IntegerField()
    refusals = drf.IntegerField()
    operations = drf.IntegerField()
    access = EmergencyRow()
    lines = LineRow(many=True)


class EmergencyFilters(Filters):
    """Filters of `emergency-accesses`."""

    user = CodeFilter("user__username")
    role = OneOf("role", Role.choices)


class EmergencyViewSet(RowViewSet):
    """Emergency accesses."""

    queryset = Grant.objects.all()
    policy_resource = Resource.EMERGENCY_ACCESS
    policy_actions = {
        "create": Action.CREATE,
        "open": Action.VALIDATE,
        "close": Action.CLOSE,
    }
    row_serializer = EmergencyRow
    filterset_class = EmergencyFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "asked_at": "granted_at"}

    def get_queryset(self) -> QuerySet[Grant]:
        """Return the accesses that the caller may read."""
        return Grant.objects.all().emergencies_visible_to(self.request.user)

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the state of this moment."""
        for row in rows:
            row["state"] = emergency_state(row["approved_at"], row["ends_at"], row["ended_at"])

    @extend_schema(request=NewEmergency, responses={201: EmergencyRow})
    def create(self, request: Request) -> Response:
        """Ask for an access for somebody else: it opens nothing yet."""
        access = ask_emergency_access(actor=request.user, **self.body(NewEmergency))
        place = reverse("api:emergency-accesses-detail", args=[access.pk])
        return self.answer(self.find(pk=access.pk), 201, {"Location": place})

    @extend_schema(request=None, responses={200: EmergencyRow})
    @action(detail=True, methods=["post"])
    def open(self, request: Request, id: str) -> Response:
        """Open it for four hours, as the second person."""
        row = self.find(id=id)
        open_emergency_access(actor=request.user, grant_id=row["id"])
        return self.answer(self.find(id=id))

    @extend_schema(request=GrantEnd, responses={200: EmergencyRow})
    @action(detail=True, methods=["post"])
    def close(self, request: Request, id: str) -> Response:
        """Refuse a request, or close an open access before its end."""
        row = self.find(id=id)
        close_emergency_access(actor=request.user, grant_id=row["id"], **self.body(GrantEnd))
        return self.answer(self.find(id=id))

    @extend_schema(responses={200: ReportRow})
    @action(detail=True, methods=["get"])
    def report(self, request: Request, id: str) -> Response:
        """Return the report of an access that is over; 404 before."""
        refuse_unknown(request, set())
        row = self.find(id=id)
        counts = EmergencyReport.objects.filter(grant=row["id"]).values(
            "produced_at", "reads", "writes", "refusals", "operations"
        )
        found = counts.first()
        if found is None:
            raise Http404
        lines = [_line(event) for event in report_lines(row["id"]).iterator(chunk_size=2000)]
        return Response({**found, "access": row, "lines": lines})


def _line(event: Any) -> dict[str, Any]:
    """Return a line without the rest of the detail of its event: an amount may stand in it."""
    asked = asked_of(event)
    return {
        "at": event.at,
        "nature": nature_of(event),
        "verb": event.verb,
        "method": asked.get("method", ""),
        "path": asked.get("path", ""),
        "status": asked.get("status"),
        "object_kind": event.object_kind,
        "object_code": event.object_code,
        "request_id": event.request_id,
    }
