"""What a gap is made of: the part of each line, the largest first; the parts add up to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Line = TypeVar("Line")


@dataclass(frozen=True, slots=True)
class Part(Generic[Line]):
    """What a line brings to a gap, in cents, and the sum of the parts down to it."""

    line: Line
    cents: int
    running: int


def parts_of(contributions: Iterable[tuple[Line, int]]) -> list[Part[Line]]:
    """Return the lines that bring something, the largest first whatever its sign.

    The last `running` is the gap. Lines of the same size keep their order.
    """
    kept = [(line, cents) for line, cents in contributions if cents]
    running, parts = 0, []
    for line, cents in sorted(kept, key=lambda pair: -abs(pair[1])):
        running += cents
        parts.append(Part(line, cents, running))
    return parts
