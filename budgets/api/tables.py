"""Official tables, for programs: the cells of the PAP and RAP layouts."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.enums import Resource
from budgets.api.parameters import NAMES, PERIMETER, read_perimeter
from budgets.api.serializers import OfficialTable
from budgets.models import CreditMovement
from budgets.tables.catalogue import TABLES
from budgets.tables.layout import Cell
from common.api.filters import refuse_unknown


class OfficialTableViewSet(GenericViewSet[Any]):
    """The official layouts `rap` (execution) and `pap` (programming) of an exercise."""

    queryset = CreditMovement.objects.none()
    policy_resource = Resource.CREDIT
    serializer_class = OfficialTable
    pagination_class = None
    lookup_field = "code"
    lookup_value_regex = "[a-z]{3}"

    @extend_schema(
        parameters=[
            OpenApiParameter("code", str, OpenApiParameter.PATH, enum=sorted(TABLES)),
            *PERIMETER,
        ],
        responses={200: OfficialTable},
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """Return the cells of a layout, within the caller's rights; amounts in euros TTC."""
        if code not in TABLES:
            raise Http404
        refuse_unknown(request, set(NAMES))
        wanted = {name: request.query_params.get(name, "") for name in NAMES}
        perimeter = read_perimeter(request.user, wanted)
        cells = TABLES[code].layout(perimeter.fiscal_year).compute(perimeter)
        return Response(
            {
                "code": code,
                "fiscal_year": perimeter.fiscal_year,
                "credit_type": perimeter.credit_type,
                "earmarked": wanted["earmarked"] or "included",
                "data_origin": perimeter.origin,
                "known_at": perimeter.known_at.isoformat() if perimeter.known_at else None,
                "cells": [_row(cell) for cell in cells],
            }
        )


def _row(cell: Cell) -> dict[str, Any]:
    return {
        "key": cell.key,
        "label": str(cell.line.label),
        "formula": str(cell.line.formula),
        "amount": None if cell.euros is None else f"{cell.euros:.2f}",
        "percent": cell.value if cell.line.is_share else None,
        "reason": cell.reason or None,
    }
