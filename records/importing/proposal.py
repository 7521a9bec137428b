"""What is proposed of a file whose headings are not those of a table: where they stand, the table,
the field of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, override

from common.tabular import Row, is_blank
from common.tabular.parsing import normalise_title
from records.importing.cells import shown
from records.importing.headings import merge_headings, rows_at
from records.importing.schema import Field, TableSchema, load_schemas

SAMPLES = 3
_LANGUAGES = ("fr", "en")


@dataclass(frozen=True, slots=True)
class Found:
    """Where the headings of a file may stand, and the table that they agree with best."""

    table: str
    line: int
    rows: int
    score: int = 0


def names_of(field: Field) -> list[str]:
    """Return the keys by which a heading names a field, the surest first."""
    titles = []
    for language in _LANGUAGES:
        with override(language):
            titles.append(gettext(field.title))
    names = [field.name, field.title, *titles, *field.synonyms]
    return list(dict.fromkeys(normalise_title(name) for name in names))


def fields_by_name(schema: TableSchema) -> dict[str, str]:
    """Return the field that each key names; the first one when two fields share it."""
    names = {field.name: names_of(field) for field in schema.fields}
    found: dict[str, str] = {}
    for rank in range(max(map(len, names.values()))):
        for name, keys in names.items():
            if rank < len(keys):
                found.setdefault(keys[rank], name)
    return found


def propose_columns(
    schema: TableSchema, headings: Iterable[str], former: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the field proposed for each heading, one heading a field.

    `former` are the choices of a mapping under headings that look the same: they come first, even
    where several headings make one field.
    """
    known = fields_by_name(schema)
    chosen = {normalise_title(heading): field for heading, field in (former or {}).items()}
    found: dict[str, str] = {}
    told = [heading for heading in headings if heading]
    for heading in told:
        field = chosen.get(normalise_title(heading), "")
        if field:
            found[heading] = field
    for heading in told:
        # A heading over two rows is known whole, else by its lowest row.
        parts = (heading, heading.rsplit(" / ", 1)[-1])
        field = next((known[key] for part in parts if (key := normalise_title(part)) in known), "")
        if field and heading not in found and field not in found.values():
            found[heading] = field
    return found


def find_headings(rows: Sequence[Row], tables: Sequence[str] = ()) -> Found:
    """Return where the headings stand among the first shown rows of a sheet, and their table.

    The place where most fields of one table are named; when none is anywhere, the row that has
    the most texts. `tables` are those looked for, all by default.
    """
    schemas = load_schemas()
    names = {name: fields_by_name(schemas[name]) for name in tables or schemas}
    best = Found("", _widest(rows), 1)
    # Two rows are headings only where they name more fields than one does.
    for count in (1, 2):
        for place in range(len(rows) - count + 1):
            some = rows[place : place + count]
            headings = merge_headings(some) if _are_texts(some) else []
            for table, known in names.items():
                score = _score(schemas[table], known, headings)
                if score > best.score:
                    best = Found(table, some[0].line, count, score)
    return best


def _are_texts(rows: Sequence[Row]) -> bool:
    """Tell rows that may be headings: no cell is a number, a date or an amount."""
    cells = [cell for row in rows for cell in row.cells if not is_blank(cell)]
    return all(isinstance(cell, str) and not cell.strip(" -+()")[:1].isdigit() for cell in cells)


def _score(schema: TableSchema, known: Mapping[str, str], headings: Sequence[str]) -> int:
    """Count the fields that headings name, those that are required thrice."""
    keys = [normalise_title(part) for told in headings for part in (told, told.split(" / ")[-1])]
    named = {known[key] for key in keys if key in known}
    return sum(3 if schema.field(name).required else 1 for name in named)


def _widest(rows: Sequence[Row]) -> int:
    if not rows:
        return 1
    return max(rows, key=lambda row: sum(not is_blank(cell) for cell in row.cells)).line


def samples_of(rows: Sequence[Row], line: int, count: int, width: int) -> list[list[str]]:
    """Return the first different values below each heading, as they are shown."""
    heading = rows_at(rows, line, count)
    last = heading[-1].line if heading else line
    found: list[list[str]] = [[] for _index in range(width)]
    for row in rows:
        if row.line <= last:
            continue
        for index, cell in enumerate(row.cells[:width]):
            text = shown(cell).strip()
            if text and text not in found[index] and len(found[index]) < SAMPLES:
                found[index].append(text)
    return found
