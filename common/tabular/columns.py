"""The columns of an export: heading, kind of value, unit and definition."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "integer", "decimal", "money", "date", "datetime", "boolean"]
Value = str | int | float | bool | Decimal | dt.date | dt.datetime | None

# The grey of what is read and not written in a protected sheet.
LOCKED = "#eeeeee"

# What a spreadsheet may execute (OWASP, “CSV injection”), full-width forms included; the
# apostrophes that already stand before it are part of it, so that taking one off is exact.
_DANGEROUS = re.compile("'*\\s*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` says how its values are written; the rest goes to the notes.

    In a sheet that is protected, a column that `is_locked` is read and not written, in grey.
    """

    heading: str
    kind: Kind = "text"
    unit: str = ""
    definition: str = ""
    width: int = 16
    is_locked: bool = False
    is_hidden: bool = False


def is_dangerous(text: str) -> bool:
    """Tell whether a spreadsheet may take a text for a formula."""
    return _DANGEROUS.match(text) is not None


def neutralise(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, by an apostrophe before it.

    Only text is neutralised: a negative number is a number, and stays one.
    """
    return f"'{text}" if is_dangerous(text) else text


def strip_mark(text: str) -> str:
    """Return the text as it was before `neutralise`; any other text is left as it is."""
    return text[1:] if text[:1] == "'" and is_dangerous(text[1:]) else text
