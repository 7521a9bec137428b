"""Availability by the formulas of domain §1.5, at two dates, in one statement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from budgets.enums import MovementKind
from budgets.models import Reservation
from budgets.selectors.availability import Cents, Reading, sums_by
from budgets.selectors.lines import BY, availability
from tests.budgets.ledger import commit, make_uo, move, pay

pytestmark = pytest.mark.django_db


def held(reading: Reading | None = None) -> Cents:
    """Return the sums of the only UO, HT2."""
    (cents,) = sums_by(reading or Reading(2026), "node_id").values()
    return cents


def test_what_is_available_is_opened_less_frozen_allotted_committed_and_paid():
    uo, tranche = make_uo(), make_uo("TF-1")
    move(uo, "initial_finance_act", "1000", "800")
    move(uo, "carry_over", "50", "20")
    move(uo, "cancellation", "-30", "-10")
    move(uo, "precautionary_reserve", "40", "30")
    move(uo, "release", "-15", "-5")
    move(uo, "allocation", "200", "0", tranche=tranche)
    signed = commit(uo, "100")
    commit(uo, "60", tranche=tranche)
    pay(signed, "70")
    cents = held()
    assert (cents.ae_opened, cents.ae_frozen) == (102_000, 2_500)
    assert cents.ae_allocated_uncommitted == 14_000
    assert cents.ae_available == 102_000 - 2_500 - 14_000 - 16_000
    assert cents.cp_available == 81_000 - 2_500 - 7_000


@pytest.mark.parametrize("kind", ["finance_bill", "allocation"])
def test_a_bill_and_an_allocation_open_nothing(kind):
    move(make_uo(), kind, "500")
    assert (held().ae_opened, held().cp_opened) == (0, 0)


def test_every_kind_of_movement_opens_freezes_or_is_neutral_and_only_one_of_these():
    uo = make_uo()
    for kind in MovementKind:
        move(uo, kind, "1")
    cents = held()
    neutral = 2 * 100  # the bill, the allocation
    assert cents.ae_opened + cents.ae_frozen + neutral == len(MovementKind) * 100


def test_a_withdrawal_gives_ae_back_in_its_exercise_and_only_when_recyclable_later():
    uo = make_uo()
    move(uo, "initial_finance_act", "1000")
    commit(uo, "300")
    commit(uo, "-100")
    assert held().ae_available == 80_000
    commit(uo, "-50", commitment_year=2025)
    assert held().ae_available == 80_000
    commit(uo, "-20", commitment_year=2025, is_recyclable=True)
    assert held().ae_available == 82_000


def test_a_payment_of_january_is_charged_to_the_exercise_that_the_source_gives():
    uo = make_uo()
    signed = commit(uo, "300", 2025)
    pay(signed, "120", 2025, paid_on=dt.date(2026, 1, 20))
    whole = sums_by(Reading(2025), "node_id")[uo.pk,]
    at_december = sums_by(Reading(2025, as_of=dt.date(2025, 12, 31)), "node_id")[uo.pk,]
    assert (whole.cp_paid, at_december.cp_paid) == (12_000, 0)
    assert sums_by(Reading(2026), "node_id") == {}


def test_the_past_is_read_as_it_was_known():
    uo = make_uo()
    yesterday = timezone.now() - dt.timedelta(days=1)
    move(uo, "initial_finance_act", "100", recorded_at=yesterday - dt.timedelta(days=1))
    move(uo, "virement", "25")
    assert held(Reading(2026, known_at=yesterday)).ae_opened == 10_000
    assert held().ae_opened == 12_500


def test_t2_and_ht2_are_two_ceilings_and_two_origins_are_never_added():
    uo = make_uo()
    move(uo, "initial_finance_act", "100", credit_type="t2")
    move(uo, "initial_finance_act", "10")
    move(uo, "initial_finance_act", "1", data_origin="published")
    found = sums_by(Reading(2026, origin="operational"), "credit_type")
    assert {key[0]: cents.ae_opened for key, cents in found.items()} == {"t2": 10_000, "ht2": 1_000}


def test_amounts_of_ten_thousand_billions_are_exact():
    uo = make_uo()
    great = Decimal("9999999999999.99")
    for sign in (1, 1, -1):
        move(uo, "virement", sign * great)
    assert held().ae_opened == 999_999_999_999_999


def test_the_availability_of_every_uo_is_one_statement(django_assert_num_queries):
    for index in range(30):
        uo = make_uo(f"UO-{index}")
        move(uo, "initial_finance_act", "100")
        pay(commit(uo, "10"), "5")
    with django_assert_num_queries(1):
        found = sums_by(Reading(2026), "node_id", "credit_type")
    assert len(found) == 30
    assert {cents.ae_available for cents in found.values()} == {9_000}


@pytest.mark.parametrize("by", sorted(BY))
def test_availability_is_read_by_any_axis_and_a_reservation_names_none(by):
    uo = make_uo()
    activity = make_uo("A-1")
    move(uo, "initial_finance_act", "100", activity=activity)
    pay(commit(uo, "40", activity=activity), "15")
    Reservation.objects.create(node=uo, fiscal_year=2026, label="Acte", ae=Decimal(10), cp=0)
    lines = availability(Reading(2026, origin="operational"), by)
    found = {(line.code, line.credit_type): line.cents for line in lines}
    assert sum(cents.ae_available for cents in found.values()) == 5_000
    if by == "activity":
        assert found["A-1", "ht2"].ae_available == 6_000
        assert found[None, "ht2"].ae_reserved == 1_000
