"""Filters of the partners room."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from accounts.enums import Action, Resource
from common.api.filtersets import (
    CodeFilter,
    Filters,
    OneOf,
    SearchFilter,
    at_least,
    at_most,
    from_day,
    origin_filter,
    to_day,
)
from common.models import RecordState
from partners.enums import ContractKind, IdentifierKind, PartnerKind
from partners.models import ContractProject
from projects.models import PortfolioNode, Project


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 80})
class ThroughProjectFilter(filters.CharFilter):
    """Rows linked to a project by a contract; `key` is the column of the project."""

    def __init__(self, field_name: str, key: str, **kwargs: Any) -> None:
        self.key = key
        super().__init__(field_name, max_length=80, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the rows by a sub-query, so that no row is doubled.

        A project that the caller does not see finds nothing: the filter would tell what it serves.
        """
        if not value:
            return qs
        user = self.parent.request.user
        seen = Project.objects.allowing(user, Action.READ, Resource.CONTRACT)
        links = ContractProject.objects.filter(project__in=seen, **self.condition(value))
        return qs.filter(**{f"{self.field_name}__in": links.values("contract_id")})

    def condition(self, value: str) -> dict[str, Any]:
        """Return the condition on the link."""
        return {self.key: value}


class ThroughNodeFilter(ThroughProjectFilter):
    """Rows linked to a project of a subtree."""

    def condition(self, value: str) -> dict[str, Any]:
        """Return the condition on the link."""
        return {f"{self.key}__in": PortfolioNode.objects.subtree_ids([value])}


class PartnerFilters(Filters):
    """Filters of `partners`."""

    q = SearchFilter(["code", "name", "identifier"])
    state = OneOf("state", RecordState.choices)
    kind = OneOf("kind", PartnerKind.choices)
    identifier_kind = OneOf("identifier_kind", IdentifierKind.choices)
    identifier = CodeFilter("identifier")
    country = CodeFilter("country")
    data_origin = origin_filter()


class ContractFilters(Filters):
    """Filters of `contracts`."""

    q = SearchFilter(["code", "title", "holder__name"])
    state = OneOf("state", RecordState.choices)
    kind = OneOf("kind", ContractKind.choices)
    holder = CodeFilter("holder__code")
    project = ThroughProjectFilter("id", "project__code")
    ministry = ThroughProjectFilter("id", "project__ministry__code")
    node = ThroughNodeFilter("id", "project__node_id")
    notified_on_from = from_day("notified_on")
    notified_on_to = to_day("notified_on")
    end_on_from = from_day("end_on")
    end_on_to = to_day("end_on")
    amount_excl_tax_min = at_least("amount_excl_tax")
    amount_excl_tax_max = at_most("amount_excl_tax")
    amount_incl_tax_min = at_least("amount_incl_tax")
    amount_incl_tax_max = at_most("amount_incl_tax")
    data_origin = origin_filter()
