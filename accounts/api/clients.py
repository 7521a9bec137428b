"""`machine-clients`: who calls the API without a person; the secret is shown once."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as drf
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.inputs import NamedField, people
from accounts.enums import Action, ClientState, Resource
from accounts.models import MachineClient
from accounts.policy import TOKEN_SCOPES
from accounts.services.clients import (
    MOST_NETWORKS,
    MOST_OVERLAP_HOURS,
    NewClient,
    create_client,
    revoke_client,
    rotate_secret,
    update_client,
)
from accounts.usage import calls_by_day, clients_visible_to, moment_of, with_state
from common.api.etags import etag_of, expected_version
from common.api.fields import DayField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import Filters, SearchFilter
from common.api.views import RowViewSet

UNKEPT = {"Cache-Control": "no-store"}


@extend_schema_field({"type": "array", "items": {"type": "string"}})
class WordsField(drf.Field):
    """A list kept as words."""

    def to_representation(self, value: str) -> list[str]:
        """Return the words."""
        return value.split()


@extend_schema_field({"type": "string", "format": "date-time"})
class MinuteField(drf.Field):
    """A counted minute as a moment."""

    def to_representation(self, value: int) -> dt.datetime | None:
        """Return the moment."""
        return moment_of(value)


class ClientRow(RowSerializer):
    """A machine client; its secret is kept hashed and shown nowhere."""

    id = drf.IntegerField()
    name = drf.CharField()
    client_id = drf.CharField(source="application__client_id")
    scopes = WordsField()
    perimeter = drf.CharField(source="scope_code")
    networks = drf.ListField(child=drf.CharField())
    contact = drf.CharField(source="contact__username", allow_null=True)
    state = drf.ChoiceField(ClientState.choices, source="current_state")
    ends_on = DayField()
    secret_on = DayField()
    former_secret_until = drf.DateTimeField(allow_null=True)
    last_called_at = MinuteField(source="last_minute", allow_null=True)
    created_at = drf.DateTimeField()
    created_by = drf.CharField(source="created_by__username", allow_null=True)
    revoked_at = drf.DateTimeField(allow_null=True)
    version = drf.IntegerField()


class DayOfCallsRow(drf.Serializer[Any]):
    """The calls of a day of Paris."""

    day = DayField()
    calls = drf.IntegerField()
    refused = drf.IntegerField()


class ClientDetail(ClientRow):
    """A machine client with its calls of the last 30 days."""

    calls = DayOfCallsRow(many=True)

    class Meta:
        nested = ("calls",)


class ClientSecret(ClientDetail):
    """A machine client with its new secret: it cannot be shown again."""

    client_secret = drf.CharField()


class ClientFields(StrictSerializer):
    """What is decided of a client."""

    name = TextField(max_length=80)
    scopes = drf.ListField(
        child=drf.ChoiceField(sorted(TOKEN_SCOPES)),
        required=False,
        allow_empty=False,
        max_length=20,
    )
    perimeter = TextField(max_length=40, required=False, allow_blank=True)
    networks = drf.ListField(
        child=TextField(max_length=50), required=False, max_length=MOST_NETWORKS
    )
    contact = NamedField(people, "username", required=False, allow_null=True)
    ends_on = DayField(required=False)


class Rotation(StrictSerializer):
    """How long the former secret stays valid."""

    overlap_hours = drf.IntegerField(min_value=0, max_value=MOST_OVERLAP_HOURS, default=0)

    def validate_overlap_hours(self, value: int) -> int:
        """Refuse what is not a JSON number."""
        given = self.initial_data.get("overlap_hours", 0)
        if not isinstance(given, int) or isinstance(given, bool):
            raise drf.ValidationError("A whole number is expected.")
        return value


class ClientFilters(Filters):
    """Filters of `machine-clients`."""

    q = SearchFilter(["name"])


class MachineClientViewSet(RowViewSet):
    """Machine clients of the API."""

    queryset = MachineClient.objects.all()
    policy_resource = Resource.MACHINE_CLIENT
    policy_actions = {
        "create": Action.CREATE,
        "partial_update": Action.UPDATE,
        "rotate": Action.UPDATE,
        "revoke": Action.CLOSE,
    }
    versioned = True
    fresh_by_version = False  # its calls grow
    if_match_actions = frozenset({"rotate"})
    row_serializer = ClientRow
    detail_serializer = ClientDetail
    filterset_class = ClientFilters
    ordering = ("name",)
    ordering_fields = {"name": "name", "ends_on": "ends_on", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[MachineClient]:
        """Return the clients that the caller may read, with their state."""
        return with_state(clients_visible_to(self.request.user))

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the calls to the detail."""
        for row in rows if detail else ():
            row["calls"] = [asdict(day) for day in calls_by_day(row["id"])]

    @extend_schema(request=ClientFields, responses={201: ClientSecret})
    def create(self, request: Request) -> Response:
        """Create a client that reads, unless its scopes say more; the secret is in this answer."""
        fields = _named(self.body(ClientFields))
        fields.setdefault("scopes", ["read"])
        new = create_client(actor=request.user, **fields)
        place = reverse("api:machine-clients-detail", args=[new.client.pk])
        return self._secret(new, 201, {"Location": place})

    @extend_schema(request=ClientFields, responses={200: ClientDetail})
    def partial_update(self, request: Request, id: str) -> Response:
        """Change some fields of a client that is not revoked."""
        client = self._target(id)
        version = expected_version(request)
        changes = _named(self.body(ClientFields, partial=True))
        update_client(
            actor=request.user, client_id=client.pk, expected_version=version, changes=changes
        )
        return self.answer(self.find(id=client.pk))

    @extend_schema(request=Rotation, responses={200: ClientSecret})
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, id: str) -> Response:
        """Give a new secret; the former one stays valid for the hours asked for."""
        client = self._target(id)
        version = expected_version(request)
        new = rotate_secret(
            actor=request.user,
            client_id=client.pk,
            expected_version=version,
            **self.body(Rotation),
        )
        return self._secret(new, 200, {})

    @extend_schema(request=None, responses={200: ClientDetail})
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, id: str) -> Response:
        """Refuse every call of the client from now on; no version is asked for."""
        client = self._target(id)
        revoke_client(client=client, actor=request.user)
        return self.answer(self.find(id=client.pk))

    def _target(self, id: str) -> MachineClient:
        client = clients_visible_to(self.request.user).filter(pk=id).first()
        if client is None:
            raise Http404
        return client

    def _secret(self, new: NewClient, status: int, headers: dict[str, str]) -> Response:
        row = self.find(id=new.client.pk)
        own = {**UNKEPT, **etag_of(row["version"]), **headers}
        return Response({**row, "client_secret": new.secret}, status=status, headers=own)


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of the API the names of the model."""
    if "perimeter" in fields:
        fields["scope_code"] = fields.pop("perimeter")
    return fields
