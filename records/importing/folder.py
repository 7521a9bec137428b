"""Reading a folder of CSV tables: files, headings, rows, cells, keys and rules of the schemas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from common.tabular import Row, TabularError, column_letter
from common.tabular.text import SEPARATORS, decode, parse_text
from records.importing.cells import CellFault, cell_reader, default_of
from records.importing.rules import check_rules
from records.importing.schema import TableSchema, load_schemas
from records.importing.stage import Key, Stage, StagedRow, StagedTable

MAX_BYTES = 200 * 1024 * 1024
_UTF8 = ("utf-8", "utf-8-sig")


def read_folder(path: Path) -> Stage:
    """Read the tables of a folder and check them by their schemas; nothing is looked up or written.

    Every fault is in `report`, however many there are. A name that is no table is a warning.
    """
    stage = Stage(path.name)
    if not path.is_dir():
        message = _("There is no such folder.")
        stage.report.add(code="no_folder", message=message, file=str(path))
        return stage
    schemas = load_schemas()
    for name, schema in schemas.items():
        file = path / schema.file
        if file.exists():
            stage.tables[name] = StagedTable(schema)
            _read_table(stage, schema, file)
    _tell_strangers(stage, path, {schema.file for schema in schemas.values()})
    if not stage.tables:
        stage.report.add(
            code="no_table", message=_("The folder holds none of the tables."), file=str(path)
        )
    check_rules(stage)
    return stage


def _tell_strangers(stage: Stage, path: Path, known: set[str]) -> None:
    """Warn of what the folder holds beside the tables; hidden files are nobody's business."""
    for item in sorted(path.iterdir()):
        if item.name not in known and not item.name.startswith("."):
            stage.report.add(
                code="unknown_file",
                message=_("This is not one of the tables: it is not read."),
                file=item.name,
                is_warning=True,
            )


def _read_table(stage: Stage, schema: TableSchema, file: Path) -> None:
    """Read one file into its table; a file that cannot be read at all is one fault."""
    table = stage.tables[schema.name]
    try:
        rows = _records(schema, file)
    except TabularError as error:
        table.is_readable = False
        stage.report.add(
            code=error.code,
            message=error.message,
            file=schema.file,
            line=error.line,
            column=error.column,
        )
        return
    header, *records = rows
    table.columns = tuple(str(cell or "").strip() for cell in header.cells)
    if not _check_columns(stage, table, header.line):
        table.is_readable = False
    _read_rows(stage, table, [row for row in records if not row.is_blank])
    _check_keys(stage, table)


def _records(schema: TableSchema, file: Path) -> list[Row]:
    """Return the records of a file from its heading on; TabularError when there is none."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise TabularError(
                _("The file exceeds %(size)d bytes.") % {"size": MAX_BYTES}, code="too_large"
            )
        data = file.read_bytes()
    except OSError as error:
        message = _("The file cannot be opened (%(detail)s).") % {"detail": error.strerror}
        raise TabularError(message, code="unreadable_file") from None
    text, encoding = decode(data, schema.file)
    if encoding not in _UTF8:
        raise TabularError(
            _("The file is not in UTF-8."), code="encoding", line=_first_bad_line(data)
        )
    if not text.strip("\ufeff \t\r\n"):
        raise TabularError(_("The file is empty: not even a heading."), code="empty_file")
    text = text.removeprefix("\ufeff")
    rows, _separator = parse_text(text, schema.file, _separator_of(text, schema))
    first = next(index for index, row in enumerate(rows) if not row.is_blank)
    return list(rows[first:])


def _first_bad_line(data: bytes) -> int:
    """Return the first line that is not UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return 1


def _separator_of(text: str, schema: TableSchema) -> str:
    """Return the separator under which the heading names the most columns; a comma by default."""
    heading = text.lstrip().split("\n", 1)[0]
    names = {field.name for field in schema.fields}

    def known(separator: str) -> int:
        return sum(cell.strip(' \r"') in names for cell in heading.split(separator))

    return max((",", *SEPARATORS), key=known)


def _check_columns(stage: Stage, table: StagedTable, line: int) -> bool:
    """Check the headings; return whether every key of the table can be read."""
    names = [field.name for field in table.schema.fields]
    sound = True

    def tell(code: str, column: str, message: str) -> None:
        stage.report.add(
            code=code,
            message=message,
            file=table.schema.file,
            line=line,
            column=column,
            value=column,
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


def _read_rows(stage: Stage, table: StagedTable, records: Sequence[Row]) -> None:
    """Read the cells of every row; a row of another width is one fault, and is not read."""
    known = {field.name: field for field in table.schema.fields}
    readers: list[tuple[int, str, Callable[[str], Any]]] = [
        (index, name, cell_reader(known[name]))
        for index, name in enumerate(table.columns)
        if name in known and name not in table.columns[:index]
    ]
    defaults = {
        name: default_of(field) for name, field in known.items() if name not in table.columns
    }
    missing = {name for name in defaults if known[name].required}
    width = len(table.columns)
    for record in records:
        cells = tuple(str(cell or "") for cell in record.cells)
        row = StagedRow(record.line, cells, dict(defaults), set(missing))
        if len(cells) != width:
            _tell_ragged(stage, table, row)
        table.rows.append(row)
        for index, name, read in readers:
            try:
                row.values[name] = read(row.cells[index])
            except CellFault as fault:
                # Kept as it is written: a row that names this one is not at fault itself.
                row.values[name] = row.cells[index].strip() or None
                if name not in row.bad:
                    stage.fault(table.schema.name, row, name, fault.code, fault.message)


def _tell_ragged(stage: Stage, table: StagedTable, row: StagedRow) -> None:
    """Tell a row of another width; its cells cannot be trusted, but for the key that it holds."""
    found, expected = len(row.cells), len(table.columns)
    stage.report.add(
        code="ragged_row",
        message=_("The row has %(found)d cells, the heading %(expected)d.")
        % {"found": found, "expected": expected},
        file=table.schema.file,
        line=row.line,
        value=str(found),
    )
    row.cells = (*row.cells, *[""] * expected)[:expected]
    row.bad.update(field.name for field in table.schema.fields)


def _check_keys(stage: Stage, table: StagedTable) -> None:
    """Index the rows by primary key; a key that stands twice is a fault of the later row."""
    name, primary = table.schema.name, table.schema.primary_key
    for key_columns in (primary, *table.schema.unique_keys):
        seen: dict[Key, StagedRow] = table.by_key if key_columns == primary else {}
        code = "duplicate_key" if key_columns == primary else "duplicate_value"
        for row in table.rows:
            key = row.key(key_columns)
            if None in key:
                continue
            first = seen.setdefault(key, row)
            if first is not row and row.bad.isdisjoint(key_columns):
                message = _("Line %(line)d has the same %(columns)s.") % {
                    "line": first.line,
                    "columns": ", ".join(key_columns),
                }
                stage.fault(name, row, key_columns[-1], code, message)
