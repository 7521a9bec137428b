"""Keys of CP: how the AE of a year are paid over the years (domain §1.6, PAP tables).

`k(n + j) = CP(n + j) on AE(n) / AE(n)`, whole percents by year, Σ = 100. Amounts are cents TTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from budgets.enums import RANKS
from common.money import allocate

WHOLE = 100
Keys = tuple[int, ...]


def are_keys(keys: Sequence[int]) -> bool:
    """Whether whole percents, one a rank, none negative, add up to 100."""
    return len(keys) == len(RANKS) and min(keys) >= 0 and sum(keys) == WHOLE


def keys_of(cp: Sequence[int]) -> Keys:
    """Return the keys that the CP paid on the AE of a year give, whole percents that add up to 100.

    Largest remainders get what rounding leaves. Raises ValueError without any CP, or with a
    negative one.
    """
    return tuple(allocate(WHOLE, cp))


def derived_cp(ae: Sequence[int | None], keys: Sequence[int]) -> list[int] | None:
    """Return the CP by rank that pay the AE of a line by keys, to the cent: Σ CP = Σ AE.

    The AE of each rank are shared from its own year on; what goes beyond the horizon stays in the
    last rank, which has no end. None when no AE was said. Raises ValueError when the keys do not
    add up to 100.
    """
    if not are_keys(keys):
        raise ValueError("keys")
    if all(cents is None for cents in ae):
        return None
    found = [0] * len(RANKS)
    for rank, cents in enumerate(ae):
        for after, part in enumerate(allocate(cents or 0, keys)):
            found[min(rank + after, RANKS[-1])] += part
    return found


@dataclass(frozen=True, slots=True)
class DatedKey:
    """The keys of a node from an exercise on, for a nature, or for all of them (empty)."""

    node: int
    nature: str
    fiscal_year: int
    keys: Keys


def key_for(
    known: Iterable[DatedKey],
    path: Sequence[int],
    nature: str,
    fiscal_year: int,
) -> DatedKey | None:
    """Return the keys of a line: the nearest node of its path, then its nature, then the latest.

    `path` goes from where the line is charged upwards. None when nothing is recorded there.
    """
    places: Mapping[int, int] = {node: index for index, node in reversed(list(enumerate(path)))}
    fitting = [
        one
        for one in known
        if one.node in places and one.nature in ("", nature) and one.fiscal_year <= fiscal_year
    ]
    return min(
        fitting,
        key=lambda one: (places[one.node], one.nature == "", -one.fiscal_year),
        default=None,
    )
