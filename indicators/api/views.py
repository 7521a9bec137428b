"""`indicators` (the catalogue) and `indicator-values` (list, detail, bulk export)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from common.api.filters import refuse_unknown
from common.tabular.columns import Column
from common.tabular.writer import write_csv
from indicators.api.catalogue import catalogue_page, row_of
from indicators.api.explanation import inputs_of
from indicators.api.filters import CatalogueFilters, IndicatorValueFilters
from indicators.api.serializers import IndicatorRow, IndicatorValueDetail, IndicatorValueRow
from indicators.api.values import (
    columns_of,
    explode,
    methods_of,
    value_page,
)
from indicators.catalogue import BY_CODE, INDICATORS, Indicator
from indicators.enums import Unit
from indicators.models import IndicatorRun, IndicatorSnapshot

VALUE_COLUMNS = tuple(IndicatorValueRow._declared_fields)
EXPORT_BATCH = 2_000


class IndicatorViewSet(GenericViewSet[Any]):
    """The catalogue of indicators."""

    queryset = IndicatorRun.objects.none()
    policy_resource = Resource.INDICATOR
    serializer_class = IndicatorRow
    filterset_class = CatalogueFilters
    lookup_field = "code"
    lookup_value_regex = "[A-Z]{2}-[0-9]{2}"

    def list(self, request: Request) -> Response:
        """Return the catalogue, in its own order."""
        self.filter_queryset(self.get_queryset())
        return Response(catalogue_page(request))

    @extend_schema(parameters=[OpenApiParameter("code", OpenApiTypes.STR, OpenApiParameter.PATH)])
    def retrieve(self, request: Request, code: str) -> Response:
        """Return one definition."""
        refuse_unknown(request, set())
        if code not in BY_CODE:
            raise Http404
        return Response(row_of(BY_CODE[code]))


class IndicatorValueViewSet(GenericViewSet[Any]):
    """Values of the indicators, from the latest computation or at a date."""

    queryset = IndicatorSnapshot.objects.all()
    policy_resource = Resource.INDICATOR_VALUE
    policy_actions = {"export": Action.EXPORT}
    serializer_class = IndicatorValueRow
    filterset_class = IndicatorValueFilters
    ordering = ("project__code", "as_of")
    lookup_field = "value"
    lookup_value_regex = r"[^/\x00-\x20:]{1,40}:[A-Z]{2}-[0-9]{2}"

    def get_queryset(self) -> QuerySet[IndicatorSnapshot]:
        """Return the snapshots that the caller may read."""
        return IndicatorSnapshot.objects.visible_to(self.request.user)

    def _chosen(self) -> list[Indicator]:
        text = self.request.query_params.get("indicator")
        codes = text.strip().split(",") if text else None
        return [one for one in INDICATORS if codes is None or one.code in codes]

    def list(self, request: Request) -> Response:
        """Return one page, by project, date and place in the catalogue."""
        snapshots = self.filter_queryset(self.get_queryset())
        return Response(value_page(request, snapshots, self._chosen()))

    @extend_schema(
        responses=IndicatorValueDetail,
        parameters=[
            OpenApiParameter(
                "value",
                {"type": "string", "pattern": "^[^/:]{1,40}:[A-Z]{2}-[0-9]{2}$"},
                OpenApiParameter.PATH,
                description="Project code and indicator code, separated by a colon.",
            )
        ],
    )
    def retrieve(self, request: Request, value: str) -> Response:
        """Return the latest value of one indicator of one project, with its inputs."""
        refuse_unknown(request, set())
        project, _, code = value.partition(":")
        indicator = BY_CODE.get(code)
        found = self.get_queryset().filter(project__code=project, is_latest=True)
        snapshot = found.select_related("project").first() if indicator else None
        if indicator is None or snapshot is None:
            raise Http404
        rows = list(found.values(*columns_of([indicator])))
        row = next(explode(rows, [indicator], methods_of(rows)))
        row |= {
            "formula": indicator.formula,
            "source": indicator.source,
            "inputs": inputs_of(snapshot, indicator.code),
        }
        # The value is known by its scope, its date, its run and the version of the formula.
        tag = f'W/"{project}-{snapshot.as_of}-{snapshot.run_id}-{indicator.version}"'
        return Response(row, headers={"ETag": tag})

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, methods=["get"])
    def export(self, request: Request) -> StreamingHttpResponse:
        """Stream every value as CSV, with the columns of the list."""
        refuse_unknown(request, set(IndicatorValueFilters.base_filters))
        snapshots = self.filter_queryset(self.get_queryset())
        record_event(
            actor=request.user,
            verb="exported",
            object_kind="indicator_value",
            detail=dict(request.query_params.items()),
        )
        columns = [Column(name) for name in VALUE_COLUMNS]
        pieces = write_csv(self._lines(snapshots), columns)
        response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="indicator-values.csv"'
        return response

    def _lines(self, snapshots: QuerySet[IndicatorSnapshot]) -> Any:
        """Yield the lines of the export, a batch of snapshots at a time."""
        chosen = self._chosen()
        rows = snapshots.order_by("project__code", "as_of").values(*columns_of(chosen))
        batch: list[dict[str, Any]] = []
        for row in rows.iterator(chunk_size=EXPORT_BATCH):
            batch.append(row)
            if len(batch) == EXPORT_BATCH:
                yield from _cells(batch, chosen)
                batch = []
        yield from _cells(batch, chosen)


def _cells(batch: list[dict[str, Any]], chosen: list[Indicator]) -> Any:
    for row in explode(batch, chosen, methods_of(batch)):
        # Euros as numbers: text that begins with a minus would be neutralised.
        exact = row["unit"] == Unit.EUR and row["value"] is not None
        value = Decimal(row["value"]) if exact else row["value"]
        yield [value if name == "value" else row[name] for name in VALUE_COLUMNS]
