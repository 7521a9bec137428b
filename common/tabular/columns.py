"""The columns of an export: heading, kind of value, unit and definition."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "integer", "decimal", "money", "date", "datetime", "boolean"]
Value = str | int | float | bool | Decimal | dt.date | dt.datetime | None

# What a spreadsheet may execute (OWASP, “CSV injection”), full-width forms included.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` says how its values are written; the rest goes to the notes."""

    heading: str
    kind: Kind = "text"
    unit: str = ""
    definition: str = ""
    width: int = 16


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, by an apostrophe before it.

    Only text is neutralised: a negative number is a number, and stays one.
    """
    if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS):
        return f"'{text}"
    return text
