"""Ceilings along a tree: margins and what goes beyond, as pure functions of cents."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from budgets.rules.ceilings import Breach, Charge, Limit, beyond, made_worse, margins

# A programme, its BOP and action; two UO below the BOP; an activity below the action.
PROGRAMME, BOP, UO1, UO2, ACTION, ACTIVITY = range(1, 7)
PARENTS = {PROGRAMME: None, BOP: PROGRAMME, UO1: BOP, UO2: BOP, ACTION: PROGRAMME, ACTIVITY: ACTION}
YEARS, KINDS = (2026, 2027), ("t2", "ht2")


def limit(node, ae, cp=10**9, **fields):
    return Limit(node, 2026, "ht2", ae, cp, **fields)


def charge(node, ae, cp=0, *axes):
    return Charge(frozenset({node, *axes}), 2026, "ht2", ae, cp)


def test_a_ceiling_counts_what_is_programmed_at_its_node_and_below():
    limits = [limit(PROGRAMME, 1000), limit(BOP, 800), limit(UO1, 500)]
    charges = [charge(BOP, 50), charge(UO1, 300), charge(UO2, 400), charge(PROGRAMME, 25)]
    found = margins(PARENTS, limits, charges)
    left = {key[0]: margin.ae_left for key, margin in found.items()}
    assert left == {PROGRAMME: 225, BOP: 50, UO1: 200}


def test_a_line_counts_once_under_a_node_that_two_of_its_axes_stand_below():
    charges = [charge(UO1, 300, 0, ACTION, ACTIVITY)]
    found = margins(PARENTS, [limit(PROGRAMME, 1000), limit(ACTION, 200)], charges)
    assert [margin.ae for margin in found.values()] == [300, 300]
    assert found[ACTION, 2026, "ht2"].ae_left == -100


def test_another_year_and_other_credits_are_not_counted():
    others = [
        Charge(frozenset({UO1}), 2027, "ht2", 900, 0),
        Charge(frozenset({UO1}), 2026, "t2", 900, 900),
    ]
    (margin,) = margins(PARENTS, [limit(BOP, 100)], others).values()
    assert (margin.ae, margin.ae_left) == (0, 100)


def test_ae_and_cp_go_beyond_apart():
    over = limit(BOP, 100, 50)
    (margin,) = margins(PARENTS, [over], [charge(UO1, 100, 51)]).values()
    assert beyond(margin) == [Breach(over, "CP", 1)]


def test_a_change_that_brings_back_towards_a_ceiling_is_not_held_against_it():
    blocking = limit(BOP, 100, blocks=True)
    before = [charge(UO1, 150)]
    assert made_worse(PARENTS, [blocking], before, [charge(UO1, -20)]) == []
    assert made_worse(PARENTS, [blocking], before, [charge(UO1, 1)]) == [Breach(blocking, "AE", 51)]


def test_a_move_inside_a_node_changes_nothing_for_what_is_above_it():
    limits = [limit(BOP, 100), limit(UO2, 10)]
    before, moved = [charge(UO1, 100)], [charge(UO1, -11), charge(UO2, 11)]
    assert made_worse(PARENTS, limits, before, moved) == [Breach(limits[1], "AE", 1)]


def test_the_last_cent_fits_and_the_next_does_not():
    one = limit(UO1, 100)
    assert made_worse(PARENTS, [one], [charge(UO1, 99)], [charge(UO1, 1)]) == []
    assert made_worse(PARENTS, [one], [charge(UO1, 100)], [charge(UO1, 1)]) == [
        Breach(one, "AE", 1)
    ]


trees = (
    st.integers(1, 12)
    .flatmap(
        lambda size: st.tuples(
            *(
                st.one_of(st.none(), st.integers(0, node - 1)) if node else st.none()
                for node in range(size)
            )
        )
    )
    .map(lambda parents: dict(enumerate(parents)))
)
cents = st.integers(-(10**11), 10**11)


@st.composite
def worlds(draw):
    """A forest, a ceiling for each node, year and kind of credits, some programming."""
    parents = draw(trees)
    nodes = st.sampled_from(sorted(parents))
    limits = [
        Limit(node, year, kind, draw(cents), draw(cents))
        for node in parents for year in YEARS for kind in KINDS
    ]  # fmt: skip
    lines = st.builds(
        Charge, st.frozensets(nodes, min_size=1, max_size=3), st.sampled_from(YEARS),
        st.sampled_from(KINDS), cents, cents,
    )  # fmt: skip
    return parents, limits, draw(st.lists(lines, max_size=12))


def ancestors(parents, nodes):
    """Return the nodes and all above them, the slow and plain way."""
    found = set()
    for node in nodes:
        while node is not None:
            found.add(node)
            node = parents[node]
    return found


@given(worlds())
def test_a_margin_is_the_ceiling_less_what_is_programmed_at_and_below(world):
    parents, limits, lines = world
    for (node, year, kind), margin in margins(parents, limits, lines).items():
        under = [
            one for one in lines
            if (one.year, one.credit_type) == (year, kind) and node in ancestors(parents, one.nodes)
        ]  # fmt: skip
        assert margin.ae_left == margin.limit.ae - sum(one.ae for one in under)
        assert margin.cp_left == margin.limit.cp - sum(one.cp for one in under)


@given(worlds(), st.data())
def test_one_cent_more_moves_exactly_the_margins_of_the_ancestors(world, data):
    parents, limits, lines = world
    node = data.draw(st.sampled_from(sorted(parents)))
    cent = Charge(frozenset({node}), 2026, "ht2", 1, 0)
    before, after = margins(parents, limits, lines), margins(parents, limits, [*lines, cent])
    moved = {key for key in before if before[key] != after[key]}
    assert moved == {(one, 2026, "ht2") for one in ancestors(parents, [node])}
    assert all(before[key].ae_left - after[key].ae_left == 1 for key in moved)
    assert all(before[key].cp_left == after[key].cp_left for key in moved)


@given(worlds(), st.data())
def test_what_a_change_is_refused_for_is_beyond_and_was_less_so(world, data):
    parents, limits, lines = world
    nodes = st.sampled_from(sorted(parents))
    change = st.builds(
        Charge, st.frozensets(nodes, min_size=1), st.just(2026), st.just("ht2"), cents, cents
    )
    moved = data.draw(st.lists(change, max_size=4))
    before, after = margins(parents, limits, lines), margins(parents, limits, [*lines, *moved])
    expected = {
        (key, ledger)
        for key in before
        for ledger, was, left in (
            ("AE", before[key].ae_left, after[key].ae_left),
            ("CP", before[key].cp_left, after[key].cp_left),
        )
        if left < 0 and left < was
    }
    found = made_worse(parents, limits, lines, moved)
    assert {(one.limit.key, one.ledger) for one in found} == expected
