"""Links of a plan that has summaries: a summary starts before what is below it, and ends after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from projects.rules.network import FROM_FINISH, TO_FINISH, Link, find_cycle


def find_plan_cycle(
    parents: Sequence[int | None], summaries: Collection[int], links: Iterable[Link]
) -> list[int]:
    """Return the ranks of one cycle, each followed by the next; empty without any.

    `parents` holds the rank of the summary of each task. A link that would bind the end of a
    summary binds nothing: what is below it has that end.
    """
    count = len(parents)
    arcs = [arc for link in links for arc in _bound(link, summaries, count)]
    for rank, parent in enumerate(parents):
        if parent is not None:
            arcs.append((parent + count, rank + count if rank in summaries else rank))
            arcs.append((rank, parent))
    found: list[int] = []
    for node in find_cycle(2 * count, arcs):
        if node % count not in found[-1:]:
            found.append(node % count)
    return found[:-1] if len(found) > 1 and found[0] == found[-1] else found


def _bound(link: Link, summaries: Collection[int], count: int) -> list[tuple[int, int]]:
    """Return the boundaries that a link binds: the start of a summary is `count` further."""
    left, right = link.predecessor, link.successor
    if right in summaries and link.kind in TO_FINISH:
        return []
    if left in summaries and link.kind not in FROM_FINISH:
        left += count
    return [(left, right + count if right in summaries else right)]
