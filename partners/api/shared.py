"""`shared-projects` and `shared-progress`: what an entity reads, and says of its own share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Action, Resource
from common.api.fields import (
    DayField,
    PercentStringField,
    RowSerializer,
    StrictSerializer,
    TextField,
)
from common.api.filtersets import CodeFilter, Filters, OneOf, SearchFilter
from common.api.views import CODE, RowViewSet
from common.models import DataOrigin, RecordState
from partners.models import EntityProgress, Partner
from partners.permissions import entities_on
from partners.services.progress import report_entity_progress
from projects.enums import Phase
from projects.models import Project


class SharedProjectRow(RowSerializer):
    """What a partner reads of a project: no amount, no progress."""

    code = drf.CharField()
    title = drf.CharField()
    phase = drf.ChoiceField(Phase.choices)
    started_on = DayField(allow_null=True)
    state = drf.ChoiceField(RecordState.choices)
    description = drf.CharField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class SharedProjectFilters(Filters):
    """Filters of `shared-projects`."""

    q = SearchFilter(["code", "title"])
    phase = OneOf("phase", Phase.choices)


class SharedProjectViewSet(RowViewSet):
    """Public part of the projects of an entity."""

    queryset = Project.objects.all()
    policy_resource = Resource.SHARED_PROJECT
    row_serializer = SharedProjectRow
    filterset_class = SharedProjectFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    ordering = ("code",)
    ordering_fields: dict[str, Any] = {"code": "code", "title": "title"}

    def get_queryset(self) -> QuerySet[Any]:
        """Return the projects that the contracts of the entity serve."""
        user = self.request.user
        return Project.objects.allowing(user, Action.READ, Resource.SHARED_PROJECT)


class SharedProgressRow(RowSerializer):
    """What the own entity said of its share."""

    id = drf.IntegerField()
    project = drf.CharField(source="project__code")
    entity = drf.CharField(source="partner__code")
    reported_on = DayField()
    percent_complete = PercentStringField()
    comment = drf.CharField()
    recorded_at = drf.DateTimeField()
    data_origin = drf.ChoiceField(DataOrigin.choices)


class NewSharedProgress(StrictSerializer):
    """The progress of a share; the entity is named by who speaks for several of them."""

    project = TextField(max_length=40)
    entity = TextField(max_length=40, required=False)
    reported_on = DayField()
    percent_complete = PercentStringField()
    comment = TextField(max_length=2000, required=False, allow_blank=True)


class SharedProgressFilters(Filters):
    """Filters of `shared-progress`."""

    project = CodeFilter("project__code")
    entity = CodeFilter("partner__code")


class SharedProgressViewSet(RowViewSet):
    """Progress of the own share of the projects that are shared with an entity."""

    queryset = EntityProgress.objects.all()
    policy_resource = Resource.SHARED_PROJECT
    policy_actions = {"create": Action.REPORT}
    row_serializer = SharedProgressRow
    filterset_class = SharedProgressFilters
    ordering = ("-id",)
    ordering_fields: dict[str, Any] = {"id": "id", "reported_on": "reported_on"}

    def get_queryset(self) -> QuerySet[Any]:
        """Return what the entities of the caller said, and nothing of others."""
        return EntityProgress.objects.all().shared_with(self.request.user)

    @extend_schema(request=NewSharedProgress, responses={201: SharedProgressRow})
    def create(self, request: Request) -> Response:
        """Report the progress of the own share; the figures of the project do not move."""
        fields = self.body(NewSharedProgress)
        shared = Project.objects.allowing(request.user, Action.REPORT, Resource.SHARED_PROJECT)
        project = shared.filter(code=fields.pop("project")).first()
        if project is None:
            raise Http404
        partner = _entity(request.user, project, fields.pop("entity", ""))
        row = report_entity_progress(
            actor=request.user, project_id=project.pk, partner=partner, **fields
        )
        place = reverse("api:shared-progress-detail", args=[row.pk])
        return self.answer(self.find(pk=row.pk), 201, {"Location": place})


def _entity(user: Any, project: Project, code: str) -> Partner:
    """Return the entity that is named, or the only one; 400 otherwise."""
    held = [one for one in entities_on(user, project) if code in ("", one.code)]
    if len(held) != 1:
        raise ValidationError({"entity": "Name one of your entities on this project."})
    return held[0]


class EntityProgressRow(SharedProgressRow):
    """What an entity said of its share, for those who read the project whole."""

    entity_name = drf.CharField(source="partner__name")
    recorded_by = drf.CharField(source="recorded_by__username", allow_null=True)


class EntityProgressViewSet(RowViewSet):
    """Progress that the entities report of their own shares; read only."""

    queryset = EntityProgress.objects.all()
    policy_resource = Resource.PROJECT
    row_serializer = EntityProgressRow
    filterset_class = SharedProgressFilters
    ordering = ("-id",)
    ordering_fields: dict[str, Any] = {"id": "id", "reported_on": "reported_on"}
