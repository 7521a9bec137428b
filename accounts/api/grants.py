"""`grants`: who holds what; proposed by one person, approved by another."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import NamedField, people
from accounts.enums import Action, Resource, Role, ScopeKind
from accounts.models import AuditEvent, Grant
from accounts.services.grants import approve_grant, end_grant, propose_grant
from common.api.fields import DayField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import CodeFilter, Filters, OneOf
from common.api.views import RowViewSet


class GrantRow(RowSerializer):
    """A role, its scope, its dates, who gave it and who approved it."""

    id = drf.IntegerField()
    user = drf.CharField(source="user__username")
    role = drf.ChoiceField(Role.choices)
    scope_kind = drf.ChoiceField(ScopeKind.choices)
    scope_code = drf.CharField()
    valid_from = DayField()
    valid_to = DayField(allow_null=True)
    reason = drf.CharField()
    granted_by = drf.CharField(source="granted_by__username", allow_null=True)
    granted_at = drf.DateTimeField()
    approved_by = drf.CharField(source="approved_by__username", allow_null=True)
    approved_at = drf.DateTimeField(allow_null=True)
    ended_by = drf.CharField(source="ended_by__username", allow_null=True)
    ended_at = drf.DateTimeField(allow_null=True)
    end_reason = drf.CharField()
    is_emergency = drf.BooleanField()
    ends_at = drf.DateTimeField(allow_null=True)


class NewGrant(StrictSerializer):
    """A role that is proposed."""

    user = NamedField(people, "username")
    role = drf.ChoiceField(Role.choices)
    scope_kind = drf.ChoiceField(ScopeKind.choices, required=False)
    scope_code = TextField(max_length=40, required=False, allow_blank=True)
    valid_from = DayField(required=False, allow_null=True)
    valid_to = DayField(required=False, allow_null=True)
    reason = TextField(max_length=300)


class GrantEnd(StrictSerializer):
    """Why a grant is refused or revoked."""

    reason = TextField(max_length=300)


class GrantFilters(Filters):
    """Filters of `grants`."""

    user = CodeFilter("user__username")
    role = OneOf("role", Role.choices)
    scope_code = CodeFilter("scope_code")


class GrantViewSet(RowViewSet):
    """Grants."""

    queryset = Grant.objects.all()
    policy_resource = Resource.GRANT
    policy_actions = {
        "create": Action.CREATE,
        "approve": Action.VALIDATE,
        "end": Action.UPDATE,
    }
    row_serializer = GrantRow
    filterset_class = GrantFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "role": "role", "valid_from": "valid_from"}

    @extend_schema(request=NewGrant, responses={201: GrantRow})
    def create(self, request: Request) -> Response:
        """Propose a grant: it waits for a second person."""
        grant = propose_grant(actor=request.user, **self.body(NewGrant))
        place = reverse("api:grants-detail", args=[grant.pk])
        return self.answer(self.find(pk=grant.pk), 201, {"Location": place})

    @extend_schema(request=None, responses={200: GrantRow})
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, id: str) -> Response:
        """Approve it as the second person."""
        row = self.find(id=id)
        approve_grant(actor=request.user, grant_id=row["id"])
        return self.answer(self.find(id=id))

    @extend_schema(request=GrantEnd, responses={200: GrantRow})
    @action(detail=True, methods=["post"])
    def end(self, request: Request, id: str) -> Response:
        """Refuse a grant that waits, or revoke one in force."""
        row = self.find(id=id)
        end_grant(actor=request.user, grant_id=row["id"], **self.body(GrantEnd))
        return self.answer(self.find(id=id))


class AuditEventRow(RowSerializer):
    """Who did what, to what, in which request; `on_behalf_of` is who lent the right to do it."""

    id = drf.IntegerField()
    at = drf.DateTimeField()
    actor = drf.CharField(source="actor__username", allow_null=True)
    on_behalf_of = drf.CharField(source="on_behalf_of__username", allow_null=True)
    verb = drf.CharField()
    object_kind = drf.CharField()
    object_code = drf.CharField()
    request_id = drf.CharField()
    detail = drf.JSONField()
    emergency = drf.IntegerField(source="emergency_id", allow_null=True)


class AuditEventFilters(Filters):
    """Filters of `audit-events`."""

    actor = CodeFilter("actor__username")
    on_behalf_of = CodeFilter("on_behalf_of__username")
    verb = CodeFilter("verb")
    object_kind = CodeFilter("object_kind")
    object_code = CodeFilter("object_code")
    since = filters.IsoDateTimeFilter("at", lookup_expr="gte")


class AuditEventViewSet(RowViewSet):
    """The audit log, read only: everything for auditors, technical events, or one's own."""

    queryset = AuditEvent.objects.all()
    policy_resource = Resource.AUDIT
    row_serializer = AuditEventRow
    filterset_class = AuditEventFilters
    ordering = ("-id",)
    ordering_fields: dict[str, Any] = {"id": "id", "at": "at"}
