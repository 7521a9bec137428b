"""The rules of the programming: stages, moves, years, and what the amounts of a line must keep.

Sources: GBCP art. 66 and 70 (two years at least, sustainable, updated each year), domain §1.6
(years and keys), §1.8 (R-05, R-06), §1.9 (versions), ux §2.6 (E14). Amounts are euro cents TTC;
None is an amount that was not said, which adds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from budgets.enums import (
    FROZEN_STATES,
    RANKS,
    VERSION_MOVES,
    CreditType,
    Measure,
    ProgrammingNature,
    Stage,
    VersionKind,
    VersionState,
)

_STAGES = {VersionKind.REQUESTS: Stage.REQUESTED, VersionKind.CONFERENCE: Stage.PROPOSED}
_ORDER = (Stage.REQUESTED, Stage.PROPOSED, Stage.GRANTED)
_LAST = RANKS[-1]
# What is programmed without a commitment behind it: its CP pay its own AE and nothing else.
_OWN_AE = frozenset({ProgrammingNature.PLANNED, ProgrammingNature.NEW})

# The amounts of a line for a year, by column: `requested_ae`…
Cells = Mapping[str, Decimal | None]


def stage_of(kind: str) -> Stage:
    """Return the one stage that a version of this kind reads and writes (domain §1.9)."""
    return _STAGES.get(VersionKind(kind), Stage.GRANTED)


def may_move(left: str, reached: str) -> bool:
    """Whether a version may go from a state to another."""
    return VersionState(reached) in VERSION_MOVES[VersionState(left)]


def is_frozen(state: str) -> bool:
    """Whether a version in this state does not change any more."""
    return VersionState(state) in FROZEN_STATES


def takes_requests(kind: str, state: str) -> bool:
    """Whether project managers write in a version: one of requests, while it is a draft."""
    return kind == VersionKind.REQUESTS and state == VersionState.DRAFT


def year_of(fiscal_year: int, rank: int) -> int:
    """Return the year of a rank; the last rank begins with its year and has no end."""
    return fiscal_year + rank


def rank_of(fiscal_year: int, year: int) -> int | None:
    """Return the rank of a year in a programming; None before its exercise."""
    return None if year < fiscal_year else min(year - fiscal_year, _LAST)


def has_allowed_sign(amount: Decimal | int | None, *, is_take_back: bool) -> bool:
    """Whether an amount may be written on a line: negative on a take-back alone (ux §2.6)."""
    return is_take_back or amount is None or amount >= 0


def started_amounts(former: Mapping[int, Cells], kind: str, shift: int) -> dict[int, Cells]:
    """Return the amounts, by rank, that a line begins with in a version of `kind`.

    `former` are those of the version that it is copied from, of the same exercise or of one
    `shift` years before. What was granted there, else proposed, else requested, begins the stage
    of the new version; the stages before it are kept as they were within an exercise. The last
    rank holds several years: it stays in the last one, and the years that it would have to be
    shared with are not said.
    """
    stage = stage_of(kind)
    return {rank: _started(former.get(_former_rank(rank, shift)), stage, shift) for rank in RANKS}


def said_last(cells: Cells | None) -> tuple[Decimal | None, Decimal | None]:
    """Return AE and CP of a year as they were granted, else proposed, else requested."""
    found = _started(cells, Stage.GRANTED, 1)
    return found["granted_ae"], found["granted_cp"]


def _former_rank(rank: int, shift: int) -> int:
    """Return the rank that a rank was in `shift` years before; -1 for none."""
    if rank == _LAST:
        return _LAST
    return rank + shift if rank + shift < _LAST else -1


def _started(former: Cells | None, stage: Stage, shift: int) -> Cells:
    found: dict[str, Decimal | None] = {}
    for measure in Measure:
        said = [former.get(f"{one}_{measure}") if former else None for one in _ORDER]
        for one, amount in zip(_ORDER, said, strict=True):
            if one == stage:
                latest = [value for value in said if value is not None]
                found[f"{one}_{measure}"] = latest[-1] if latest else None
            else:
                is_before = _ORDER.index(one) < _ORDER.index(stage)
                found[f"{one}_{measure}"] = amount if is_before and not shift else None
    return found


@dataclass(frozen=True, slots=True)
class Programmed:
    """The amounts of a line in the stage of its version: AE and CP by rank, cents.

    `opening` is what is left to pay when the exercise opens.
    """

    ae: Sequence[int | None]
    cp: Sequence[int | None]
    opening: int = 0
    nature: str = ProgrammingNature.PLANNED
    credit_type: str = CreditType.HT2

    @property
    def says_nothing(self) -> bool:
        """Whether no amount was said."""
        return all(amount is None for amount in (*self.ae, *self.cp))


def _said(amounts: Sequence[int | None]) -> list[int]:
    return [amount or 0 for amount in amounts]


def cp_beyond_ae(line: Programmed) -> tuple[int, int] | None:
    """Return the first rank where CP pass what may be paid, and by how much; None when none does.

    Up to each year, cumulative CP ≤ cumulative AE + left to pay at the opening: nothing is paid
    that was not committed (ux E14; GBCP art. 30 and 31).
    """
    totals = zip(accumulate(_said(line.ae)), accumulate(_said(line.cp)), strict=True)
    for rank, (ae, cp) in enumerate(totals):
        if cp > ae + line.opening:
            return rank, cp - ae - line.opening
    return None


def left_unscheduled(line: Programmed) -> int:
    """Return the AE of a planned line that no CP pays over the horizon, less what it pays beyond.

    Σ CP = Σ AE of what is planned, the last rank having no end (domain §1.6, R-05). Zero for the
    other natures: their CP also pay former commitments.
    """
    if line.nature not in _OWN_AE:
        return 0
    return sum(_said(line.ae)) + line.opening - sum(_said(line.cp))


def personnel_gap(line: Programmed) -> tuple[int, int] | None:
    """Return the first rank where AE and CP of T2 differ, and AE less CP (LOLF art. 8; R-06)."""
    if line.credit_type != CreditType.T2:
        return None
    for rank, (ae, cp) in enumerate(zip(_said(line.ae), _said(line.cp), strict=True)):
        if ae != cp:
            return rank, ae - cp
    return None
