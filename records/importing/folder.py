"""Reading tables: files, sheets, headings, rows, cells, keys and rules of the schemas."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from common.collector import collector_paused
from common.tabular import Cell, Row, TabularError, column_letter
from common.tabular.child import read_frames
from common.tabular.reader import text_rows, typed_rows
from records.importing.adapter import Adapter, translated
from records.importing.amendments import Amendments
from records.importing.cells import CellFault, CellReader, Style, default_of, shown
from records.importing.keys import check_rows, keep_slice
from records.importing.reading import Reading
from records.importing.schema import Field, TableSchema, load_schemas
from records.importing.sources import Place, is_notes, job_of, table_of, tell_stranger
from records.importing.stage import Stage, StagedRow, StagedTable


@collector_paused()
def read_folder(
    path: Path,
    amendments: Amendments | None = None,
    readings: Mapping[str, Reading] | None = None,
) -> Stage:
    """Read the tables at a path and check them by their schemas; nothing is looked up or written.

    The path is a folder, a zip, or one workbook; each table is a CSV, a workbook or a sheet.
    `amendments` correct cells and set lines aside, by the lines of the files; `readings` tell how
    the files of some tables are read, whose headings are others. Every fault is told in `report`,
    the first 1 000 kept. A name that is no table is a warning. Beyond a slice of
    `IMPORT_SLICE_ROWS`, the rows of a table whose rows are independent are kept on the disk.
    """
    stage = Stage(path.name)
    schemas = load_schemas()
    readings = readings or {}
    job = job_of(path, schemas, stage.report, readings)
    if job is None:
        return stage
    files = _Files(stage, schemas, amendments or Amendments(), readings)
    for kind, *values in read_frames(job):
        files.take(kind, values)
    stage.tables = {name: stage.tables[name] for name in schemas if name in stage.tables}
    if not stage.tables and not stage.report.errors:
        stage.report.add(
            code="no_table", message=_("The folder holds none of the tables."), file=str(path)
        )
    for table in stage.tables.values():
        _finish(stage, table)
    return stage


def _finish(stage: Stage, table: StagedTable) -> None:
    """Check the rows across their cells; those of a large table were, but for its last slice."""
    if table.spool is None:
        check_rows(stage, table)
        return
    if table.rows:
        keep_slice(stage, table)
    # Every row was compared with those before it.
    table.lines.clear()
    stage.report.take(table.held)


_UNSEEN = object()


class _Files:
    """Turns what the child tells into staged tables, a file and a sheet after the other."""

    def __init__(
        self,
        stage: Stage,
        schemas: dict[str, TableSchema],
        amendments: Amendments,
        readings: Mapping[str, Reading],
    ) -> None:
        self.stage = stage
        self.readings = readings
        self.schemas = schemas
        self.amendments = amendments
        self.form = ""
        self.place = Place("")
        self.is_text = False
        self.is_1904 = False
        self.rows: _Rows | None = None
        self.found: list[StagedTable] = []

    def take(self, kind: str, values: list[Any]) -> None:
        """Take one frame."""
        handler = getattr(self, f"_take_{kind}", None)
        if handler:
            handler(*values)

    def _take_file(self, name: str) -> None:
        self.place = Place(name)
        self.rows = None
        self.found = []

    def _take_skipped(self) -> None:
        if not self.place.name.startswith("."):
            tell_stranger(self.stage.report, self.place.name)

    def _take_table(self, form: str, encoding: str, separator: str, is_1904: bool) -> None:  # noqa: FBT001
        self.is_text = form == "csv"
        self.form = " ".join([form, encoding, separator.replace("\t", "tab")]).strip()
        self.is_1904 = is_1904

    def _take_sheet(self, name: str, is_hidden: bool) -> None:  # noqa: FBT001
        self.place = Place(self.place.file, name)
        schema = None if is_hidden else table_of(self.place, self.schemas)
        reading = self.readings.get(self.place.stem)
        if reading:
            schema = self.schemas[reading.table] if name == reading.options.sheet else None
        self.rows = None
        if schema:
            self.rows = _Rows(self, schema, reading)

    def _take_rows(self, told: list[Any]) -> None:
        if self.rows:
            for row in text_rows(told) if self.is_text else typed_rows(told):
                self.rows.take(row)
        elif any(cell for _line, cells in told for cell in cells):
            self._tell_unread()

    def _tell_unread(self) -> None:
        """Warn once of a sheet that is no table, or is hidden; notes of an export are expected."""
        label = self.place.label
        warned = {fault.file for fault in self.stage.report.warnings}
        if not is_notes(self.place) and label not in warned:
            tell_stranger(self.stage.report, label)

    def _take_fault(self, error: TabularError) -> None:
        """Refuse a sheet; one that is no table may hold what it likes."""
        if self.rows:
            self._refuse(error, self.place.label)
            self.rows = None

    def _take_refused(self, error: TabularError) -> None:
        """Refuse a file; what was read of it is forgotten."""
        self._refuse(error, self.place.name)
        for table in self.found:
            table.clear()
            table.is_readable = False
        self.rows = None

    def _take_archive_refused(self, error: TabularError) -> None:
        self._refuse(error, error.file)

    def _refuse(self, error: TabularError, file: str) -> None:
        schema = table_of(self.place, self.schemas)
        if schema:
            table = self.stage.tables.setdefault(schema.name, StagedTable(schema, file))
            table.clear()
            table.is_readable = False
        code = "unreadable_archive" if not self.place.file else error.code
        self.stage.report.add(
            code=error.code if error.code != "unreadable_workbook" else code,
            message=error.message,
            file=file,
            line=error.line,
            column=error.column,
        )

    def _take_end(self) -> None:
        for table in self.found:
            if not table.columns and table.is_readable:
                table.is_readable = False
                self.stage.report.add(
                    code="empty_file",
                    message=_("The file is empty: not even a heading."),
                    file=table.file,
                )


class _Rows:
    """The rows of one table, as they come; the first that shows something is the heading."""

    def __init__(self, files: _Files, schema: TableSchema, reading: Reading | None) -> None:
        self.files = files
        self.stage = files.stage
        self.schema = schema
        self.adapter = (
            Adapter(reading, is_text=files.is_text, ignore=self._tell_ignored) if reading else None
        )
        self.table: StagedTable | None = None
        self.is_over = False
        self.readers: list[tuple[int, str, Callable[[Cell], Any], dict[Any, Any]]] = []
        self.slice = settings.IMPORT_SLICE_ROWS if schema.has_independent_rows else 0
        self.defaults: dict[str, Any] = {}
        self.missing: frozenset[str] = frozenset()

    def take(self, row: Row) -> None:
        """Take one row."""
        if self.is_over or row.is_blank:
            return
        if self.adapter:
            turned = self.adapter.turn(row)
            if turned is None:
                return
            row = turned
        if self.table is None:
            self._begin(row)
        else:
            self._read(self.table, row)

    def _begin(self, header: Row) -> None:
        """Read the heading; a table that is given twice is read once, and refused."""
        name = self.schema.name
        label = self.files.place.label
        if name in self.stage.tables:
            self.stage.report.add(
                code="duplicated_table",
                message=_("The table is given twice: %(file)s holds it too.")
                % {"file": self.stage.tables[name].file},
                file=label,
            )
            self.is_over = True
            return
        table = self.stage.tables[name] = StagedTable(self.schema, label, self.files.form)
        table.reading = self.adapter.reading if self.adapter else None
        self.files.found.append(table)
        self.table = table
        table.columns = tuple(shown(cell).strip() for cell in _trimmed(header))
        table.is_readable = _check_columns(self.stage, table, header.line)
        self._prepare(table)

    def _prepare(self, table: StagedTable) -> None:
        """Make one reader a column."""
        known = {field.name: field for field in self.schema.fields}
        self.readers = [
            (index, name, *self._reader(known[name]))
            for index, name in enumerate(table.columns)
            if name in known and name not in table.columns[:index]
        ]
        self.defaults = {
            name: default_of(field) for name, field in known.items() if name not in table.columns
        }
        self.missing = frozenset(name for name in self.defaults if known[name].required)

    def _reader(self, field: Field) -> tuple[Callable[[Cell], Any], dict[Any, Any]]:
        """Return the reading of the cells of a column, as the file writes it, and what texts it
        has read lately.
        """
        if self.adapter is None:
            reader = CellReader(field, is_1904=self.files.is_1904)
            return reader.read, reader.seen
        options = self.adapter.reading.options
        style = Style(options.factor(field.name), options.dates, options.mark)
        if self.adapter.is_constant(field.name):
            style = Style()
        reader = CellReader(field, is_1904=self.files.is_1904, style=style)
        equivalents = options.equivalents.get(field.name)
        if equivalents:
            return translated(reader.read, dict(equivalents)), {}
        return reader.read, reader.seen

    def _tell_ignored(self, line: int, texts: str) -> None:
        self.stage.report.add(
            code="ignored_line",
            message=_("This line is ignored, as the mapping says."),
            file=self.files.place.label,
            line=line,
            value=texts[:200],
            is_warning=True,
        )

    def _read(self, table: StagedTable, record: Row) -> None:
        """Read the cells of a row; a row of another width is one fault, and is not read."""
        amendments = self.files.amendments
        told = record
        record = amendments.apply(self.schema.name, table.columns, record)
        is_corrected = record is not told
        width = len(table.columns)
        cells = record.cells
        texts: Any = cells
        if not self.files.is_text:
            cells = _trimmed(record)
            cells += (None,) * (width - len(cells))
            texts = tuple([shown(cell) for cell in cells])
        row = StagedRow(record.line, texts, dict(self.defaults), self.missing)
        if amendments.is_aside(self.schema.name, record.line):
            self._read_aside(table, row, cells)
            return
        widths = self.adapter.widths if self.adapter else None
        if widths and widths[0] < widths[1] and is_corrected:
            widths = None
        if len(cells) != width or widths:
            _tell_ragged(self.stage, table, row, widths or (len(cells), width))
            cells = (*cells, *[None] * width)[:width]
        table.rows.append(row)
        self._read_cells(table, row, cells)
        if self.slice and len(table.rows) >= self.slice:
            keep_slice(self.stage, table)

    def _read_cells(self, table: StagedTable, row: StagedRow, cells: tuple[Cell, ...]) -> None:
        """Read each cell by its column; one that cannot be read is a fault."""
        values = row.values
        for index, name, read, seen in self.readers:
            cell = cells[index]
            # Only texts are remembered, and no other cell equals one.
            value = values[name] = seen.get(cell, _UNSEEN)
            if value is not _UNSEEN:
                continue
            try:
                values[name] = read(cell)
            except CellFault as fault:
                # Kept as it is written: a row that names this one is not at fault itself.
                values[name] = row.cells[index].strip() or None
                if name not in row.bad:
                    self.stage.fault(table.schema.name, row, name, fault.code, fault.message)

    def _read_aside(self, table: StagedTable, row: StagedRow, cells: tuple[Cell, ...]) -> None:
        """Keep a row that is left out; what it holds is read for the totals, and not judged."""
        table.aside.append(row)
        for index, name, read, _seen in self.readers:
            if index < len(cells):
                with contextlib.suppress(CellFault):
                    row.values[name] = read(cells[index])


def _trimmed(row: Row) -> tuple[Cell, ...]:
    """Return the cells of a row of a workbook without the blank ones at its end."""
    end = len(row.cells)
    while end and row.cells[end - 1] is None:
        end -= 1
    return row.cells[:end]


def _check_columns(stage: Stage, table: StagedTable, line: int) -> bool:
    """Check the headings; return whether every key of the table can be read."""
    names = [field.name for field in table.schema.fields]
    sound = True

    def tell(code: str, column: str, message: str) -> None:
        stage.report.add(
            code=code, message=message, file=table.file, line=line, column=column, value=column
        )

    for index, name in enumerate(table.columns):
        if name in table.columns[:index]:
            tell("duplicated_column", name, _("The column stands twice."))
        elif name not in names:
            tell("unknown_column", name or column_letter(index), _("The table has no such column."))
    for field in table.schema.fields:
        if field.required and field.name not in table.columns:
            sound = sound and field.name not in table.schema.primary_key
            tell("missing_column", field.name, _("The column is required."))
    return sound


def _tell_ragged(stage: Stage, table: StagedTable, row: StagedRow, widths: tuple[int, int]) -> None:
    """Tell a row of another width; its cells cannot be trusted, but for the key that it holds."""
    found, expected = widths
    stage.report.add(
        code="ragged_row",
        message=_("The row has %(found)d cells, the heading %(expected)d.")
        % {"found": found, "expected": expected},
        file=table.file,
        line=row.line,
        value=str(found),
    )
    row.cells = (*row.cells, *[""] * expected)[: len(table.columns)]
    row.bad = row.bad.union(field.name for field in table.schema.fields)
