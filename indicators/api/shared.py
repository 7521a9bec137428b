"""`shared-indicator-values`: what the catalogue shares with partners, on what they are shown."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.enums import Resource
from indicators.api.filters import SharedValueFilters
from indicators.api.serializers import SharedValueRow
from indicators.api.values import value_page
from indicators.catalogue import SHARED
from indicators.models import IndicatorSnapshot

_COLUMNS = tuple(SharedValueRow._declared_fields)


class SharedValueViewSet(GenericViewSet[Any]):
    """Latest values of the shared indicators, on the projects shared with the entity."""

    queryset = IndicatorSnapshot.objects.all()
    policy_resource = Resource.SHARED_INDICATOR
    serializer_class = SharedValueRow
    filterset_class = SharedValueFilters
    ordering = ("project__code", "as_of")

    def get_queryset(self) -> QuerySet[IndicatorSnapshot]:
        """Return the latest snapshots of the shared projects."""
        return IndicatorSnapshot.objects.latest().shared_with(self.request.user)

    def list(self, request: Request) -> Response:
        """Return one page, by project and place in the catalogue."""
        snapshots = self.filter_queryset(self.get_queryset())
        text = request.query_params.get("indicator")
        codes = text.strip().split(",") if text else None
        chosen = [one for one in SHARED if codes is None or one.code in codes]
        page = value_page(request, snapshots, chosen)
        rows = [{name: row[name] for name in _COLUMNS} for row in page["results"]]
        return Response({**page, "results": rows})
