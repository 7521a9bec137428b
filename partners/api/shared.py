"""`shared-projects`: the public part of the projects that the contracts of an entity serve."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers as drf

from accounts.enums import Action, Resource
from common.api.fields import DayField, RowSerializer
from common.api.filtersets import Filters, OneOf, SearchFilter
from common.api.views import CODE, RowViewSet
from common.models import DataOrigin, RecordState
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
