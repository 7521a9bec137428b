"""The round trip of a version by a workbook: what a file changes, what it does not, what clashes.

Three values of a cell are compared: at the download (`base`), in the file (`mine`), in the version
now (`held`). What the file leaves as it was is no change, whatever the version became; what both
changed in two ways is a conflict, which a person settles. Amounts are cents; None is not said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from budgets.enums import RANKS, Measure

# The line, the rank of the year, AE or CP.
Key = tuple[int, int, str]
CELLS = tuple((rank, measure.value) for rank in RANKS for measure in Measure)
_ORIGIN = re.compile(
    r"(?P<year>[0-9]{4})-V(?P<number>[0-9]{1,5})/(?P<origin>[a-z]{1,20})/(?P<stage>[a-z]{1,9})"
    r"/(?P<mark>[0-9]{1,18})/(?P<digest>[0-9a-f]{16})"
)
_IDENTITY = re.compile(
    r"(?P<lineage>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/(?P<version>[0-9]{1,9})"
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Of which version a workbook is, in which stage, and of when.

    `mark` is the last edit of the version at the download: what a cell held then is known from
    the edits that came after. `digest` begins that of the content of the version.
    """

    fiscal_year: int
    number: int
    data_origin: str
    stage: str
    mark: int
    digest: str

    def __str__(self) -> str:
        """Return how a workbook holds it."""
        return (
            f"{self.fiscal_year}-V{self.number}/{self.data_origin}/{self.stage}"
            f"/{self.mark}/{self.digest[:16]}"
        )

    @property
    def version(self) -> tuple[int, int, str, str]:
        """Return what names the version and the stage."""
        return self.fiscal_year, self.number, self.data_origin, self.stage


def read_origin(text: str) -> Origin | None:
    """Return the origin that a text holds; None when it is none."""
    found = _ORIGIN.fullmatch(text.strip())
    if found is None:
        return None
    return Origin(
        int(found["year"]), int(found["number"]), found["origin"], found["stage"],
        int(found["mark"]), found["digest"],
    )  # fmt: skip


def identity_of(lineage: object, version: int) -> str:
    """Return how a workbook names a line: what it is in every version, and which of its edits."""
    return f"{lineage}/{version}"


def read_identity(text: str) -> tuple[str, int] | None:
    """Return the lineage and the edit that a text holds; None when it is no identity."""
    found = _IDENTITY.fullmatch(text.strip().lower())
    return (found["lineage"], int(found["version"])) if found else None


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that the file writes. `place` is where it stands in the file: D14."""

    key: Key
    base: int | None
    mine: int | None
    held: int | None
    place: str = ""

    @property
    def is_conflict(self) -> bool:
        """Whether somebody else wrote in it since the download."""
        return self.base != self.held

    @property
    def empties(self) -> bool:
        """Whether it takes away an amount that was said."""
        return self.mine is None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a file does to a version: its changes in their order, and what it leaves alone.

    `moved` are cells that the file left as they were and that somebody changed since.
    """

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    moved: int = 0

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """Return the changes on which somebody has to choose."""
        return tuple(change for change in self.changes if change.is_conflict)


def compared(
    told: Mapping[Key, tuple[int | None, str]],
    base: Mapping[Key, int | None],
    held: Mapping[Key, int | None],
) -> Compared:
    """Compare the cells of a file, (cents, place), with those of the download and those held.

    `base` needs only the cells that changed since: the others held then what they hold now.
    """
    changes, unchanged, moved = [], 0, 0
    for key, (mine, place) in told.items():
        now = held.get(key)
        then = base.get(key, now)
        if mine in (then, now):
            unchanged += 1
            moved += mine == then != now
        else:
            changes.append(Change(key, then, mine, now, place))
    return Compared(tuple(changes), unchanged, moved)


@dataclass(slots=True)
class Total:
    """AE or CP of a year, over the lines that one reads: now, and with the changes; cents."""

    before: int = 0
    after: int = 0

    @property
    def difference(self) -> int:
        """Return what the changes add."""
        return self.after - self.before


def totals(
    held: Mapping[Key, int | None], changes: Iterable[Change]
) -> dict[tuple[int, str], Total]:
    """Return the totals by rank and ledger, before and after the changes."""
    found = {cell: Total() for cell in CELLS}
    for (_line, rank, measure), cents in held.items():
        found[rank, measure].before += cents or 0
        found[rank, measure].after += cents or 0
    for change in changes:
        _line, rank, measure = change.key
        found[rank, measure].after += (change.mine or 0) - (change.held or 0)
    return found


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a file, and where: a sheet and a cell (D14), or the whole file."""

    code: str
    message: str
    sheet: str = ""
    place: str = ""
    value: str = ""

    @property
    def where(self) -> str:
        """Return the address of the cell as a spreadsheet writes it."""
        return f"{self.sheet}!{self.place}" if self.place else self.sheet

    def as_dict(self) -> dict[str, str]:
        """Return the fault for JSON."""
        return {
            "sheet": self.sheet, "cell": self.place, "code": self.code, "value": self.value,
            "message": self.message,
        }  # fmt: skip


@dataclass(slots=True)
class BookRow:
    """A row of a workbook: its line in the sheet, its identity, its cells and where they stand.

    `amounts` are cents by rank and ledger, `texts` what the locked columns hold, by their keys.
    """

    line: int
    lineage: str
    edit: int
    amounts: dict[tuple[int, str], tuple[int | None, str]] = field(default_factory=dict)
    texts: dict[str, tuple[Any, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Book:
    """A workbook as it was read."""

    origin: Origin | None = None
    sheet: str = ""
    rows: list[BookRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    missing: tuple[str, ...] = ()
