"""The cut line of a scenario: whole lines, an order that nobody chooses, totals that tie."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from budgets.enums import ProgrammingNature
from budgets.rules.scenarios import Served, cut, overlaid, totals

CENTS = st.integers(0, 10_000)
NATURES = st.sampled_from(ProgrammingNature.values)


@st.composite
def lines(draw, least=-2_000):
    count = draw(st.integers(0, 12))
    return [
        Served(
            index, draw(NATURES), draw(st.none() | st.integers(1, 99)), draw(st.text(max_size=3)),
            draw(st.integers(least, 10_000)), draw(st.integers(least, 10_000)),
        )
        for index in range(count)
    ]  # fmt: skip


def line(pk, nature, ae, priority=None, label=""):
    return Served(pk, nature, priority, label, ae, ae)


def test_what_nobody_can_avoid_is_served_first_then_by_priority_then_by_label():
    rows = [
        line(1, "new", 1, priority=1), line(2, "planned", 1, label="b"),
        line(3, "planned", 1, label="a"), line(4, "planned", 1, priority=2, label="z"),
        line(5, "compulsory", 1), line(6, "committed", 1), line(7, "unavoidable", 1),
    ]  # fmt: skip
    assert [one.id for one in cut(rows, None, None).kept] == [5, 7, 6, 4, 3, 2, 1]


def test_the_first_line_that_does_not_fit_and_all_after_it_fall_below():
    rows = [line(1, "compulsory", 60), line(2, "committed", 50), line(3, "new", 10)]
    found = cut(rows, 100, None)
    assert [one.id for one in found.kept] == [1]
    assert [one.id for one in found.below] == [2, 3]
    assert (found.ae_left, found.ae_below, found.cp_left) == (40, 60, None)


def test_either_ledger_cuts():
    rows = [Served(1, "compulsory", None, "", 10, 90), Served(2, "new", None, "", 10, 20)]
    assert [one.id for one in cut(rows, 100, 100).kept] == [1]
    assert [one.id for one in cut(rows, 100, 110).kept] == [1, 2]


@given(lines(), CENTS, CENTS)
def test_kept_and_below_add_up_to_the_whole_and_the_margin_to_the_ceiling(rows, ae, cp):
    found = cut(rows, ae, cp)
    assert sorted(one.id for one in (*found.kept, *found.below)) == [one.id for one in rows]
    assert found.ae + found.ae_below == sum(one.ae for one in rows)
    assert found.cp + found.cp_below == sum(one.cp for one in rows)
    assert (found.ae + found.ae_left, found.cp + found.cp_left) == (ae, cp)
    assert min(found.ae_left, found.cp_left) >= 0


@given(lines(), CENTS)
def test_a_cent_more_moves_the_cut_by_whole_lines_only_and_takes_nothing_back(rows, ceiling):
    former, now = cut(rows, ceiling, None), cut(rows, ceiling + 1, None)
    assert now.kept[: len(former.kept)] == former.kept
    if now.kept == former.kept:
        assert now.ae_left == former.ae_left + 1
    else:
        # The line that entered asked for exactly what was missing.
        assert former.ae + former.below[0].ae == ceiling + 1


@given(lines(), CENTS, st.randoms())
def test_the_cut_does_not_depend_on_the_order_of_the_rows(rows, ceiling, draw):
    mixed = list(rows)
    draw.shuffle(mixed)
    assert cut(mixed, ceiling, ceiling) == cut(rows, ceiling, ceiling)


KEYS = st.tuples(st.integers(1, 5), st.integers(0, 3), st.sampled_from(["ae", "cp"]))
CELLS = st.dictionaries(KEYS, st.none() | CENTS)


@given(CELLS, CELLS, st.sets(st.integers(1, 5)))
def test_an_overlay_leaves_the_base_as_it_is_and_its_deltas_tie(base, changes, left_out):
    held = dict(base)
    after = overlaid(base, changes, left_out)
    assert base == held
    for place, cents in totals(base).items():
        moved = sum(
            (0 if key[0] in left_out else changes.get(key, was) or 0) - (was or 0)
            for key, was in base.items()
            if key[1:] == place
        )
        assert totals(after).get(place, 0) == cents + moved
