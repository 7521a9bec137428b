"""The filters that rooms declare: exact types, bounds on both engines, nothing ignored.

A value that cannot be read is a 400, never an empty answer or an error of the database
(`reliability.md` 0.18 and 2.2).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from common.api.fields import parse_day
from common.models import DataOrigin
from common.money import parse_amount

MAX_ID = 2**63 - 1
MIN_SEARCH = 3  # shorter text finds half of everything, at the price of reading it all
_WHOLE = re.compile(r"[0-9]{1,19}", re.ASCII)


class _WholeField(forms.CharField):
    """A whole number in ASCII digits, within bounds that every engine stores."""

    def __init__(self, *, least: int = 0, greatest: int = MAX_ID, **kwargs: Any) -> None:
        self.least, self.greatest = least, greatest
        super().__init__(**kwargs)

    def clean(self, value: Any) -> int | None:
        """Return the number, None when the parameter is absent."""
        text = super().clean(value)
        if not text:
            return None
        if not _WHOLE.fullmatch(text) or not self.least <= int(text) <= self.greatest:
            raise ValidationError(
                f"A whole number from {self.least} to {self.greatest} is expected."
            )
        return int(text)


class _DayField(forms.CharField):
    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_day(text)
        except ValueError as error:
            raise ValidationError("A date is written YYYY-MM-DD, from 1900 to 2199.") from error


class _AmountField(forms.CharField):
    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except ValueError as error:
            raise ValidationError("An amount is a decimal such as 1234567.89.") from error


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 80})
class CodeFilter(filters.CharFilter):
    """An exact code."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, max_length=80, **kwargs)


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": MAX_ID})
class IdFilter(filters.Filter):
    """The number of a row."""

    field_class = _WholeField

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, least=1, **kwargs)


@extend_schema_field({"type": "integer", "minimum": 1900, "maximum": 2199})
class YearFilter(filters.Filter):
    """A fiscal year."""

    field_class = _WholeField

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, least=1900, greatest=2199, **kwargs)


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 32767})
class NumberFilter(filters.Filter):
    """A small whole number."""

    field_class = _WholeField

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(field_name, greatest=32767, **kwargs)


@extend_schema_field({"type": "string", "format": "date"})
class DayFilter(filters.Filter):
    """A date, `YYYY-MM-DD`."""

    field_class = _DayField


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$"})
class AmountFilter(filters.Filter):
    """An amount in euros."""

    field_class = _AmountField


@extend_schema_field({"type": "boolean"})
class FlagFilter(filters.TypedChoiceFilter):
    """`true` or `false`."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(field_name, choices=choices, coerce=_flag, **kwargs)


def _flag(text: str) -> bool | str:
    # An absent parameter arrives as the empty text, which filters leave alone.
    return text == "true" if text else ""


class OneOf(filters.ChoiceFilter):
    """One value of a closed list."""

    def __init__(self, field_name: str, choices: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null_label", None)
        super().__init__(field_name, choices=choices, **kwargs)


@extend_schema_field({"type": "string", "minLength": MIN_SEARCH, "maxLength": 200})
class SearchFilter(filters.CharFilter):
    """Text contained in one of several columns, whatever the case."""

    def __init__(self, paths: Sequence[str], **kwargs: Any) -> None:
        self.paths = tuple(paths)
        # The bound keeps LIKE patterns within what SQLite accepts.
        bounds = {"min_length": MIN_SEARCH, "max_length": 200}
        super().__init__(self.paths[0], **bounds, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Keep the rows that contain the text."""
        if not value:
            return qs
        conditions = [Q(**{f"{path}__icontains": value}) for path in self.paths]
        return qs.filter(reduce(or_, conditions))


class Filters(filters.FilterSet):
    """Base of the declared filters."""


def origin_filter(path: str = "data_origin") -> OneOf:
    """Return the filter on the origin of the data."""
    return OneOf(path, DataOrigin.choices)


def from_day(path: str) -> DayFilter:
    """Return the filter « from this date, included »."""
    return DayFilter(path, lookup_expr="gte")


def to_day(path: str) -> DayFilter:
    """Return the filter « up to this date, included »."""
    return DayFilter(path, lookup_expr="lte")


def at_least(path: str) -> AmountFilter:
    """Return the filter « this amount or more »."""
    return AmountFilter(path, lookup_expr="gte")


def at_most(path: str) -> AmountFilter:
    """Return the filter « this amount or less »."""
    return AmountFilter(path, lookup_expr="lte")
