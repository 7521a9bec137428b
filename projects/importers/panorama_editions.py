"""Which edition the rows of a file belong to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.tabular import Cell, Row, TabularError, is_blank
from common.tabular.parsing import CellError, clean_text, parse_date
from projects.importers.panorama_layout import Layout
from projects.panorama.facts import PanoramaWarning
from projects.panorama.reference import edition_of_publication

_EDITION = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_IN_FILE_NAME = re.compile(
    r"(?<![0-9])(20[0-9]{2})[-_. ]?(0[1-9]|1[0-2])(?:[-_. ]?[0-3][0-9])?(?![0-9])"
)
_MONTH_IN_FILE_NAME = re.compile(r"([^\W\d_]+)[-_. ]*(20[0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Assigned:
    """A project row with its edition and the publication date printed on it."""

    row: Row
    edition: str
    published_on: dt.date | None


def check_edition(text: str, file: str = "") -> str:
    """Return an edition given as YYYY-MM; TabularError `edition` otherwise."""
    if not _EDITION.fullmatch(text):
        raise TabularError(
            _("“%(text)s” is not an edition: write YYYY-MM") % {"text": text},
            code="edition",
            file=file,
        )
    return text


def edition_in_file_name(file: str) -> str | None:
    """Return the edition that a file name tells: 2016-11, 20170630, « novembre 2017 »…"""
    found = {f"{year}-{month}" for year, month in _IN_FILE_NAME.findall(file)}
    for word, year in _MONTH_IN_FILE_NAME.findall(file):
        try:
            day = parse_date(f"{word} {year}")
        except CellError:
            continue
        if day is not None:
            found.add(f"{day:%Y-%m}")
    return found.pop() if len(found) == 1 else None


def edition_of_cell(cell: Cell) -> str | None:
    """Return the edition of a cell of an edition column (`2016-11`, a date, « novembre 2016 »)."""
    try:
        day = parse_date(cell)
    except CellError:
        return None
    return f"{day:%Y-%m}" if day else None


def edition_of_day(day: dt.date) -> str:
    """Return the edition published on a day: that of the table of editions, else of the month."""
    return edition_of_publication().get(day, f"{day:%Y-%m}")


def _by_column(
    layout: Layout, rows: Sequence[tuple[Row, dt.date | None]], asked: str | None
) -> list[Assigned]:
    """Use the edition column; an edition asked for keeps its rows only."""
    assigned: list[Assigned] = []
    for row, published_on in rows:
        cell = layout.cell(row, "edition")
        edition = edition_of_cell(cell)
        if edition is None:
            raise layout.fault(
                _("“%(text)s” is not an edition: write YYYY-MM") % {"text": clean_text(cell)},
                "edition",
                row.line,
                layout.heading("edition"),
            )
        assigned.append(Assigned(row, edition, published_on))
    if asked is None:
        return assigned
    kept = [item for item in assigned if item.edition == asked]
    if not kept:
        raise layout.fault(
            _("no row of the file is of edition %(edition)s; it has: %(editions)s")
            % {
                "edition": asked,
                "editions": ", ".join(sorted({item.edition for item in assigned})),
            },
            "edition",
            None,
            layout.heading("edition"),
        )
    if len(kept) < len(assigned):
        layout.warnings.append(
            PanoramaWarning(
                "other_editions",
                None,
                layout.heading("edition"),
                str(len(assigned) - len(kept)),
                _("rows of other editions are not read"),
            )
        )
    return kept


def _by_publication(layout: Layout, rows: Sequence[tuple[Row, dt.date | None]]) -> str | None:
    """Use the publication dates, when they all tell one edition; TabularError when several."""
    edition: str | None = None
    for row, day in rows:
        if day is None:
            continue
        if edition is not None and edition_of_day(day) != edition:
            raise layout.fault(
                _("the rows bear several publication dates: say which edition this is"),
                "several_editions",
                row.line,
                layout.heading("published_on"),
            )
        edition = edition_of_day(day)
    return edition


def assign_editions(
    layout: Layout, rows: Sequence[tuple[Row, dt.date | None]], asked: str | None
) -> list[Assigned]:
    """Give each project row (with its printed publication date) its edition.

    In order: the edition asked for, the edition column, the publication dates, the file name.
    Raises TabularError `edition` or `several_editions`.
    """
    if asked is not None:
        check_edition(asked, layout.file)
    column = layout.columns.get("edition")
    if column is not None and any(not is_blank(layout.cell(row, "edition")) for row, _day in rows):
        return _by_column(layout, rows, asked)
    named = edition_in_file_name(layout.file)
    edition = asked or _by_publication(layout, rows) or named
    if edition is None:
        raise layout.fault(
            _("nothing says which edition this is: give it as YYYY-MM"), "edition", None
        )
    if named is not None and named != edition:
        layout.warnings.append(
            PanoramaWarning(
                "edition_differs",
                None,
                "",
                named,
                _("the file name tells another edition than %(edition)s") % {"edition": edition},
            )
        )
    return [Assigned(row, edition, day) for row, day in rows]
