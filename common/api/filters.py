"""Filters: declared in FilterSets only; an unknown query parameter is refused (400)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from common.text import composed, refused_mark

PAGING = frozenset({"limit", "cursor", "ordering"})
MAX_FILTERS = 20


def refuse_unknown(request: Request, allowed: frozenset[str] | set[str]) -> None:
    """Raise a 400 that names every query parameter that is not declared, or given twice.

    More than `MAX_FILTERS` of them are refused together.
    """
    errors: dict[str, list[str]] = {}
    if len(request.query_params) > MAX_FILTERS + len(PAGING):
        raise ValidationError({"": [f"At most {MAX_FILTERS} filters."]})
    for name, values in request.query_params.lists():
        if name not in allowed:
            errors[name] = ["Unknown parameter."]
        elif len(values) > 1:
            errors[name] = ["Given more than once."]
        elif refused_mark(values[0]):
            errors[name] = [f"The character {refused_mark(values[0])} is not allowed."]
        elif not values[0].strip():
            errors[name] = ["A value is expected."]
    if errors:
        raise ValidationError(errors)


class StrictFilterBackend(DjangoFilterBackend):
    """django-filter, with unknown and repeated parameters refused."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        """Check the names, then filter."""
        filterset_class = self.get_filterset_class(view, queryset)
        names = set(filterset_class.base_filters) if filterset_class else set()
        detail = bool(getattr(view, "detail", False))
        refuse_unknown(request, set() if detail else names | PAGING)
        return queryset if detail else super().filter_queryset(request, queryset, view)

    def get_filterset_kwargs(self, request: Request, queryset: Any, view: Any) -> Any:
        """Give the filters composed text, as the fields of a body are."""
        given = super().get_filterset_kwargs(request, queryset, view)
        data = request.query_params.copy()
        for name, value in list(data.items()):
            data[name] = composed(str(value))
        return {**given, "data": data}


class StrictOrderingFilter(BaseFilterBackend):
    """`?ordering=` over the view's `ordering_fields` (public name → path); others are refused."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Order the queryset, by default by the view's `ordering`."""
        fields: dict[str, str] = getattr(view, "ordering_fields", {})
        text = request.query_params.get("ordering")
        default: Sequence[str] = getattr(view, "ordering", ("id",))
        if text is None:
            return queryset.order_by(*default)
        names = text.split(",")
        unknown = [name for name in names if name.removeprefix("-") not in fields]
        if unknown or len({name.removeprefix("-") for name in names}) != len(names):
            choices = ", ".join(sorted(fields))
            raise ValidationError({"ordering": f"Expected among: {choices}."})
        sign = {True: "-", False: ""}
        return queryset.order_by(
            *(sign[name.startswith("-")] + fields[name.removeprefix("-")] for name in names)
        )

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe `ordering`."""
        fields = sorted(getattr(view, "ordering_fields", {}))
        names = "|".join(fields)
        return (
            [
                {
                    "name": "ordering",
                    "in": "query",
                    "required": False,
                    "schema": {"type": "string", "pattern": rf"^-?({names})(,-?({names}))*$"},
                    "description": "Comma-separated names, `-` for descending: "
                    + ", ".join(fields),
                }
            ]
            if fields
            else []
        )
