"""Importer of the DINUM « panorama des grands projets »: any published edition, in its own layout.

Format: domain §3.6. Reads CSV, XLSX and ODS; gives facts and warnings; writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from common.tabular import Row, read_table
from common.tabular.parsing import normalise_title
from projects.importers.panorama_cells import RowReader, lolf_programmes
from projects.importers.panorama_editions import Assigned, assign_editions
from projects.importers.panorama_layout import (
    Kind,
    Layout,
    check_width,
    classify,
    dropped,
    find_layout,
)
from projects.panorama.facts import (
    PanoramaEditionFacts,
    PanoramaFile,
    PanoramaRow,
    PanoramaWarning,
)
from projects.panorama.matching import Named, near_misses
from projects.panorama.reference import project_of


def read_panorama(
    source: str | Path | bytes,
    *,
    edition: str | None = None,
    file: str | None = None,
    sheet: str | None = None,
) -> PanoramaFile:
    """Read one file of the panorama, of one edition or of several.

    `edition` (YYYY-MM) names the edition, or picks one from an edition column; without it the
    edition column, the publication date, then the file name tell. Columns are found by their
    headings; preamble, blank rows, totals and footnotes are set aside, with a warning where text
    is dropped. A figure that is withheld is None; one that cannot be read is None with a warning.
    Raises TabularError, located, where reading would be a guess or lose a project.
    """
    # Published editions keep links to the workbook of their authors: only the values are read.
    table = read_table(source, file=file, allows_links=True)
    layout = find_layout(table, sheet)
    rows = _project_rows(layout)
    if not rows:
        raise layout.fault(_("the table has no project"), "no_project", layout.header.line)
    readers = {row.line: RowReader(layout, row) for row in rows}
    dated = [(row, readers[row.line].date("published_on")) for row in rows]
    assigned = assign_editions(layout, dated, edition)
    facts = [_read_row(readers[item.row.line], item) for item in assigned]
    warnings = {item.edition: list[PanoramaWarning]() for item in sorted(assigned, key=_edition)}
    # What concerns the whole file is told with its first edition.
    next(iter(warnings.values())).extend(layout.warnings)
    for item in assigned:
        warnings[item.edition].extend(readers[item.row.line].warnings)
    for told_edition, warning in (*_duplicates(layout, facts), *_near_misses(layout, facts)):
        warnings[told_edition].append(warning)
    return PanoramaFile(
        table.file,
        tuple(_edition_facts(name, facts, told) for name, told in warnings.items()),
    )


def _edition(item: Assigned) -> str:
    """Sort editions oldest first."""
    return item.edition


def _project_rows(layout: Layout) -> list[Row]:
    """Return the project rows below the header; tell what else held text."""
    messages = {
        Kind.TOTAL: _("a line of totals: it is not a project"),
        Kind.NOTE: _("a note, not a project: it is not read"),
    }
    rows: list[Row] = []
    for row in layout.sheet.rows:
        if row.line <= layout.header.line:
            continue
        kind = classify(layout, row)
        if kind is Kind.PROJECT:
            check_width(layout, row)
            rows.append(row)
        elif kind in messages:
            layout.warnings.append(dropped(row, kind.value, messages[kind]))
    return rows


def _read_row(reader: RowReader, item: Assigned) -> PanoramaRow:
    """Read the facts of one project."""
    year, month = (int(part) for part in item.edition.split("-"))
    ministry_label, ministry_code = reader.ministry(dt.date(year, month, 1))
    title = reader.text("title")
    project_title, project_key = project_of(title)
    funding = reader.text("funding")
    return PanoramaRow(
        edition=item.edition,
        line=item.row.line,
        title=title,
        project_title=project_title,
        project_key=project_key,
        ministry_label=ministry_label,
        ministry_code=ministry_code,
        is_interministerial=reader.interministerial(),
        started_on=reader.date("start"),
        duration_years=reader.duration(),
        phase=reader.phase(),
        cost_meur=reader.cost(),
        cost_band=reader.text("cost_band"),
        functional_zone=reader.text("zone"),
        funding=funding,
        lolf_programmes=lolf_programmes(funding),
        description=reader.text("description"),
        more_url=reader.text("more_url"),
        pap_url=reader.text("pap_url"),
        published_on=item.published_on,
    )


def _duplicates(
    layout: Layout, facts: Iterable[PanoramaRow]
) -> Iterable[tuple[str, PanoramaWarning]]:
    """Tell the projects that an edition names twice; both rows count."""
    seen: dict[tuple[str, str], PanoramaRow] = {}
    for row in facts:
        first = seen.setdefault((row.edition, row.project_key), row)
        if first is not row:
            yield (
                row.edition,
                PanoramaWarning(
                    "duplicate_title",
                    row.line,
                    layout.heading("title"),
                    row.title,
                    _("the same project is on line %(line)d; both rows are counted")
                    % {"line": first.line},
                ),
            )


def _near_misses(
    layout: Layout, facts: Iterable[PanoramaRow]
) -> Iterable[tuple[str, PanoramaWarning]]:
    """Tell the titles that look alike within a ministry; they stay two projects."""
    named: dict[Named, PanoramaRow] = {}
    for row in sorted(facts, key=lambda row: (row.edition, row.line)):
        ministry = row.ministry_code or normalise_title(row.ministry_label)
        named.setdefault(Named(row.project_key, row.title, ministry), row)
    for candidate, other in near_misses(named):
        row = named[candidate]
        yield (
            row.edition,
            PanoramaWarning(
                "near_miss",
                row.line,
                layout.heading("title"),
                row.title,
                _("this title looks like “%(other)s”; they are kept as two projects")
                % {"other": other.title},
            ),
        )


def _edition_facts(
    edition: str, facts: Iterable[PanoramaRow], warnings: Iterable[PanoramaWarning]
) -> PanoramaEditionFacts:
    """Gather one edition. Warnings are in the order of the lines, those of the file first."""
    rows = tuple(row for row in facts if row.edition == edition)
    days = [row.published_on for row in rows if row.published_on is not None]
    ordered = sorted(warnings, key=lambda warning: warning.line or 0)
    return PanoramaEditionFacts(edition, max(days, default=None), rows, tuple(ordered))
