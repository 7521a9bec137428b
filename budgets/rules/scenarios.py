"""The rules of scenarios: what an overlay makes of a version, and where a ceiling cuts it.

The cut line: lines stand in the order in which they are served, those that nobody can avoid first
(GBCP art. 66 and 95: compulsory, unavoidable, then what is committed, planned, new; domain §1.6),
then by priority, then by label. They are added up under a ceiling of AE and of CP of a year; the
first one that does not fit, and all those after it, fall below. Amounts are euro cents TTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from budgets.enums import ProgrammingNature

# A line, the rank of a year, AE or CP.
Key = tuple[int, int, str]
_SERVED = {nature.value: place for place, nature in enumerate(ProgrammingNature)}
_LAST_PRIORITY = 100


def overlaid(
    base: Mapping[Key, int | None], changes: Mapping[Key, int | None], left_out: Collection[int]
) -> dict[Key, int | None]:
    """Return the cells of a version once an overlay is laid on them; the base is left as it is.

    A cell that the base does not have is that of a line that is not there: its change is lost.
    """
    return {key: changes.get(key, cents) for key, cents in base.items() if key[0] not in left_out}


def totals(cells: Mapping[Key, int | None]) -> dict[tuple[int, str], int]:
    """Return the sum of the cells by rank and measure, cents; what was not said adds nothing."""
    found: dict[tuple[int, str], int] = {}
    for (_line, rank, measure), cents in cells.items():
        found[rank, measure] = found.get((rank, measure), 0) + (cents or 0)
    return found


@dataclass(frozen=True, slots=True)
class Served:
    """A line in the order of a cut: what ranks it, and what it asks for in the year, cents."""

    id: int
    nature: str
    priority: int | None
    label: str
    ae: int
    cp: int

    @property
    def place(self) -> tuple[int, int, str, int]:
        """Return what lines are ordered by; a line without priority is the last of its nature."""
        priority = _LAST_PRIORITY if self.priority is None else self.priority
        return _SERVED[self.nature], priority, self.label, self.id


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a ceiling cuts: the lines that fit and those below, in their order; cents.

    `ae` and `cp` are what fits; the margin is what the ceiling leaves, None without a ceiling.
    """

    kept: tuple[Served, ...]
    below: tuple[Served, ...]
    ae: int
    cp: int
    ae_below: int
    cp_below: int
    ae_left: int | None
    cp_left: int | None


def cut(lines: Iterable[Served], ae_ceiling: int | None, cp_ceiling: int | None) -> Cut:
    """Cut the lines of a year where their running sums first pass a ceiling of AE or of CP.

    None is no ceiling. A line is never cut in two, and none is taken again after the first that
    does not fit: whoever raises the ceiling keeps all that was kept. Negative lines (take-backs)
    give room back from their place on.
    """
    ordered = sorted(lines, key=lambda line: line.place)
    reached, ae, cp = len(ordered), 0, 0
    for index, line in enumerate(ordered):
        if _passes(ae + line.ae, ae_ceiling) or _passes(cp + line.cp, cp_ceiling):
            reached = index
            break
        ae, cp = ae + line.ae, cp + line.cp
    kept, below = tuple(ordered[:reached]), tuple(ordered[reached:])
    return Cut(
        kept,
        below,
        ae,
        cp,
        _sum(below, "ae"),
        _sum(below, "cp"),
        None if ae_ceiling is None else ae_ceiling - ae,
        None if cp_ceiling is None else cp_ceiling - cp,
    )


def _passes(cents: int, ceiling: int | None) -> bool:
    return ceiling is not None and cents > ceiling


def _sum(lines: Sequence[Served], measure: str) -> int:
    return sum(getattr(line, measure) for line in lines)
