"""What an import is given: a folder, a zip or one file; and which table each part of it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from common.tabular.child import Job, Source
from common.tabular.notes import NOTES_NAMES
from common.tabular_child.limits import Limits
from records.importing.faults import Report
from records.importing.reading import Reading
from records.importing.schema import TableSchema

LIMITS = Limits()
_ARCHIVE = ".zip"
_WORKBOOKS = (".xlsx", ".xlsm", ".ods", ".xls")
# Kept in the history of each fact: no longer than its column.
_FILE_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Place:
    """Where rows come from: a file, and a sheet of it when it is a workbook."""

    file: str
    sheet: str = ""

    @property
    def name(self) -> str:
        """Return the last part of the path of the file."""
        return PurePosixPath(self.file).name

    @property
    def stem(self) -> str:
        """Return the name of the file without its extension."""
        return PurePosixPath(self.file).stem

    @property
    def label(self) -> str:
        """Return how faults name the place: the sheet only where the file does not tell."""
        if self.sheet and self.stem != self.sheet:
            return f"{self.name} [{self.sheet}]"[:_FILE_LENGTH]
        return self.name[:_FILE_LENGTH]


def is_notes(place: Place) -> bool:
    """Tell whether a sheet is that of the notes of an export, which is no table."""
    return place.sheet.strip().casefold() in NOTES_NAMES


def table_of(place: Place, schemas: dict[str, TableSchema]) -> TableSchema | None:
    """Return the table of a sheet: the one that it is named after, else that of its file."""
    sheet = place.sheet.strip()
    if sheet in schemas:
        return schemas[sheet]
    return None if is_notes(place) else schemas.get(place.stem)


def job_of(
    path: Path, schemas: dict[str, TableSchema], report: Report, readings: Mapping[str, Reading]
) -> Job | None:
    """Return what is to be read; what is plainly no table is a warning of the report.

    None, with an error, when there is nothing at this path.
    """
    options: dict[str, dict[str, Any]] = {
        name: {"headings": _headings(schema)} for name, schema in schemas.items()
    }
    for name, reading in readings.items():
        told = reading.options
        options[name] = {"separator": told.separator, "encoding": told.encoding}
    sources: list[Source] = []
    if path.is_dir():
        sources = list(_sources(path, schemas, report))
    elif path.suffix.lower() == _ARCHIVE:
        sources = [Source(path.name, path, is_archive=True)]
    elif path.exists():
        sources = [Source(path.name, path)]
    else:
        message = _("There is no such folder.")
        report.add(code="no_folder", message=message, file=str(path))
        return None
    return Job(sources, options=options, checks_text=False, limits=LIMITS)


def _headings(schema: TableSchema) -> list[str]:
    return [field.name for field in schema.fields]


def _sources(path: Path, schemas: dict[str, TableSchema], report: Report) -> Iterable[Source]:
    """Yield the files of a folder that may hold tables; hidden ones are nobody's business."""
    for item in sorted(path.iterdir()):
        is_table = item.suffix.lower() == ".csv" and item.stem in schemas
        if is_table or item.suffix.lower() in _WORKBOOKS:
            yield Source(item.name, item, follows_links=False)
        elif not item.name.startswith("."):
            tell_stranger(report, item.name)


def tell_stranger(report: Report, file: str) -> None:
    """Warn of what an import holds beside the tables."""
    report.add(
        code="unknown_file",
        message=_("This is not one of the tables: it is not read."),
        file=file,
        is_warning=True,
    )
