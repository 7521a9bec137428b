"""What an export says of itself: a second sheet of a workbook, a Data Resource beside a CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from common.tabular.columns import Column, Kind, Value
from common.tabular.values import local_moment

Notes = Iterable[tuple[str, Value]]

# The sheet of notes in each language, as the reader of imports recognises it.
NOTES_NAMES = frozenset({"notes", "lisez-moi", "read me", "about"})
_PROFILE = "https://datapackage.org/profiles/2.0/dataresource.json"
_TYPES: dict[Kind, str] = {
    "text": "string",
    "integer": "integer",
    "decimal": "number",
    "money": "number",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
}


def notes_name() -> str:
    """Return the name of the sheet of notes, « Lisez-moi » in French."""
    return _("Read me")


def notes_lines(notes: Notes, columns: Sequence[Column]) -> Iterator[tuple[Value, ...]]:
    """Yield the lines of the sheet: the notes, then each column with its unit and definition."""
    for label, value in notes:
        yield (str(label), value)
    yield ()
    yield (_("Column"), _("Unit"), _("Definition"))
    for column in columns:
        yield (str(column.heading), str(column.unit), str(column.definition))


def describe(
    name: str, path: str, notes: Notes, columns: Sequence[Column], *, french: bool
) -> dict[str, Any]:
    """Return the Data Resource (Data Package 2.0) of a CSV: its dialect, its columns, its notes."""
    return {
        "$schema": _PROFILE,
        "name": name,
        "path": path,
        "format": "csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ";" if french else ","},
        "schema": {"fields": [_field(column, french=french) for column in columns]},
        "notes": [{"label": str(label), "value": _shown(value)} for label, value in notes],
    }


def _field(column: Column, *, french: bool) -> dict[str, Any]:
    """Return one column; the forms of its values where they are not those of the standard."""
    field: dict[str, Any] = {
        "name": str(column.heading),
        "type": _TYPES[column.kind],
        "description": str(column.definition),
        "unit": str(column.unit),
    }
    if french:
        field |= _FRENCH.get(field["type"], {})
    return field


_FRENCH: dict[str, dict[str, Any]] = {
    "number": {"decimalChar": ","},
    "date": {"format": "%d/%m/%Y"},
    "datetime": {"format": "%d/%m/%Y %H:%M"},
    "boolean": {"trueValues": ["Oui"], "falseValues": ["Non"]},
}


def _shown(value: Value) -> str:
    return local_moment(value).isoformat() if isinstance(value, dt.date) else str(value or "")
