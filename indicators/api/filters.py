"""Filters of the indicators room."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from common.api.filtersets import (
    CodeFilter,
    DayFilter,
    Filters,
    OneOf,
    from_day,
    origin_filter,
    to_day,
)
from indicators.catalogue import BY_CODE, INDICATORS, SHARED
from indicators.enums import Unit
from projects.api.filters import NodeFilter

FAMILIES = sorted({indicator.family for indicator in INDICATORS})
_CODES = re.compile(r"[A-Z]{2}-[0-9]{2}(,[A-Z]{2}-[0-9]{2})*", re.ASCII)


class _CodesField(forms.CharField):
    known = frozenset(BY_CODE)

    def clean(self, value: Any) -> list[str] | None:
        text = super().clean(value)
        if not text:
            return None
        codes = text.split(",")
        if not _CODES.fullmatch(text) or not set(codes) <= self.known:
            raise ValidationError("Codes of the catalogue, separated by commas, are expected.")
        return codes


@extend_schema_field(
    {
        "type": "string",
        "pattern": "^[A-Z]{2}-[0-9]{2}(,[A-Z]{2}-[0-9]{2})*$",
        "description": "One code of the catalogue, or several separated by commas.",
    }
)
class IndicatorFilter(filters.Filter):
    """Codes of the catalogue: they choose columns of the snapshots, not rows."""

    field_class = _CodesField

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """Leave the rows; the view reads the codes."""
        return qs


class _SharedCodesField(_CodesField):
    known = frozenset(indicator.code for indicator in SHARED)


class SharedIndicatorFilter(IndicatorFilter):
    """Codes among those that the catalogue shares with partners."""

    field_class = _SharedCodesField


class SharedValueFilters(Filters):
    """Filters of `shared-indicator-values`: nothing but the project and the indicator."""

    project = CodeFilter("project__code")
    indicator = SharedIndicatorFilter("indicator")


class CatalogueFilters(Filters):
    """Filters of `indicators`, applied to the catalogue in memory."""

    q = CodeFilter("q", label="Text of the code or of a name.")
    family = OneOf("family", [(family, family) for family in FAMILIES])
    unit = OneOf("unit", Unit.choices)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Leave the queryset: the values were checked, the catalogue is code."""
        return queryset


class IndicatorValueFilters(Filters):
    """Filters of `indicator-values`; without a date, the latest snapshot of each project."""

    project = CodeFilter("project__code")
    node = NodeFilter("project__node_id")
    ministry = CodeFilter("project__ministry__code")
    data_origin = origin_filter("project__data_origin")
    as_of = DayFilter("as_of")
    as_of_from = from_day("as_of")
    as_of_to = to_day("as_of")
    indicator = IndicatorFilter("indicator")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the latest snapshots when no date is given."""
        given = self.form.cleaned_data
        if not any(given[name] for name in ("as_of", "as_of_from", "as_of_to")):
            queryset = queryset.filter(is_latest=True)
        return super().filter_queryset(queryset)
