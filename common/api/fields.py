"""Fields of the API: what comes in is exact, and a type is never guessed.

Money and percentages are ASCII decimal strings both ways: a JSON number passes through binary
floats in most clients, so it is refused (architecture, rule 3).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.money import parse_amount
from common.text import clean_value

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
FIRST_DAY = dt.date(1900, 1, 1)
LAST_DAY = dt.date(2199, 12, 31)


def parse_day(text: str) -> dt.date:
    """Read `YYYY-MM-DD` in ASCII digits between 1900 and 2199; ValueError otherwise."""
    if not _DAY.fullmatch(text):
        raise ValueError(text)
    day = dt.date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def parse_moment(text: str) -> dt.datetime:
    """Read an ISO 8601 moment with its zone, between 1900 and 2199; ValueError otherwise."""
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None or not text.isascii():
        raise ValueError(text)
    if not FIRST_DAY < moment.date() < LAST_DAY:
        raise ValueError(text)
    return moment


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$"})
class MoneyStringField(serializers.Field[Any, Any, Any, Any]):
    """Euros as a decimal string, `"1234567.89"`; at most two decimals."""

    default_error_messages = {
        "type": 'An amount is a decimal string such as "1234567.89".',
        "sign": "An amount is not negative here.",
    }

    def __init__(self, *, signed: bool = False, **kwargs: Any) -> None:
        self.signed = signed
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the Decimal, or refuse: numbers, exponents, grouping, other digits."""
        try:
            amount = parse_amount(data) if isinstance(data, str) else None
        except ValueError:
            amount = None
        if amount is None:
            self.fail("type")
        if amount < 0 and not self.signed:
            self.fail("sign")
        return amount

    def to_representation(self, value: Decimal) -> str:
        """Return the decimal string; the two places are those of the column."""
        return str(value)


@extend_schema_field({"type": "string", "pattern": r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$"})
class PercentStringField(MoneyStringField):
    """A percentage from 0 to 100 as a decimal string, `"45.50"`."""

    default_error_messages = {
        "type": 'A percentage is a decimal string such as "45.50".',
        "bounds": "A percentage lies between 0 and 100.",
    }

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the Decimal between 0 and 100."""
        value = super().to_internal_value(data)
        if value > 100:
            self.fail("bounds")
        return value


@extend_schema_field({"type": "string", "format": "date"})
class DayField(serializers.Field[Any, Any, Any, Any]):
    """A calendar date, `YYYY-MM-DD`, from 1900 to 2199."""

    default_error_messages = {"invalid": "A date is written YYYY-MM-DD, from 1900 to 2199."}

    def to_internal_value(self, data: Any) -> dt.date:
        """Return the date."""
        try:
            return parse_day(data if isinstance(data, str) else "")
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: dt.date) -> str:
        """Return the ISO date."""
        return value.isoformat()


class TextField(serializers.CharField):
    """Text: a JSON string and nothing else."""

    def to_internal_value(self, data: Any) -> str:
        """Refuse numbers and booleans, which CharField would turn into text."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class FlagField(serializers.BooleanField):
    """true or false: not 1, not "yes"."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse everything but the two JSON literals."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictSerializer(serializers.Serializer[Any]):
    """Input of a write: an unknown key is refused, as an unknown query parameter is."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown keys, then validate the known ones."""
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = {name: ["Unknown field."] for name in data if name not in writable}
            if unknown:
                raise serializers.ValidationError(unknown)
            data = _with_clean_text(self._with_lists(data))
        return super().to_internal_value(data)

    def _with_lists(self, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Read a form as a body: a list field takes each value of its name, others the last.

        What a form leaves out is absent, not false: a form is no other contract than JSON.
        """
        if not isinstance(data, MultiValueDict):
            return data
        return {
            name: data.getlist(name)
            if isinstance(self.fields[name], serializers.ListField)
            else data[name]
            for name in data
        }


def _with_clean_text(data: Mapping[str, Any]) -> dict[str, Any]:
    """Compose the texts of a body, whatever its media type; refused characters are field errors."""
    clean, errors = {}, {}
    for name, value in data.items():
        try:
            clean[name] = clean_value(value)
        except ValueError as error:
            errors[name] = [f"The character {error} is not allowed."]
    if errors:
        raise serializers.ValidationError(errors)
    return clean


class RowSerializer(serializers.Serializer[Any]):
    """Output of a read: each field's `source` is a column of the `.values()` rows.

    The serializer is at once the list of columns, the form of the rows and their documentation.
    Fields that a view fills apart (`nested` in its Meta) are not columns.
    """

    @classmethod
    def columns(cls) -> list[str]:
        """Return the paths to read."""
        nested = getattr(getattr(cls, "Meta", None), "nested", ())
        return [
            str(field.source or name)
            for name, field in cls._declared_fields.items()
            if name not in nested
        ]

    def render(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return rows ready for JSON, in one pass without an object a row."""
        nested = getattr(getattr(self, "Meta", None), "nested", ())
        plan = [
            (name, name if name in nested else str(field.source), field.to_representation)
            for name, field in self.fields.items()
        ]
        return [
            {
                name: None if (value := row[source]) is None else represent(value)
                for name, source, represent in plan
            }
            for row in rows
        ]
