"""`delegations` and `absences`: one's own grants lent, and when one is away."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import NamedField, people
from accounts.api.permissions import IsOfTheHouse
from accounts.enums import Role, ScopeKind
from accounts.models import Absence, Delegation, Grant
from accounts.services.delegations import (
    cancel_absence,
    declare_absence,
    give_delegation,
    revoke_delegation,
)
from common.api.fields import DayField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import CodeFilter, DayFilter, Filters, FlagFilter
from common.api.views import RowViewSet


class DelegationRow(RowSerializer):
    """A grant lent: who lends it, to whom, on what and between which dates."""

    id = drf.IntegerField()
    grant = drf.IntegerField(source="grant_id")
    role = drf.ChoiceField(Role.choices, source="grant__role")
    giver = drf.CharField(source="giver__username")
    delegate = drf.CharField(source="delegate__username")
    scope_kind = drf.ChoiceField(ScopeKind.choices)
    scope_code = drf.CharField(allow_blank=True)
    valid_from = DayField()
    valid_to = DayField()
    reason = drf.CharField()
    given_at = drf.DateTimeField()
    revoked_at = drf.DateTimeField(allow_null=True)
    revoked_by = drf.CharField(source="revoked_by__username", allow_null=True)


class NewDelegation(StrictSerializer):
    """A grant of one's own to lend; without a scope, the whole of its own."""

    grant = drf.IntegerField(min_value=1, max_value=2**63 - 1)
    delegate = NamedField(people, "username")
    scope_kind = drf.ChoiceField(ScopeKind.choices, required=False)
    scope_code = TextField(max_length=40, required=False, allow_blank=True)
    valid_from = DayField()
    valid_to = DayField()
    reason = TextField(max_length=300)


class DelegationFilters(Filters):
    """Filters of `delegations`."""

    giver = CodeFilter("giver__username")
    delegate = CodeFilter("delegate__username")
    is_open = FlagFilter("revoked_at", lookup_expr="isnull")


class DelegationViewSet(RowViewSet):
    """Delegations given and received; all of them for who reads every grant."""

    queryset = Delegation.objects.all()
    permission_classes = [IsOfTheHouse]
    lending_actions = frozenset({"create"})
    row_serializer = DelegationRow
    filterset_class = DelegationFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "valid_from": "valid_from"}

    @extend_schema(request=NewDelegation, responses={201: DelegationRow})
    def create(self, request: Request) -> Response:
        """Lend a grant of one's own to somebody, between two dates."""
        fields = self.body(NewDelegation)
        grant_id = fields.pop("grant")
        try:
            made = give_delegation(actor=request.user, grant_id=grant_id, **fields)
        except Grant.DoesNotExist as error:
            raise ValidationError({"grant": "There is none of this id."}) from error
        place = reverse("api:delegations-detail", args=[made.pk])
        return self.answer(self.find(pk=made.pk), 201, {"Location": place})

    @extend_schema(request=None, responses={200: DelegationRow})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, id: str) -> Response:
        """End it at once: by its giver, its delegate, or who administers the grants."""
        row = self.find(id=id)
        revoke_delegation(actor=request.user, delegation_id=row["id"])
        return self.answer(self.find(id=id))


class AbsenceRow(RowSerializer):
    """When somebody is away, and who to ask."""

    id = drf.IntegerField()
    person = drf.CharField(source="person__username")
    starts_on = DayField()
    ends_on = DayField()
    replaced_by = drf.CharField(source="replaced_by__username", allow_null=True)
    declared_at = drf.DateTimeField()
    cancelled_at = drf.DateTimeField(allow_null=True)


class NewAbsence(StrictSerializer):
    """When one is away."""

    starts_on = DayField()
    ends_on = DayField()
    replaced_by = NamedField(people, "username", required=False, allow_null=True)


class AbsenceFilters(Filters):
    """Filters of `absences`."""

    person = CodeFilter("person__username")
    ends_since = DayFilter("ends_on", lookup_expr="gte")
    is_standing = FlagFilter("cancelled_at", lookup_expr="isnull")


class AbsenceViewSet(RowViewSet):
    """One's own absences and those that one replaces; all of them for who reads the people."""

    queryset = Absence.objects.all()
    permission_classes = [IsOfTheHouse]
    row_serializer = AbsenceRow
    filterset_class = AbsenceFilters
    ordering = ("-id",)
    ordering_fields = {"id": "id", "starts_on": "starts_on"}

    @extend_schema(request=NewAbsence, responses={201: AbsenceRow})
    def create(self, request: Request) -> Response:
        """Say when one is away, and who to ask."""
        made = declare_absence(actor=request.user, **self.body(NewAbsence))
        place = reverse("api:absences-detail", args=[made.pk])
        return self.answer(self.find(pk=made.pk), 201, {"Location": place})

    @extend_schema(request=None, responses={200: AbsenceRow})
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        """Cancel an absence of one's own."""
        try:
            row = cancel_absence(actor=request.user, absence_id=int(id))
        except Absence.DoesNotExist as error:
            raise Http404 from error
        return self.answer(self.find(pk=row.pk))
