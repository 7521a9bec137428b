"""Floats and the critical path of small networks, worked by hand, and what every network holds."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.calendar import is_working_day
from projects.enums import LinkKind
from projects.rules.network import CyclicPlan, Link, compute_network, find_cycle
from projects.rules.working_days import WorkingDays


def test_the_longer_branch_is_critical_and_the_shorter_has_what_is_left():
    # A (3) then B (2) and C (5) side by side, then D (1).
    links = [Link(0, 1), Link(0, 2), Link(1, 3), Link(2, 3)]
    network = compute_network([3, 2, 5, 1], links)
    assert network.early_start == [0, 3, 3, 8]
    assert network.late_start == [0, 6, 3, 8]
    assert network.total_float == [0, 3, 0, 0]
    assert network.critical == [True, False, True, True]
    assert network.length == 9


@pytest.mark.parametrize(
    ("kind", "lag", "start"),
    [
        (LinkKind.FINISH_START, 0, 5),
        (LinkKind.FINISH_START, 2, 7),
        (LinkKind.FINISH_START, -2, 3),
        (LinkKind.START_START, 1, 1),
        (LinkKind.FINISH_FINISH, 0, 3),
        (LinkKind.FINISH_FINISH, 4, 7),
        (LinkKind.START_FINISH, 6, 4),
        (LinkKind.START_FINISH, 0, 0),
    ],
)
def test_each_link_places_a_task_of_two_days_after_one_of_five(kind, lag, start):
    assert compute_network([5, 2], [Link(0, 1, kind, lag)]).early_start == [0, start]


def test_a_given_day_holds_a_task_back_and_frees_those_before_it():
    network = compute_network([2, 3], [Link(0, 1)], not_before=[0, 10])
    assert network.early_start == [0, 10]
    assert network.total_float == [8, 0]


def test_a_milestone_stands_at_the_end_of_what_it_follows():
    network = compute_network([4, 0, 1], [Link(0, 1), Link(1, 2)])
    assert network.early_start == [0, 4, 4]
    assert network.length == 5


def test_an_empty_plan_has_no_length():
    assert compute_network([], []).length == 0


def test_a_cycle_is_named_in_the_order_of_its_links():
    links = [Link(0, 1), Link(1, 2), Link(2, 3), Link(3, 1), Link(3, 4)]
    with pytest.raises(CyclicPlan) as caught:
        compute_network([1] * 5, links)
    cycle = caught.value.cycle
    pairs = {(link.predecessor, link.successor) for link in links}
    assert sorted(cycle) == [1, 2, 3]
    assert set(zip(cycle, [*cycle[1:], cycle[0]], strict=True)) <= pairs


def test_a_cycle_whose_lags_leave_room_is_refused_all_the_same():
    links = [Link(0, 1, LinkKind.START_START, -5), Link(1, 0, LinkKind.START_START, -5)]
    with pytest.raises(CyclicPlan):
        compute_network([1, 1], links)


def test_a_task_that_follows_itself_is_a_cycle_of_one():
    assert find_cycle(2, [(1, 1)]) == [1]
    assert find_cycle(2, [(0, 1)]) == []


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], list[Link]]:
    durations = draw(st.lists(st.integers(0, 30), min_size=1, max_size=12))
    ranks = st.integers(0, len(durations) - 1)
    drawn = draw(
        st.lists(
            st.tuples(ranks, ranks, st.sampled_from(list(LinkKind)), st.integers(-10, 10)),
            max_size=20,
        )
    )
    links = [Link(min(a, b), max(a, b), kind, lag) for a, b, kind, lag in drawn if a != b]
    return durations, links


@given(networks())
def test_no_float_is_negative_and_some_task_is_critical(drawn):
    durations, links = drawn
    network = compute_network(durations, links)
    assert min(network.total_float) == 0


@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_the_links_changes_nothing(drawn, random):
    durations, links = drawn
    shuffled = random.sample(links, len(links))
    assert compute_network(durations, links) == compute_network(durations, shuffled)


@given(networks(), st.data())
def test_losing_its_whole_float_leaves_the_end_where_it_is_and_one_day_more_moves_it(drawn, data):
    durations, links = drawn
    network = compute_network(durations, links)
    rank = data.draw(st.integers(0, len(durations) - 1))
    late = list(network.early_start)
    late[rank] = network.late_start[rank]
    assert compute_network(durations, links, late).length == network.length
    late[rank] += 1
    assert compute_network(durations, links, late).length > network.length


DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2030, 12, 31))


@given(DAYS, st.integers(-200, 1000))
def test_the_day_of_a_rank_is_worked_and_leads_back_to_it(first, rank):
    calendar = WorkingDays(first, 1000)
    (day,) = calendar.days([rank])
    assert is_working_day(day)
    assert calendar.ranks([day]) == [rank]


def test_the_first_of_may_is_not_worked():
    calendar = WorkingDays(dt.date(2026, 4, 30))
    assert calendar.days([0, 1]) == [dt.date(2026, 4, 30), dt.date(2026, 5, 4)]
    assert calendar.between(dt.date(2026, 4, 30), dt.date(2026, 5, 4)) == 2


def test_a_plan_that_begins_on_a_day_off_begins_on_the_next_one_worked():
    assert WorkingDays(dt.date(2026, 8, 15)).first == dt.date(2026, 8, 17)


def test_a_plan_beyond_the_calendar_is_refused():
    with pytest.raises(ValueError, match="not between"):
        WorkingDays(dt.date(2099, 1, 1), 5000)
