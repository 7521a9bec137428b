"""Cycles of a plan that has summaries: S holds A and B."""

from __future__ import annotations

import pytest

from projects.enums import LinkKind
from projects.rules.network import Link
from projects.rules.outline import find_plan_cycle

S, A, B, X = range(4)
PARENTS = [None, S, S, None]


def cycle(*links: Link) -> list[int]:
    return find_plan_cycle(PARENTS, {S}, links)


@pytest.mark.parametrize(
    "links",
    [
        [Link(A, B)],
        [Link(S, X)],
        [Link(X, S), Link(A, B)],
        [Link(X, S, LinkKind.START_START), Link(B, A)],
        # What follows the start of a summary may be below it.
        [Link(S, A, LinkKind.START_START)],
        # The end of a summary is that of what is below: nothing is bound.
        [Link(A, S, LinkKind.FINISH_FINISH)],
    ],
)
def test_these_links_leave_a_way(links):
    assert cycle(*links) == []


@pytest.mark.parametrize(
    ("links", "named"),
    [
        ([Link(S, A)], {S, A}),
        ([Link(A, S)], {S, A}),
        ([Link(A, X), Link(X, S)], {S, A, X}),
        ([Link(S, X), Link(X, B)], {S, B, X}),
        ([Link(A, B), Link(B, A)], {A, B}),
    ],
)
def test_these_links_turn_round_and_the_tasks_are_named_once(links, named):
    found = cycle(*links)
    assert set(found) == named
    assert len(found) == len(named)
