"""What is proposed of a file whose columns are to be matched: its headings, their fields, how the
rest is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from common.tabular import Row, Sheet, Table, TabularError
from common.tabular.parsing import normalise_title
from records.importing.headings import HEADING_WITHIN, MOST_ROWS
from records.importing.proposal import find_headings, propose_columns, samples_of
from records.importing.reading import IGNORED, Options, Reading
from records.importing.schema import load_schemas
from records.models import ImportMapping
from records.services.matching import head_of, headings_at, places_of, shown_sheets

# A mapping whose headings are mostly those of the file says what is most likely.
_CLOSE = 0.6
_MAPPINGS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person said already of how a file is read; what is empty is proposed."""

    table: str = ""
    sheet: str | None = None
    header_line: int | None = None
    header_rows: int | None = None
    separator: str = ""
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed reading, with three values a heading, and what it was taken from.

    `error` says why the file cannot be read as asked; there is nothing else then. `mapping` is
    that of the same or the closest headings.
    """

    reading: Reading
    samples: list[list[str]] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    first_rows: list[Row] = field(default_factory=list)
    mapping: ImportMapping | None = None
    error: str = ""

    @property
    def width(self) -> int:
        """Return how many cells the widest of the first rows has."""
        return max((len(row.cells) for row in self.first_rows), default=1)


def propose_reading(path: Path, name: str, asked: Asked, kept: Reading | None = None) -> Proposal:
    """Return what is proposed of a deposited file: what is asked, else what was `kept` of it, else
    what the closest mapping says, else what the headings say.
    """
    told = kept.options if kept else Options()
    separator, encoding = asked.separator or told.separator, asked.encoding or told.encoding
    try:
        table = head_of(path, name, separator=separator, encoding=encoding)
    except TabularError as error:
        options = Options(separator=separator, encoding=encoding)
        return Proposal(Reading(asked.table, (), {}, options), error=error.message)
    mapping = _closest(table, asked.table)
    if kept is None and mapping is not None:
        kept = mapping
    former = kept if kept and kept.table == (asked.table or kept.table) else None
    options = former.options if former else Options(ignored=IGNORED)
    place = _place(table, asked, kept.options if kept else None, former)
    options = replace(
        options,
        separator=separator,
        encoding=encoding,
        header_line=place.line,
        header_rows=place.rows,
        sheet=place.sheet.name,
    )
    headings = headings_at(place.sheet, place.line, place.rows)
    columns = {}
    if place.table:
        known = former.columns if former else {}
        columns = propose_columns(load_schemas()[place.table], headings, known)
    return Proposal(
        Reading(place.table, headings, columns, options),
        samples_of(place.sheet.rows, place.line, place.rows, len(headings)),
        [sheet.name for sheet in shown_sheets(table)],
        [row for row in place.sheet.rows if not row.is_blank][:12],
        ImportMapping.objects.filter(code=mapping.code).first() if mapping else None,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the headings stand."""

    table: str
    sheet: Sheet
    line: int
    rows: int


def _place(table: Table, asked: Asked, kept: Options | None, former: Reading | None) -> _Place:
    """Return where the headings are: as asked, else as kept, else where most fields are named."""
    sheets = {sheet.name: sheet for sheet in shown_sheets(table)}
    wanted = asked.sheet if asked.sheet is not None else kept.sheet if kept else None
    sheet = sheets.get(wanted or "") or next(iter(sheets.values()))
    rows = [row for row in sheet.rows if not row.is_blank][:HEADING_WITHIN]
    found = find_headings(rows, [asked.table] if asked.table else ())
    name = asked.table or (former.table if former else found.table)
    line = asked.header_line or (kept.header_line if kept else found.line)
    count = asked.header_rows or (kept.header_rows if kept else found.rows)
    return _Place(name, sheet, line, min(max(count, 1), MOST_ROWS))


def _closest(table: Table, wanted: str) -> Reading | None:
    """Return the reading of the open mapping whose headings are most often those of the file."""
    best: tuple[float, Reading] | None = None
    mappings = ImportMapping.objects.proposed()
    if wanted:
        mappings = mappings.filter(table=wanted)
    places = list(places_of(table))
    for mapping in mappings[:_MAPPINGS]:
        rows = Options.from_dict(mapping.options).header_rows
        for _signature, sheet, line, headings, count in places:
            share = _shared(mapping.columns, headings) if count == rows else 0
            if share >= _CLOSE and (best is None or share > best[0]):
                best = share, mapping.reading(tuple(headings), line, sheet)
    return best[1] if best else None


def _shared(columns: Mapping[str, str], headings: list[str]) -> float:
    """Return the share of the headings that a mapping chose which a file has."""
    ours = {normalise_title(heading) for heading in columns}
    theirs = {normalise_title(heading) for heading in headings if heading}
    return len(ours & theirs) / len(ours) if ours else 0.0
