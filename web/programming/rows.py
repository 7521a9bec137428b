"""The rows of the grid, ready to be written by a template."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from budgets.enums import CreditType, Measure
from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.tables.line_comments import OpenThreads
from budgets.tables.programming_compare import FormerCells
from budgets.tables.programming_grid import (
    EXPECTED,
    PLACES,
    SHOWN_RANKS,
    GridLine,
    Group,
    folded,
    key_of,
)
from common.money import to_cents
from common.units import UNITS
from web.lists import address
from web.programming.amounts import written
from web.programming.finding import version_url
from web.programming.words import years_of

# Line, nature and support stand before the amounts.
FIRST_COLUMN = 3
TOTALS = ("ae", "cp", "balance")


@dataclass(frozen=True)
class Frame:
    """What every row is written with: the version, its grouping, the unit, what one may write."""

    version: ProgrammingVersion
    by: str
    unit: str
    writable: Collection[int] = frozenset()
    compared: FormerCells | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    threads: OpenThreads = field(default_factory=OpenThreads)

    def text(self, cents: int | None, *, sign: bool = False) -> str:
        """Write cents in the unit of the page."""
        return written(cents, self.unit, sign=sign)

    @property
    def unit_symbol(self) -> str:
        """Return how the unit is written."""
        return UNITS[self.unit].symbol


@dataclass(frozen=True)
class Cell:
    """A cell: its place, its column, what it holds (cents) and shows."""

    place: str
    column: int
    cents: int | None
    text: str
    is_locked: bool = True
    note: str = ""
    compared: int | None = None

    @property
    def measure(self) -> str:
        """Return the ledger of the cell; none for AE less CP."""
        last = self.place.rpartition(".")[2]
        return last if last in Measure.values else ""

    @property
    def is_zero(self) -> bool:
        """Whether it shows nothing or zero, in grey."""
        return not self.cents


@dataclass(frozen=True)
class GroupRow:
    """The head of a group: its sums, the address of its lines."""

    group: Group
    cells: Sequence[Cell]
    href: str
    toggle: str
    is_open: bool
    comments: int = 0


@dataclass(frozen=True)
class LineRow:
    """A line of the grid."""

    line: ProgrammingLine
    group: str
    cells: Sequence[Cell]
    totals: Sequence[Cell]
    url: str
    is_writable: bool
    opening: int = 0
    name: str = ""
    support: tuple[str, str] = ("", "")
    comments: int = 0
    thread: str = ""

    @property
    def kind(self) -> str:
        """Return what kind of line it is: its nature, its credits, its priority, its category."""
        line = self.line
        told = [str(line.get_nature_display()), str(line.get_credit_type_display())]
        if line.priority:
            told.append(_("priority %(rank)s") % {"rank": line.priority})
        if line.category:
            told.append(line.category.code)
        return " · ".join(told)

    @property
    def mark(self) -> str:
        """Return what its cell has room for: T2 where it is, its priority, its nature."""
        line, told = self.line, []
        if line.credit_type == CreditType.T2:
            told.append(str(line.get_credit_type_display()))
        if line.priority:
            told.append(f"P{line.priority}")
        return " ".join([*told, str(line.get_nature_display())])


@dataclass(frozen=True)
class Foot:
    """A row of the foot: programmed, ceiling, gap."""

    key: str
    label: str
    cells: Sequence[Cell] = field(default_factory=tuple)


def heads(version: ProgrammingVersion) -> list[dict[str, Any]]:
    """Return the heads of the years, in the order of their columns."""
    years = years_of(version)
    return [
        {"rank": rank, "label": years[rank], "is_expected": rank == EXPECTED}
        for rank in SHOWN_RANKS
    ]


def _sums(
    frame: Frame,
    sums: Mapping[str, int | None],
    places: Iterable[str],
    former: Mapping[str, int] | None = None,
) -> list[Cell]:
    """Return cells of sums; `former` are those of the version compared with, year by year."""
    whole = {**sums, **folded(sums)}
    return [
        Cell(
            place,
            FIRST_COLUMN + index,
            whole[place],
            frame.text(whole[place]),
            compared=former.get(place) if former and _is_written(place) else None,
        )
        for index, place in enumerate(places)
    ]


def _is_written(place: str) -> bool:
    """Whether a place is a year that people write in, not the one before nor a total."""
    return place[0].isdecimal()


def group_rows(
    frame: Frame, groups: Iterable[Group], opened: Collection[str], request: HttpRequest
) -> list[GroupRow]:
    """Return the heads of the groups; a link opens or closes each without the script."""
    path = version_url(frame.version, "programming_group")
    joint = "&" if "?" in path else "?"
    found = []
    for group in groups:
        is_open = group.key in opened
        asked = urlencode({"par": frame.by, "groupe": group.key, **frame.kept})
        found.append(
            GroupRow(
                group,
                _sums(frame, group.sums, (*PLACES, *TOTALS), _former(frame, group.key)),
                f"{path}{joint}{asked}",
                address(request, ouvert="" if is_open else group.key),
                is_open,
                frame.threads.groups.get(group.key, 0),
            )
        )
    return found


def _former(frame: Frame, key: str) -> Mapping[str, int] | None:
    """Return the sums of a group in the version compared with; zeros when it has none."""
    if frame.compared is None:
        return None
    former = frame.compared.groups.get(key)
    return former.sums if former else dict.fromkeys(PLACES, 0)


def line_rows(frame: Frame, lines: Iterable[GridLine]) -> list[LineRow]:
    """Return the rows of lines."""
    return [_line_row(frame, one) for one in lines]


def _line_row(frame: Frame, found: GridLine) -> LineRow:
    line = found.line
    is_writable = line.pk in frame.writable
    cells = [
        Cell(
            place,
            FIRST_COLUMN + index,
            found.cells[place],
            frame.text(found.cells[place]),
            is_locked=not is_writable or place.startswith(f"{EXPECTED}."),
            note=found.notes.get(place, ""),
            compared=(
                frame.compared.cells.get((line.lineage, place), 0)
                if frame.compared and _is_written(place)
                else None
            ),
        )
        for index, place in enumerate(PLACES)
    ]
    whole = folded(found.cells)
    totals = [
        Cell(place, FIRST_COLUMN + len(PLACES) + index, whole[place], frame.text(whole[place]))
        for index, place in enumerate(TOTALS)
    ]
    opening = line.opening_left_to_pay
    return LineRow(
        line=line,
        group=key_of(line, frame.by),
        cells=cells,
        totals=totals,
        url=version_url(frame.version, "programming_line", line.pk),
        is_writable=is_writable,
        opening=0 if opening is None else to_cents(opening),
        name=f"{line.project.code} · {line.label}" if line.project else line.label,
        support=_support(line),
        comments=frame.threads.lines.get(line.pk, 0),
        thread=version_url(frame.version, "programming_thread", line.pk),
    )


def _support(line: ProgrammingLine) -> tuple[str, str]:
    """Return what supports a line and the address of its page, if there is one."""
    if line.contract_code:
        return line.contract_code, reverse("web:contract", args=[line.contract_code])
    return line.legal_reference or line.act_label, ""


def feet(frame: Frame, totals: Mapping[str, int | None], ceilings: Mapping[str, int]) -> list[Foot]:
    """Return the rows of the foot; a ceiling that nobody set is a dash."""
    places = (*PLACES, *TOTALS)
    former = frame.compared.totals if frame.compared else None
    programmed = _sums(frame, totals, places, former)
    limits = [
        Cell(
            cell.place, cell.column, ceilings.get(cell.place), frame.text(ceilings.get(cell.place))
        )
        for cell in programmed
    ]
    gaps = []
    for cell, limit in zip(programmed, limits, strict=True):
        gap = None if limit.cents is None else (cell.cents or 0) - limit.cents
        text = frame.text(gap, sign=True)
        gaps.append(
            Cell(cell.place, cell.column, gap, f"▲\u00a0{text}" if (gap or 0) > 0 else text)
        )
    return [
        Foot("total", _("Programmed"), programmed),
        Foot("ceiling", _("Ceiling"), limits),
        Foot("gap", _("Gap to the ceiling"), gaps),
    ]
