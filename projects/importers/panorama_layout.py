"""Where the table of an edition stands in its file: sheet, header, columns, project rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum

from django.utils.translation import gettext as _

from common.tabular import Cell, Row, Sheet, Table, TabularError, column_letter, is_blank
from common.tabular.parsing import clean_text, normalise_title
from projects.panorama.facts import PanoramaWarning
from projects.panorama.reference import headings, is_total

# A preamble longer than this is no preamble.
_HEADER_WITHIN = 100
_REQUIRED = ("title", "interministerial", "duration", "phase", "cost")
_MINISTRY = ("ministry", "ministry_full", "ministry_short")
# What only a row about a project fills.
_EVIDENCE = ("interministerial", "phase", "start", "duration", "cost", "cost_band", "zone")

_FOOTNOTE_MARK = re.compile(r"\s*[\u00b9\u00b2\u00b3*]+\s*$|\s*\(\s*[0-9*]\s*\)\s*$")
_UNIT = re.compile(
    r"[\s,]*[(\[]?\s*(?:en )?(?:k€|m€|md€|€|keur|meur|mdeur|eur|euros?|milliers d.euros"
    r"|millions? d.euros|milliards? d.euros|ans?|annees?|mois|ttc)(?: ttc)?\s*[)\]]?\s*$"
)
_SCALES = (
    (re.compile(r"k€|keur|milliers"), Decimal("0.001")),
    (re.compile(r"md€|mdeur|milliard"), Decimal(1000)),
    (re.compile(r"m€|meur|million"), Decimal(1)),
    (re.compile(r"€|\beur"), Decimal("0.000001")),
)


class Kind(Enum):
    """What a row below the header is."""

    BLANK = "blank"
    HEADER = "header"
    TOTAL = "total"
    NOTE = "note"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class Layout:
    """The table found in a file. `columns` gives the place of each field, from 0.

    `cost_scale` turns the numbers of the cost column into M€; `duration_divisor` those of the
    duration column into years.
    """

    file: str
    sheet: Sheet
    header: Row
    columns: dict[str, int]
    cost_scale: Decimal
    duration_divisor: int
    warnings: list[PanoramaWarning] = field(default_factory=list)

    def heading(self, name: str) -> str:
        """Return the heading of a field as the file writes it."""
        return clean_text(self.header.cells[self.columns[name]]) if name in self.columns else ""

    def cell(self, row: Row, name: str) -> Cell:
        """Return the cell of a field; None when the column or the cell is absent."""
        place = self.columns.get(name)
        return row.cells[place] if place is not None and place < len(row.cells) else None

    def text(self, row: Row, name: str) -> str:
        """Return the text of a field on one line, empty when absent."""
        return clean_text(self.cell(row, name))

    def fault(self, message: str, code: str, line: int | None, column: str = "") -> TabularError:
        """Build an error located in this sheet."""
        return TabularError(
            message,
            code=code,
            file=self.file,
            line=line,
            column=column,
            sheet=self.sheet.name,
        )


def _plain(heading: str) -> str:
    """Return a heading in lower case without accents."""
    decomposed = unicodedata.normalize("NFD", heading.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def field_of(heading: str) -> str | None:
    """Return the field that a heading names, its unit and footnote mark set aside."""
    known = headings()
    text = _plain(heading).replace("_", " ")
    for candidate in (text, _FOOTNOTE_MARK.sub("", text)):
        found = known.get(normalise_title(candidate))
        if found:
            return found
        stripped = _UNIT.sub("", candidate)
        while stripped != candidate:
            found = known.get(normalise_title(stripped))
            if found:
                return found
            candidate, stripped = stripped, _UNIT.sub("", stripped)
    return None


def _cost_scale(heading: str) -> Decimal:
    """Return what turns the numbers under a heading into M€, the unit of the panorama."""
    text = _plain(heading)
    return next((scale for pattern, scale in _SCALES if pattern.search(text)), Decimal(1))


def _fields(row: Row) -> list[str | None]:
    """Return the field of each cell of a row."""
    return [
        field_of(clean_text(cell)) if isinstance(cell, str) and not is_blank(cell) else None
        for cell in row.cells
    ]


def _is_header(fields: Sequence[str | None]) -> bool:
    """Tell whether a row is the header: a title column and at least four other known columns."""
    names = {name for name in fields if name}
    return "title" in names and len(names) >= 5


def _header_of(sheet: Sheet) -> Row | None:
    """Return the header row of a sheet, looked for below a preamble."""
    return next((row for row in sheet.rows[:_HEADER_WITHIN] if _is_header(_fields(row))), None)


def _choose_sheet(table: Table, wanted: str | None) -> tuple[Sheet, Row]:
    """Return the sheet that holds the table and its header; TabularError when none or several."""
    sheets = [table.sheet(wanted)] if wanted else list(table.sheets)
    found = [(sheet, header) for sheet in sheets if (header := _header_of(sheet))]
    visible = [pair for pair in found if not pair[0].is_hidden] or found
    if len(visible) == 1:
        return visible[0]
    if visible:
        names = ", ".join(sheet.name for sheet, _header in visible)
        raise TabularError(
            _("several sheets hold projects, name the one to read: %(names)s") % {"names": names},
            code="several_sheets",
            file=table.file,
        )
    raise TabularError(
        _("no row names the columns of the panorama (project, cost, duration, phase…)"),
        code="header_not_found",
        file=table.file,
    )


def _body_of(sheet: Sheet, header: Row) -> Iterator[Row]:
    """Yield the rows below the header."""
    return (row for row in sheet.rows if row.line > header.line)


def _place_columns(file: str, sheet: Sheet, header: Row) -> dict[str, int]:
    """Return the column of each field; TabularError when two filled columns claim one field."""
    columns: dict[str, int] = {}
    for place, name in enumerate(_fields(header)):
        if name is None:
            continue
        if name not in columns or _is_empty(sheet, header, columns[name]):
            columns[name] = place
        elif not _is_empty(sheet, header, place):
            raise TabularError(
                _("two columns hold the same thing: “%(first)s” and “%(second)s”")
                % {
                    "first": clean_text(header.cells[columns[name]]),
                    "second": clean_text(header.cells[place]),
                },
                code="ambiguous_column",
                file=file,
                line=header.line,
                column=column_letter(place),
                sheet=sheet.name,
            )
    missing = [name for name in _REQUIRED if name not in columns]
    if not any(name in columns for name in _MINISTRY):
        missing.append("ministry")
    if missing:
        raise TabularError(
            _("columns are missing from the header: %(names)s") % {"names": ", ".join(missing)},
            code="missing_column",
            file=file,
            line=header.line,
            sheet=sheet.name,
        )
    return columns


def _is_empty(sheet: Sheet, header: Row, place: int) -> bool:
    """Tell whether a column shows nothing below the header."""
    return all(
        place >= len(row.cells) or is_blank(row.cells[place]) for row in _body_of(sheet, header)
    )


def _unread_columns(sheet: Sheet, header: Row, used: set[int]) -> Iterator[PanoramaWarning]:
    """Tell which columns with content are not read."""
    for place, cell in enumerate(header.cells):
        if place in used or _is_empty(sheet, header, place):
            continue
        yield PanoramaWarning(
            "column_ignored",
            header.line,
            clean_text(cell) or column_letter(place),
            "",
            _("this column is not one of the panorama: it is not read"),
        )


def find_layout(table: Table, sheet: str | None = None) -> Layout:
    """Find the table of projects in a file, whatever the order and the spelling of its columns.

    Raises TabularError `header_not_found`, `missing_column`, `ambiguous_column`, `several_sheets`.
    """
    chosen, header = _choose_sheet(table, sheet)
    columns = _place_columns(table.file, chosen, header)
    duration = _plain(clean_text(header.cells[columns["duration"]]))
    layout = Layout(
        table.file,
        chosen,
        header,
        columns,
        _cost_scale(clean_text(header.cells[columns["cost"]])),
        12 if re.search(r"\bmois\b", duration) else 1,
    )
    layout.warnings.extend(
        dropped(row, "preamble", _("text above the header: it is not read"))
        for row in chosen.rows
        if row.line < header.line and not row.is_blank
    )
    layout.warnings.extend(_unread_columns(chosen, header, set(columns.values())))
    layout.warnings.extend(
        PanoramaWarning(
            "sheet_ignored", None, "", other.name, _("this sheet holds no projects: not read")
        )
        for other in table.sheets
        if other is not chosen and not other.is_blank
    )
    return layout


def dropped(row: Row, code: str, message: str) -> PanoramaWarning:
    """Build the warning for a row that is not a project; its value is the text of the row."""
    texts = [clean_text(cell) for cell in row.cells]
    value = " | ".join(text for text in texts if text)
    return PanoramaWarning(code, row.line, "", value[:200], message)


def classify(layout: Layout, row: Row) -> Kind:
    """Tell what a row below the header is.

    A project has a title and at least one value that only projects have. A total begins with a
    word of totals and says neither yes or no nor a phase, or has figures only. A row with a single
    known column filled is a note. Raises TabularError `missing_title` for a row that has several
    values of a project and no title.
    """
    if row.is_blank:
        return Kind.BLANK
    if _is_header(_fields(row)):
        return Kind.HEADER
    title = layout.text(row, "title")
    filled = [name for name in _EVIDENCE if layout.text(row, name)]
    described = any(name in filled for name in ("interministerial", "phase"))
    texts = [text for cell in row.cells if (text := clean_text(cell))]
    if not described and (is_total(texts[0]) or is_total(title)):
        return Kind.TOTAL
    if title and (filled or layout.text(row, "description") or layout.text(row, "funding")):
        return Kind.PROJECT
    if filled and all(name in ("duration", "cost") for name in filled) and not title:
        return Kind.TOTAL
    if title or not filled or sum(bool(layout.text(row, name)) for name in layout.columns) == 1:
        return Kind.NOTE
    raise layout.fault(
        _("a row with figures has no project title"),
        "missing_title",
        row.line,
        layout.heading("title"),
    )


def check_width(layout: Layout, row: Row) -> None:
    """Refuse a project row with content beyond the header: its cells are not under their headings.

    It is what an unquoted separator inside a cell does. Raises TabularError `too_many_cells`.
    """
    width = len(layout.header.cells)
    for place, cell in enumerate(row.cells[width:], width):
        if not is_blank(cell):
            raise layout.fault(
                _("this row has more cells than the header: a separator may lack its quotes"),
                "too_many_cells",
                row.line,
                column_letter(place),
            )
