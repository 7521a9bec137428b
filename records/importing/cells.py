"""Reading one cell as its field says; what cannot be read as such is a fault, never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from common.money import parse_amount
from records.importing.schema import Field

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_MONTH = re.compile(r"([0-9]{4}-[0-9]{2})(-01)?", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+\.[0-9]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CellFault(ValueError):
    """A cell is not what its column holds."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def cell_reader(field: Field) -> Callable[[str], Any]:
    """Return the function that reads a cell of the field; it remembers what it has read.

    An empty cell gives the default of the field, else None ("" for a text, () for a list). The
    function raises CellFault `required`, a code of the type, or a code of the constraint.
    """
    parse = partial(_PARSERS[field.type], field)
    empty = _empty(field, parse)
    seen: dict[str, Any] = {}

    def read(cell: str) -> Any:
        text = cell.strip()
        if not text:
            if field.required:
                raise CellFault("required", _("A value is required."))
            return empty
        if text not in seen:
            seen[text] = parse(text)
        return seen[text]

    return read


def default_of(field: Field) -> Any:
    """Return the value of an empty cell, or of a column that is absent."""
    return _empty(field, partial(_PARSERS[field.type], field))


def _empty(field: Field, parse: Callable[[str], Any]) -> Any:
    if field.default is not None:
        return parse(field.default)
    return {"string": "", "list": ()}.get(field.type)


def _bounded(field: Field, value: Any, read: Callable[[str], Any]) -> Any:
    """Return the value, inside the bounds of the field."""
    if field.minimum is not None and value < read(field.minimum):
        raise CellFault(
            "below_minimum", _("The least value is %(bound)s.") % {"bound": field.minimum}
        )
    if field.maximum is not None and value > read(field.maximum):
        raise CellFault(
            "above_maximum", _("The greatest value is %(bound)s.") % {"bound": field.maximum}
        )
    return value


def _string(field: Field, text: str) -> str:
    if _CONTROL.search(text):
        raise CellFault("control_character", _("The text holds a control character."))
    if field.enum and text not in field.enum:
        known = ", ".join(field.enum)
        raise CellFault("not_in_list", _("The value is one of: %(known)s.") % {"known": known})
    if field.max_length is not None and len(text) > field.max_length:
        raise CellFault(
            "too_long",
            _("The text has at most %(count)d characters.") % {"count": field.max_length},
        )
    if field.pattern and not re.fullmatch(field.pattern, text, re.ASCII):
        raise CellFault(
            "wrong_form", _("The text has the form %(pattern)s.") % {"pattern": field.pattern}
        )
    return text


def _list(field: Field, text: str) -> tuple[str, ...]:
    """Read the items, without blanks or repetitions, in their order."""
    item = replace(field, type="string")
    parts = (part.strip() for part in text.split(field.delimiter))
    return tuple(dict.fromkeys(_string(item, part) for part in parts if part))


def _integer(field: Field, text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise CellFault("not_an_integer", _("This is not a whole number."))
    return int(_bounded(field, int(text), int))


def _number(field: Field, text: str) -> Decimal:
    try:
        number = parse_amount(text)
    except ValueError:
        if _NUMBER.fullmatch(text):
            message = _("The number has at most %(count)d decimals.") % {"count": field.decimals}
            raise CellFault("too_many_decimals", message) from None
        raise CellFault(
            "not_a_number",
            _("This is not a number such as -1234.56 (point, no spaces, no unit)."),
        ) from None
    result: Decimal = _bounded(field, number, Decimal)
    return result


def _date(field: Field, text: str) -> dt.date:
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise CellFault("not_a_date", _("This is not a date such as 2026-09-30.")) from None
    result: dt.date = _bounded(field, day, dt.date.fromisoformat)
    return result


def _month(field: Field, text: str) -> dt.date:
    """Read a month as its first day."""
    found = _MONTH.fullmatch(text)
    try:
        month = dt.date.fromisoformat(f"{found.group(1) if found else ''}-01")
    except ValueError:
        raise CellFault(
            "not_a_month", _("This is not a month such as 2026-09, nor its first day.")
        ) from None
    result: dt.date = _bounded(field, month, lambda bound: dt.date.fromisoformat(f"{bound}-01"))
    return result


def _year(field: Field, text: str) -> int:
    if not _YEAR.fullmatch(text):
        raise CellFault("not_a_year", _("This is not a year of four digits."))
    return int(_bounded(field, int(text), int))


def _boolean(field: Field, text: str) -> bool:
    if text not in ("true", "false"):
        raise CellFault("not_a_boolean", _("The value is true or false."))
    return text == "true"


_PARSERS: dict[str, Callable[[Field, str], Any]] = {
    "string": _string,
    "list": _list,
    "integer": _integer,
    "number": _number,
    "date": _date,
    "yearmonth": _month,
    "year": _year,
    "boolean": _boolean,
}
