"""The frame of the portfolio: tree, ministries, published editions."""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, QuerySet, Value

from accounts.api.owned import OwnedViewSet
from accounts.enums import Resource
from common.api.views import CODE, RowViewSet
from common.models import DataOrigin
from projects.api.filters import MinistryFilters, NodeFilters, PanoramaFilters
from projects.api.inputs import NodeCreation, NodeEdit
from projects.api.serializers import MinistryDetail, MinistryRow, NodeRow, PanoramaRow
from projects.models import Ministry, MinistryName, PanoramaEntry, PortfolioNode
from projects.services.kinds import PORTFOLIO_NODES


def published(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate rows that are public by nature."""
    return rows.annotate(data_origin=Value(DataOrigin.PUBLISHED.value, output_field=CharField()))


class PortfolioNodeViewSet(OwnedViewSet):
    """Portfolio tree."""

    kind = PORTFOLIO_NODES
    creation = NodeCreation
    edition = NodeEdit

    queryset = PortfolioNode.objects.all()
    policy_resource = Resource.PORTFOLIO
    row_serializer = NodeRow
    filterset_class = NodeFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    ordering = ("code",)
    ordering_fields = {"code": "code", "name": "name", "kind": "kind"}


class MinistryViewSet(RowViewSet):
    """Ministries."""

    queryset = Ministry.objects.all()
    policy_resource = Resource.PORTFOLIO
    row_serializer = MinistryRow
    detail_serializer = MinistryDetail
    filterset_class = MinistryFilters
    lookup_field = "code"
    lookup_value_regex = CODE
    ordering = ("code",)
    ordering_fields = {"code": "code", "name": "name"}

    def get_queryset(self) -> QuerySet[Ministry]:
        """Return all of them: the list is public."""
        return published(Ministry.objects.all())

    def complete(self, rows: list[dict[str, Any]], *, detail: bool) -> None:
        """Add the successive names to the detail."""
        for row in rows if detail else ():
            names = MinistryName.objects.filter(ministry=row["id"])
            dated = names.order_by("valid_from", "label")
            row["names"] = list(dated.values("label", "valid_from", "valid_to"))


class PanoramaEntryViewSet(RowViewSet):
    """Rows of the published editions of the panorama."""

    queryset = PanoramaEntry.objects.all()
    policy_resource = Resource.PROJECT
    row_serializer = PanoramaRow
    filterset_class = PanoramaFilters
    ordering = ("edition__code", "source_line")
    ordering_fields = {
        "edition": "edition__code",
        "project": "project__code",
        "title": "title",
        "full_cost": "full_cost",
        "started_on": "started_on",
    }

    def get_queryset(self) -> QuerySet[PanoramaEntry]:
        """Return the published rows of the visible projects."""
        return published(super().get_queryset())
