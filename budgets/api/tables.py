"""Official tables, for programs: the cells of the PAP and RAP layouts."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.enums import Resource
from budgets.api.parameters import read_moment, read_origin, read_year
from budgets.api.serializers import OfficialTable
from budgets.enums import CreditType
from budgets.models import CreditMovement, NomenclatureNode
from budgets.tables.catalogue import TABLES
from budgets.tables.layout import Cell
from budgets.tables.perimeter import Perimeter
from common.api.filters import refuse_unknown
from common.models import DataOrigin

EARMARKED = {"": None, "included": None, "only": True, "excluded": False}
_ASKED = (
    "fiscal_year", "nomenclature", "credit_type", "earmarked", "data_origin", "known_at",
)  # fmt: skip


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
            OpenApiParameter("fiscal_year", int, required=True),
            OpenApiParameter("nomenclature", str),
            OpenApiParameter("credit_type", str, enum=sorted(CreditType.values)),
            OpenApiParameter("earmarked", str, enum=["excluded", "included", "only"]),
            OpenApiParameter("known_at", {"type": "string", "format": "date-time"}),
            OpenApiParameter("data_origin", str, enum=sorted(DataOrigin.values)),
        ],
        responses={200: OfficialTable},
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """Return the cells of a layout, within the caller's rights; amounts in euros TTC."""
        if code not in TABLES:
            raise Http404
        refuse_unknown(request, set(_ASKED))
        wanted = {name: request.query_params.get(name, "") for name in _ASKED}
        perimeter = _perimeter(request.user, wanted)
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
        "formula": cell.line.formula,
        "amount": None if cell.euros is None else f"{cell.euros:.2f}",
        "percent": cell.value if cell.line.is_share else None,
        "reason": cell.reason or None,
    }


def _perimeter(user: Any, wanted: dict[str, str]) -> Perimeter:
    """Return what the parameters ask to read; 400 for what cannot be read."""
    credit_type = wanted["credit_type"] or CreditType.HT2
    if credit_type not in CreditType.values:
        raise ValidationError({"credit_type": f"One of: {', '.join(sorted(CreditType.values))}."})
    if wanted["earmarked"] not in EARMARKED:
        raise ValidationError({"earmarked": "One of: excluded, included, only."})
    return Perimeter(
        read_year(wanted["fiscal_year"]),
        nodes=NomenclatureNode.objects.perimeter(wanted["nomenclature"]),
        credit_type=credit_type,
        is_earmarked=EARMARKED[wanted["earmarked"]],
        origin=read_origin(wanted["data_origin"]),
        known_at=read_moment(wanted["known_at"]),
        user=user,
    )
