"""The rules of the programming, by cases and by properties."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budgets.enums import RANKS, Stage, VersionKind, VersionState
from budgets.models.programming_cells import CELLS
from budgets.rules.programming import (
    Programmed,
    cp_beyond_ae,
    has_allowed_sign,
    is_frozen,
    left_unscheduled,
    may_move,
    personnel_gap,
    rank_of,
    stage_of,
    started_amounts,
    takes_requests,
    year_of,
)

CENTS = st.integers(0, 10**14)
YEARS = st.lists(CENTS | st.none(), min_size=4, max_size=4)
EUROS = st.none() | st.decimals(0, 10**6, places=2)
FORMER = st.fixed_dictionaries(
    {rank: st.fixed_dictionaries(dict.fromkeys(CELLS, EUROS)) for rank in RANKS}
)
KINDS = st.sampled_from(VersionKind.values)


@pytest.mark.parametrize("kind", VersionKind.values)
def test_a_version_writes_the_stage_of_its_kind(kind):
    expected = {"requests": "requested", "conference": "proposed"}.get(kind, "granted")
    assert stage_of(kind) == expected


def test_a_version_goes_forward_and_back_to_draft_until_it_is_validated():
    legal = {
        (left, reached)
        for left in VersionState.values
        for reached in VersionState.values
        if may_move(left, reached)
    }
    assert legal == {
        ("draft", "submitted"), ("submitted", "arbitrated"), ("arbitrated", "validated"),
        ("validated", "notified"), ("notified", "archived"),
        ("submitted", "draft"), ("arbitrated", "draft"), ("arbitrated", "submitted"),
    }  # fmt: skip
    assert [state for state in VersionState.values if is_frozen(state)] == [
        "validated", "notified", "archived",
    ]  # fmt: skip


def test_requests_are_taken_by_a_draft_of_requests_alone():
    open_to = {(k, s) for k in VersionKind.values for s in VersionState if takes_requests(k, s)}
    assert open_to == {("requests", "draft")}


@given(st.integers(2000, 2100), st.integers(-5, 12))
def test_a_year_has_one_rank_and_every_later_one_the_last(exercise, after):
    rank = rank_of(exercise, exercise + after)
    if after < 0:
        assert rank is None
    elif after < 3:
        assert year_of(exercise, rank) == exercise + after
    else:
        assert rank == 3


@given(st.none() | st.integers(-100, 100), st.booleans())
def test_a_negative_amount_is_that_of_a_take_back(amount, is_take_back):
    allowed = has_allowed_sign(amount, is_take_back=is_take_back)
    assert allowed == (is_take_back or not (amount is not None and amount < 0))


def latest(cells, measure):
    said = [cells[f"{stage}_{measure}"] for stage in ("granted", "proposed", "requested")]
    return next((amount for amount in said if amount is not None), None)


@given(FORMER, KINDS)
def test_a_copy_begins_with_the_latest_of_what_was_said(former, kind):
    started, stage = started_amounts(former, kind, 0), stage_of(kind)
    order = list(Stage)
    for rank in RANKS:
        for measure in ("ae", "cp"):
            assert started[rank][f"{stage}_{measure}"] == latest(former[rank], measure)
            for other in order:
                given_ = started[rank][f"{other}_{measure}"]
                if order.index(other) < order.index(stage):
                    assert given_ == former[rank][f"{other}_{measure}"]
                elif other != stage:
                    assert given_ is None


@given(FORMER, KINDS, st.integers(1, 3))
def test_a_later_exercise_takes_each_year_to_its_rank_and_invents_none(former, kind, shift):
    started, stage = started_amounts(former, kind, shift), stage_of(kind)
    for measure in ("ae", "cp"):
        taken = [started[rank][f"{stage}_{measure}"] for rank in RANKS]
        assert taken[3] == latest(former[3], measure)
        for rank in RANKS[:3]:
            kept = latest(former[rank + shift], measure) if rank + shift < 3 else None
            assert taken[rank] == kept
        others = [name for name in CELLS if not name.startswith(stage)]
        assert {started[rank][name] for rank in RANKS for name in others} == {None}


def test_an_example_of_a_year_later():
    # V1 of 2026: 100, 80, 60 and 40 after; a version of 2027 begins with 80, 60, nothing said, 40.
    former = {
        rank: {"granted_ae": Decimal(euros)}
        for rank, euros in zip(RANKS, (100, 80, 60, 40), strict=True)
    }
    started = started_amounts(former, "requests", 1)
    assert [started[rank]["requested_ae"] for rank in RANKS] == [80, 60, None, 40]


def test_cp_are_paid_on_what_was_committed():
    # Programme 614, PLF 2020 (domain §1.6): 12 771 506 left to pay, 55 812 118 of new AE.
    opening, new = 1_277_150_600, 5_581_211_800
    cp = [
        972_362_200 + 4_608_849_600, 280_926_900 + 917_624_500, 23_791_500 + 54_737_700, 70_000
    ]  # fmt: skip
    line = Programmed([new, 0, 0, 0], cp, opening)
    assert cp_beyond_ae(line) is None
    assert left_unscheduled(line) == 0
    wrong = Programmed([new, 0, 0, 0], [*cp[:3], cp[3] + 1], opening)
    assert cp_beyond_ae(wrong) == (3, 1)
    assert left_unscheduled(wrong) == -1


@given(YEARS, YEARS, CENTS)
def test_the_first_year_beyond_is_told_with_what_passes(ae, cp, opening):
    found = cp_beyond_ae(Programmed(ae, cp, opening))
    gaps = [
        sum(a or 0 for a in cp[: rank + 1]) - sum(a or 0 for a in ae[: rank + 1]) - opening
        for rank in RANKS
    ]
    beyond = [(rank, gap) for rank, gap in enumerate(gaps) if gap > 0]
    assert found == (beyond[0] if beyond else None)


@given(YEARS, CENTS)
def test_cp_equal_to_ae_each_year_never_pass_and_leave_the_opening(years, opening):
    line = Programmed(years, years, opening)
    assert cp_beyond_ae(line) is None
    assert left_unscheduled(line) == opening


@given(YEARS, YEARS, CENTS, st.sampled_from(["compulsory", "unavoidable", "committed"]))
def test_what_pays_former_commitments_is_not_held_to_its_own_ae(ae, cp, opening, nature):
    assert left_unscheduled(Programmed(ae, cp, opening, nature)) == 0


@given(YEARS, YEARS)
def test_t2_has_ae_equal_to_cp_each_year(ae, cp):
    found = personnel_gap(Programmed(ae, cp, credit_type="t2"))
    differing = [
        (rank, (a or 0) - (c or 0))
        for rank, (a, c) in enumerate(zip(ae, cp, strict=True))
        if (a or 0) != (c or 0)
    ]
    assert found == (differing[0] if differing else None)
    assert personnel_gap(Programmed(ae, cp)) is None
