"""The network of a plan: earliest and latest days, total float, critical path, cycles.

Everything is counted in whole working days from the first one of the plan (day 0). A task of `n`
days that starts on day `k` takes the days `k` to `k + n - 1`; its finish is the boundary `k + n`,
at which a milestone (no day) starts and finishes at once.

Source of the rule: the precedence diagramming method (four links with lags).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from projects.enums import LinkKind

FROM_FINISH = frozenset({LinkKind.FINISH_START, LinkKind.FINISH_FINISH})
TO_FINISH = frozenset({LinkKind.FINISH_FINISH, LinkKind.START_FINISH})


class CyclicPlan(Exception):
    """Links that turn round; `cycle` holds the ranks of the tasks, each followed by the next."""

    def __init__(self, cycle: list[int]) -> None:
        super().__init__(f"a cycle of {len(cycle)} tasks")
        self.cycle = cycle


@dataclass(frozen=True, slots=True)
class Link:
    """A link between the tasks of two ranks; the lag is in working days and may be negative."""

    predecessor: int
    successor: int
    kind: LinkKind = LinkKind.FINISH_START
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Network:
    """What links and durations imply, by rank of task: boundaries in working days from day 0."""

    early_start: list[int]
    late_start: list[int]
    durations: list[int]

    @property
    def length(self) -> int:
        """Working days of the whole plan."""
        return max(map(sum, zip(self.early_start, self.durations, strict=True)), default=0)

    @property
    def total_float(self) -> list[int]:
        """Working days that each task may lose before the end of the plan moves."""
        pairs = zip(self.early_start, self.late_start, strict=True)
        return [late - early for early, late in pairs]

    @property
    def critical(self) -> list[bool]:
        """Whether each task may lose none."""
        return [value == 0 for value in self.total_float]


def compute_network(
    durations: Sequence[int], links: Iterable[Link], not_before: Sequence[int] | None = None
) -> Network:
    """Walk the links forwards, then backwards.

    `durations` are whole working days, 0 for a milestone; `not_before` the day before which each
    task does not start (0 by default). No task starts before day 0, whatever its leads. Raises
    CyclicPlan, naming one cycle, whatever the kinds and the lags of its links.
    """
    after: list[list[tuple[int, int]]] = [[] for _ in durations]
    for link in links:
        after[link.predecessor].append((link.successor, _gap(link, durations)))
    order = _order(after)
    early = [max(0, day) for day in not_before] if not_before else [0] * len(durations)
    for rank in order:
        start = early[rank]
        for successor, gap in after[rank]:
            early[successor] = max(early[successor], start + gap)
    whole = max(map(sum, zip(early, durations, strict=True)), default=0)
    late = [whole - days for days in durations]
    for rank in reversed(order):
        for successor, gap in after[rank]:
            late[rank] = min(late[rank], late[successor] - gap)
    return Network(early, late, list(durations))


def find_cycle(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """Return the ranks of one cycle of `links` (predecessor, successor); empty without any."""
    after: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for predecessor, successor in links:
        after[predecessor].append((successor, 0))
    try:
        _order(after)
    except CyclicPlan as found:
        return found.cycle
    return []


def _gap(link: Link, durations: Sequence[int]) -> int:
    """Days from the start of the predecessor to the earliest start of the successor."""
    gap = link.lag
    if link.kind in FROM_FINISH:
        gap += durations[link.predecessor]
    if link.kind in TO_FINISH:
        gap -= durations[link.successor]
    return gap


def _order(after: list[list[tuple[int, int]]]) -> list[int]:
    """Return the ranks so that every link goes forwards; raises CyclicPlan."""
    waiting = [0] * len(after)
    for following in after:
        for successor, _gap_days in following:
            waiting[successor] += 1
    ready = [rank for rank, count in enumerate(waiting) if not count]
    for rank in ready:  # the list grows while it is walked
        for successor, _gap_days in after[rank]:
            waiting[successor] -= 1
            if not waiting[successor]:
                ready.append(successor)
    if len(ready) < len(after):
        raise CyclicPlan(_one_cycle(after, {rank for rank, count in enumerate(waiting) if count}))
    return ready


def _one_cycle(after: list[list[tuple[int, int]]], stuck: set[int]) -> list[int]:
    """Walk back among the tasks that wait for ever; the cycle begins at its first task."""
    before = {successor: rank for rank in stuck for successor, _gap_days in after[rank]}
    rank = min(before)
    seen: dict[int, int] = {}
    path: list[int] = []
    while rank not in seen:
        seen[rank] = len(path)
        path.append(rank)
        rank = before[rank]
    cycle = path[seen[rank] :][::-1]
    first = cycle.index(min(cycle))
    return cycle[first:] + cycle[:first]
