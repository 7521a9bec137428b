"""`users`: people, read by name or as accounts; created, edited, suspended, opened again."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from accounts.models import User
from accounts.people import sees_accounts, visible_people, with_second_factor
from accounts.services.invitations import invite_person
from accounts.services.people import (
    create_person,
    reactivate_person,
    suspend_person,
    update_person,
)
from common.api.etags import expected_version
from common.api.fields import FlagField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import Filters, SearchFilter
from common.api.views import RowViewSet

# What a reader of names alone gets as null.
_OF_ACCOUNTS = (
    "username",
    "email",
    "is_active",
    "is_break_glass",
    "last_login",
    "has_second_factor",
    "suspended_at",
    "suspension_reason",
)


class PersonRow(RowSerializer):
    """A person. Whoever reads names alone gets null for what is said of the account."""

    id = drf.IntegerField()
    first_name = drf.CharField()
    last_name = drf.CharField()
    username = drf.CharField(allow_null=True)
    email = drf.CharField(allow_null=True)
    is_active = drf.BooleanField(allow_null=True)
    is_break_glass = drf.BooleanField(allow_null=True)
    last_login = drf.DateTimeField(allow_null=True)
    has_second_factor = drf.BooleanField(allow_null=True)
    suspended_at = drf.DateTimeField(allow_null=True)
    suspension_reason = drf.CharField(allow_null=True)
    version = drf.IntegerField()


class PersonInput(StrictSerializer):
    """Who a person is."""

    username = TextField(max_length=150)
    email = drf.EmailField(max_length=254)
    first_name = TextField(max_length=150, allow_blank=True, required=False)
    last_name = TextField(max_length=150, allow_blank=True, required=False)
    is_break_glass = FlagField(required=False)


class ReasonInput(StrictSerializer):
    """Why."""

    reason = TextField(max_length=300)


class PeopleFilters(Filters):
    """Filters of the people."""

    search = SearchFilter(["first_name", "last_name"])


class UserViewSet(RowViewSet):
    """People; service accounts are read with their machine clients."""

    queryset = User.objects.all()
    policy_resource = Resource.USER
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.UPDATE,
        "invite": Action.UPDATE,
        "suspend": Action.CLOSE,
        "reactivate": Action.CLOSE,
    }
    if_match_actions = frozenset({"partial_update", "suspend", "reactivate"})
    row_serializer = PersonRow
    filterset_class = PeopleFilters
    versioned = True
    ordering = ("last_name", "first_name", "id")
    ordering_fields = {"last_name": "last_name", "first_name": "first_name"}

    def get_queryset(self) -> QuerySet[Any]:
        """Return the people whose names the caller reads."""
        return with_second_factor(visible_people(self.request.user))

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Keep the names alone for whoever reads names alone."""
        if not sees_accounts(self.request.user):
            for row in rows:
                row.update(dict.fromkeys(_OF_ACCOUNTS))

    @extend_schema(request=PersonInput, responses={201: PersonRow})
    def create(self, request: Request) -> Response:
        """Create an account without a password nor a right; `invite` sends its link."""
        person = create_person(actor=request.user, **self.body(PersonInput))
        place = reverse("api:users-detail", args=[person.pk])
        return self.answer(self.find(pk=person.pk), 201, {"Location": place})

    @extend_schema(request=PersonInput, responses={200: PersonRow})
    def partial_update(self, request: Request, id: str) -> Response:
        """Rename a person, or change their address."""
        person = self._target(id)
        version = expected_version(request)
        changes = self.body(PersonInput, partial=True)
        update_person(
            actor=request.user, user_id=person.pk, expected_version=version, changes=changes
        )
        return self.answer(self.find(pk=person.pk))

    @extend_schema(request=None, responses={200: PersonRow})
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, id: str) -> Response:
        """Send an invitation by mail, valid 72 hours; the former one is void."""
        person = self._target(id)
        invite_person(actor=request.user, user=person)
        return self.answer(self.find(pk=person.pk))

    @extend_schema(request=ReasonInput, responses={200: PersonRow})
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, id: str) -> Response:
        """Close an account with its sessions and tokens, at once."""
        return self._moved(suspend_person, id)

    @extend_schema(request=ReasonInput, responses={200: PersonRow})
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Request, id: str) -> Response:
        """Open a suspended account again."""
        return self._moved(reactivate_person, id)

    def _moved(self, service: Any, pk: str) -> Response:
        person = self._target(pk)
        version = expected_version(self.request)
        service(
            actor=self.request.user,
            user_id=person.pk,
            expected_version=version,
            **self.body(ReasonInput),
        )
        return self.answer(self.find(pk=person.pk))

    def _target(self, pk: str) -> User:
        return get_object_or_404(visible_people(self.request.user), pk=pk)
