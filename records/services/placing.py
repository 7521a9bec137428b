"""What a deposited file is: a table of ours, one read by a mapping, or one to be matched."""

from __future__ import annotations

from pathlib import Path

from common.tabular import TabularError
from records.importing.reading import Reading
from records.importing.recognition import agrees, headings_of, recognise
from records.models import DraftFile, ImportMapping
from records.services.matching import head_of, known_reading, reading_by, shown_sheets

# What keeps a file from being read until a person says how.
_DOUBTS = frozenset({"ambiguous_separator", "encoding"})


def is_zip(file: DraftFile) -> bool:
    """Tell an archive by the name that it came with."""
    return Path(file.name).suffix.lower() == ".zip"


def place_file(file: DraftFile, mapping: ImportMapping | None) -> None:
    """Set the table of a file and how it is read; both are empty when nothing tells.

    Headings that are all those of a table come first; then a mapping, named or of the same
    headings; then the name of the file, or most of the headings of a table. Raises MappingUnfit.
    """
    file.table, file.reading = "", {}
    if is_zip(file):
        return
    table, is_exact = _table_of(file)
    reading = None if is_exact else _reading_of(file, mapping)
    file.table = reading.table if reading else table
    file.reading = reading.as_dict() if reading else {}


def _reading_of(file: DraftFile, mapping: ImportMapping | None) -> Reading | None:
    if mapping is None:
        return known_reading(file.path, file.name)
    return reading_by(mapping, file.path, file.name)


def _table_of(file: DraftFile) -> tuple[str, bool]:
    """Return the table of a file, « workbook » when its sheets tell, and whether it is sure."""
    named = recognise(file.name, ())
    try:
        sheets = headings_of(head_of(file.path, file.name))
    except TabularError:
        return named, False
    found = {name: recognise(f"{name}.csv", cells) for name, cells in sheets}
    if len(sheets) > 1:
        is_workbook = any(name == table for name, table in found.items())
        return named or ("workbook" if is_workbook else ""), bool(named) or is_workbook
    for _name, cells in sheets:
        table = recognise(file.name, cells)
        return table, bool(table) and agrees(table, cells)
    return named, False


def can_match(file: DraftFile) -> bool:
    """Whether the columns of a file that is no table can be matched with those of one."""
    if file.table or is_zip(file):
        return False
    try:
        return bool(shown_sheets(head_of(file.path, file.name)))
    except TabularError as error:
        return error.code in _DOUBTS
