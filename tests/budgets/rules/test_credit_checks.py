"""Each check of credits: one case that breaks the rule, one that does not, to the cent."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from budgets.rules.credits import (
    Ceiling,
    check_allocation,
    check_asked,
    check_before_opinion,
    check_carry_over,
    check_ceilings,
    check_full_cost,
    check_into_personnel,
    check_personnel,
    check_programming,
    check_sustainability,
    check_trajectory,
    check_under_release,
    check_virements,
)
from budgets.rules.findings import Place, share_of

UO = Place("budget_node", "0214-DNEX-UO01", 2026, "ht2")
T2 = Place("budget_node", "0214-DNEX-UO01", 2026, "t2")
NOTHING = Ceiling(0, 0, 0)
CENTS = st.integers(0, 10**15)


def broken(findings):
    """Return the rules, messages and amounts of what was found."""
    return [(found.rule, found.message, found.amount) for found in findings]


def test_r01_ae_committed_beyond_what_is_opened_and_not_frozen():
    within = Ceiling(opened=100_000, frozen=10_000, used=90_000)
    beyond = Ceiling(opened=100_000, frozen=10_000, used=90_001)
    assert check_ceilings(UO, within, NOTHING) == []
    assert broken(check_ceilings(UO, beyond, NOTHING)) == [("R-01", "ceiling_passed", 1)]


def test_r02_cp_paid_beyond_what_is_opened_and_not_frozen():
    within = Ceiling(opened=50_000, frozen=0, used=50_000)
    beyond = Ceiling(opened=50_000, frozen=1, used=50_000)
    assert check_ceilings(UO, NOTHING, within) == []
    assert broken(check_ceilings(UO, NOTHING, beyond)) == [("R-02", "ceiling_passed", 1)]


def test_r01_and_r02_a_decision_takes_the_last_cent_and_not_one_more():
    assert check_asked(UO, "AE", 100, 100) == []
    assert broken(check_asked(UO, "AE", 100, 101)) == [("R-01", "credits_exceeded", 1)]
    assert broken(check_asked(UO, "CP", -50, 7)) == [("R-02", "credits_exceeded", 7)]
    assert check_asked(UO, "CP", -50, 0) == []


def test_r03_ae_committed_on_a_tranche_beyond_those_allotted():
    assert check_allocation(UO, allotted=500, committed=500) == []
    assert broken(check_allocation(UO, 500, 501)) == [("R-03", "allocation_passed", 1)]


def test_r06_personnel_credits_have_ae_equal_to_cp_and_gain_nothing():
    assert check_personnel(T2, 1_000, 1_000) == []
    assert check_personnel(UO, 1_000, 900) == []
    assert broken(check_personnel(T2, 1_000, 900)) == [("R-06", "personnel_unequal", 100)]
    assert check_into_personnel(T2, 0) == []
    assert check_into_personnel(T2, -300) == []
    assert broken(check_into_personnel(T2, 300)) == [("R-06", "into_personnel", 300)]


def test_r07_a_quarter_of_the_distribution_before_the_opinion_on_the_bop():
    share = Decimal(25)
    assert check_before_opinion(UO, "AE", 100_000, 25_000, share) == []
    found = check_before_opinion(UO, "AE", 100_000, 25_001, share)
    assert broken(found) == [("R-07", "before_opinion", 1)]
    assert check_before_opinion(UO, "CP", 0, 25_001, share) == []


def test_r08_cp_short_of_compulsory_and_unavoidable_spending():
    assert check_sustainability(UO, 900, compulsory=400, unavoidable=500) == []
    found = check_sustainability(UO, 899, compulsory=400, unavoidable=500)
    assert broken(found) == [("R-08", "not_sustainable", 1)]


def test_r08_the_order_of_domain_1_1_is_committed_and_not_sustainable():
    # Domain §1.1: 900 000 € ordered in 2026 for 200, 400 and 300 k€ of CP in 2026, 2027, 2028; when
    # 2027 opens 300 k€ only, the project is not over-committed but it is not sustainable.
    year = Place("budget_node", "0214-DNEX", 2027, "ht2")
    found = check_sustainability(year, 30_000_000, compulsory=0, unavoidable=40_000_000)
    assert broken(found) == [("R-08", "not_sustainable", 10_000_000)]


def test_r09_a_programming_adds_up_to_its_distribution():
    assert check_programming(UO, "AE", 700, 700) == []
    assert broken(check_programming(UO, "AE", 700, 701)) == [("R-09", "programming_differs", 1)]
    assert broken(check_programming(UO, "CP", 701, 700)) == [("R-09", "programming_differs", 1)]


def test_r10_cp_of_a_coming_year_beyond_the_trajectory():
    coming = Place("budget_node", "0214", 2026, "2028")
    assert check_trajectory(coming, due=600, planned=400, trajectory=1_000) == []
    found = check_trajectory(coming, due=600, planned=401, trajectory=1_000)
    assert broken(found) == [("R-10", "trajectory_passed", 1)]


def test_r11_virements_in_both_directions_add_up_against_two_percent_of_the_finance_act():
    share = Decimal(2)
    assert check_virements(UO, "AE", 100_000, [1_500, -500], share) == []
    found = check_virements(UO, "AE", 100_000, [1_500, -501], share)
    assert broken(found) == [("R-11", "virements_passed", 1)]


def test_r12_cp_carried_over_beyond_three_percent_of_the_initial_credits():
    share = Decimal(3)
    assert check_carry_over(UO, 100_000, 3_000, share) == []
    found = check_carry_over(UO, 100_000, 3_001, share)
    assert broken(found) == [("R-12", "carry_over_passed", 1)]


def test_r19_the_full_cost_and_its_lines_differ_by_more_than_one_euro_or_a_ten_thousandth():
    rule = {"tolerance": Decimal("1.00"), "share": Decimal("0.01")}
    assert check_full_cost(UO, 10_000, 9_900, **rule) == []
    assert broken(check_full_cost(UO, 10_000, 9_899, **rule)) == [
        ("R-19", "full_cost_differs", 101)
    ]
    great = 100_000_000_00
    assert check_full_cost(UO, great, great - 1_000_000, **rule) == []
    assert check_full_cost(UO, great, great - 1_000_001, **rule)


def test_r22_planning_between_what_is_free_and_what_is_opened_awaits_a_release():
    assert check_under_release(UO, opened=1_000, frozen=100, planned=900) == []
    found = check_under_release(UO, opened=1_000, frozen=100, planned=901)
    assert broken(found) == [("R-22", "under_release", 1)]
    assert check_under_release(UO, opened=1_000, frozen=100, planned=1_001) == []


@given(CENTS, CENTS, CENTS)
def test_a_ceiling_is_passed_exactly_when_what_is_used_is_more_than_what_is_left(
    opened, frozen, used
):
    found = check_ceilings(UO, Ceiling(opened, frozen, used), NOTHING)
    assert bool(found) == (used > opened - frozen and used > 0)
    assert all(f.amount == used - (opened - frozen) for f in found)


@given(CENTS, st.decimals(0, 100, places=2))
def test_a_share_is_the_greatest_whole_number_of_cents_within_it(cents, percent):
    share = share_of(cents, percent)
    assert share * 100 <= cents * percent < (share + 1) * 100
