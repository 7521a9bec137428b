"""Filters of the projects room."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from common.api.filtersets import (
    MIN_SEARCH,
    AmountFilter,
    CodeFilter,
    Filters,
    FlagFilter,
    NumberFilter,
    OneOf,
    SearchFilter,
    at_least,
    at_most,
    from_day,
    origin_filter,
    to_day,
)
from common.models import RecordState
from common.tabular.parsing import normalise_title
from projects.enums import NodeKind, Phase, SupervisingAuthority, Weather
from projects.models import PortfolioNode


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 80})
class NodeFilter(filters.CharFilter):
    """A node of the portfolio tree and everything below it."""

    def __init__(self, field_name: str = "node_id", **kwargs: Any) -> None:
        super().__init__(field_name, max_length=80, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the rows of the subtree; an unknown node has none."""
        if not value:
            return qs
        ids = PortfolioNode.objects.subtree_ids([value])
        return qs.filter(**{f"{self.field_name}__in": ids})


@extend_schema_field({"type": "string", "minLength": MIN_SEARCH, "maxLength": 200})
class TitleFilter(filters.CharFilter):
    """Text of a project's code or title (or former titles), whatever the case and accents."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        bounds = {"min_length": MIN_SEARCH, "max_length": 200}
        super().__init__(f"{prefix}title", **bounds, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the projects that contain the text."""
        if not value:
            return qs
        found = Q(**{f"{self.prefix}code__icontains": value})
        key = normalise_title(value)
        if key:
            found |= Q(**{f"{self.prefix}normalised_title__contains": key})
        return qs.filter(found)


class ProjectFilters(Filters):
    """Filters of `projects`."""

    q = TitleFilter()
    node = NodeFilter()
    ministry = CodeFilter("ministry__code")
    manager = CodeFilter("manager__username")
    supervising_authority = OneOf("supervising_authority", SupervisingAuthority.choices)
    phase = OneOf("phase", Phase.choices)
    state = OneOf("state", RecordState.choices)
    is_interministerial = FlagFilter("is_interministerial")
    data_origin = origin_filter()
    started_on_from = from_day("started_on")
    started_on_to = to_day("started_on")
    current_end_on_from = from_day("current_end_on")
    current_end_on_to = to_day("current_end_on")
    current_cost_min = at_least("current_cost")
    current_cost_max = at_most("current_cost")


class OfProjectFilters(Filters):
    """What every row of a project is filtered by."""

    project = CodeFilter("project__code")
    node = NodeFilter("project__node_id")
    ministry = CodeFilter("project__ministry__code")
    manager = CodeFilter("project__manager__username")


class BaselineFilters(OfProjectFilters):
    """Filters of `baselines`."""

    number = NumberFilter("number")
    approved_on_from = from_day("approved_on")
    approved_on_to = to_day("approved_on")
    full_cost_min = at_least("full_cost")
    full_cost_max = at_most("full_cost")
    data_origin = origin_filter("project__data_origin")


class EstimateFilters(OfProjectFilters):
    """Filters of `estimates`."""

    edition_on_from = from_day("edition_on")
    edition_on_to = to_day("edition_on")
    end_on_from = from_day("end_on")
    end_on_to = to_day("end_on")
    full_cost_min = at_least("full_cost")
    full_cost_max = at_most("full_cost")
    data_origin = origin_filter()


class ProgressFilters(OfProjectFilters):
    """Filters of `progress-reports`."""

    reported_on_from = from_day("reported_on")
    reported_on_to = to_day("reported_on")
    weather = OneOf("weather", Weather.choices)
    percent_complete_min = AmountFilter("percent_complete", lookup_expr="gte")
    percent_complete_max = AmountFilter("percent_complete", lookup_expr="lte")
    data_origin = origin_filter()


class PlannedValueFilters(Filters):
    """Filters of `planned-values`."""

    project = CodeFilter("baseline__project__code")
    node = NodeFilter("baseline__project__node_id")
    baseline = NumberFilter("baseline__number")
    month_from = from_day("month")
    month_to = to_day("month")
    data_origin = origin_filter("baseline__project__data_origin")


class NodeFilters(Filters):
    """Filters of `portfolio-nodes`."""

    q = SearchFilter(["code", "name"])
    state = OneOf("state", RecordState.choices)
    kind = OneOf("kind", NodeKind.choices)
    parent = CodeFilter("parent__code")
    node = NodeFilter("id")
    data_origin = origin_filter()


class MinistryFilters(Filters):
    """Filters of `ministries`."""

    q = SearchFilter(["code", "name"])


class PanoramaFilters(OfProjectFilters):
    """Filters of `panorama-entries`."""

    q = SearchFilter(["project__code", "title"])
    edition = CodeFilter("edition__code")
    ministry = CodeFilter("ministry__code")
    phase = OneOf("phase", Phase.choices)
    is_interministerial = FlagFilter("is_interministerial")
    started_on_from = from_day("started_on")
    started_on_to = to_day("started_on")
    full_cost_min = at_least("full_cost")
    full_cost_max = at_most("full_cost")
    data_origin = origin_filter("data_origin")
