"""What the reports of the budgets room read in the address; 400 for what cannot be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from rest_framework.exceptions import ValidationError

from common.api.fields import parse_day, parse_moment
from common.models import DataOrigin


def read_year(text: str) -> int:
    """Return the exercise that a parameter names; 400 otherwise."""
    if not (len(text) == 4 and text.isascii() and text.isdigit() and 1990 <= int(text) <= 2100):
        raise ValidationError({"fiscal_year": "A year from 1990 to 2100 is expected."})
    return int(text)


def read_origin(text: str) -> str:
    """Return the data origin that a parameter names, operational by default; 400 otherwise."""
    if text and text not in DataOrigin.values:
        raise ValidationError({"data_origin": f"One of: {', '.join(sorted(DataOrigin.values))}."})
    return text or DataOrigin.OPERATIONAL


def read_day(name: str, text: str) -> dt.date | None:
    """Return the day that a parameter names, if any; 400 for what is not one."""
    found: dt.date | None = _parsed(name, text, parse_day, "A date is written YYYY-MM-DD.")
    return found


def read_moment(text: str) -> dt.datetime | None:
    """Return the moment that `known_at` names, if any; 400 for what is not one."""
    found: dt.datetime | None = _parsed(
        "known_at", text, parse_moment, "A moment is written as in ISO 8601, with its zone."
    )
    return found


def _parsed(name: str, text: str, parse: Any, message: str) -> Any:
    if not text:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise ValidationError({name: message}) from error
