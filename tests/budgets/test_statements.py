"""Statements of execution: left to pay, movements, accruals (domain §1.7, §1.9)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from budgets.rules.accruals import age_band, unpaid_services
from budgets.rules.gaps import parts_of
from budgets.tables.perimeter import Perimeter
from budgets.tables.statements import accruals, credit_moves, left_to_pay
from tests.budgets.ledger import certify, commit, make_project, make_uo, move, pay, schedule

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)


def left(year=2026, **perimeter):
    """Return T5 by commitment."""
    rows = left_to_pay(Perimeter(year, **perimeter), day=DAY, dormant_months=24)
    return {row.legal_reference: row for row in rows}


def test_what_is_left_to_pay_stands_by_commitment_with_what_is_due_by_year():
    uo, project = make_uo(), make_project()
    signed = commit(uo, "900", project=project, legal_reference="EJ-1", supplier="Acme")
    commit(uo, "-100", legal_reference="EJ-1", committed_on=dt.date(2026, 4, 2))
    certify(signed, "250")
    pay(signed, "200")
    for year, amount in ((2026, "300"), (2027, "300"), (2028, "150"), (2029, "50")):
        schedule(signed, amount, year=year, forecast_on=dt.date(2026, 3, 1))
    row = left()["EJ-1"]
    assert (row.committed, row.withdrawn, row.done, row.paid) == (90_000, -10_000, 25_000, 20_000)
    assert row.left == 60_000
    assert (row.due_in(2026), row.due_in(2027), row.due_after(2027)) == (10_000, 30_000, 20_000)
    assert (row.supplier, row.project, row.last_on) == ("Acme", "P-1", dt.date(2026, 6, 1))


def test_a_commitment_where_nothing_moves_for_24_months_is_dormant_only_if_something_is_left():
    uo = make_uo()
    for number, amount in (("OLD", "100"), ("PAID", "50")):
        signed = commit(uo, amount, year=2023, legal_reference=number)
        pay(signed, "50", year=2024, paid_on=dt.date(2024, 6, 30))
    rows = left()
    assert rows["OLD"].is_dormant
    assert not rows["PAID"].is_dormant
    assert rows["OLD"].band == 2


def test_what_is_charged_to_a_later_exercise_is_not_in_the_statement():
    uo = make_uo()
    signed = commit(uo, "100", legal_reference="EJ-1")
    pay(signed, "30", year=2027)
    assert left()["EJ-1"].left == 10_000
    assert left(2027)["EJ-1"].left == 7_000


def test_the_oldest_services_are_paid_first_and_advances_pay_none():
    uo = make_uo()
    signed = commit(uo, "500", legal_reference="EJ-1")
    certify(signed, "100", done_on=dt.date(2026, 3, 1), source_reference="SF-1")
    certify(signed, "80", done_on=dt.date(2026, 5, 1), source_reference="SF-2")
    pay(signed, "120")
    pay(signed, "50", is_advance=True)
    (row,) = accruals(Perimeter(2026), day=DAY)
    assert (row.reference, row.certified, row.unpaid, row.days) == ("SF-2", 8_000, 6_000, 60)


cents = st.integers(-(10**13), 10**13).filter(bool)


@given(st.lists(cents, max_size=12), st.integers(0, 10**14))
def test_unpaid_parts_add_up_to_what_is_certified_less_what_is_paid(services, paid):
    parts = unpaid_services(list(enumerate(services)), paid)
    assert sum(part for _index, part in parts) == max(sum(services) - paid, 0)
    assert all(0 < part <= services[index] for index, part in parts)


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(-(10**15), 10**15)), max_size=20))
def test_the_parts_of_a_gap_add_up_to_it_the_largest_first(contributions):
    parts = parts_of(contributions)
    assert (parts[-1].running if parts else 0) == sum(cents for _line, cents in contributions)
    assert [abs(part.cents) for part in parts] == sorted(
        (abs(part.cents) for part in parts), reverse=True
    )


@pytest.mark.parametrize(
    ("last_on", "band"),
    [("2026-06-30", 0), ("2025-07-01", 0), ("2025-06-30", 1), ("2024-06-30", 2), ("2023-06-30", 3)],
)
def test_ages_fall_into_four_bands_and_a_year_is_complete_on_its_anniversary(last_on, band):
    assert age_band(dt.date.fromisoformat(last_on), DAY) == band


def test_movements_tell_where_credits_come_from_and_the_net_credits_after_each():
    one, other = make_uo("UO-1"), make_uo("UO-2")
    move(one, "initial_finance_act", "1000", "800")
    move(one, "precautionary_reserve", "50", "40", effective_on=dt.date(2026, 1, 20))
    act = {"act_reference": "D-2026-5", "effective_on": dt.date(2026, 3, 1)}
    move(one, "virement", "-100", "-80", **act)
    move(other, "virement", "100", "80", **act)
    move(one, "allocation", "30", "0", effective_on=dt.date(2026, 4, 1))
    rows = credit_moves(Perimeter(2026))
    assert [(row.ae_after, row.cp_after) for row in rows] == [
        (100_000, 80_000), (95_000, 76_000), (85_000, 68_000), (95_000, 76_000), (95_000, 76_000),
    ]  # fmt: skip
    assert (rows[2].origin, rows[2].destination) == ("UO-1", "UO-2")
    assert (rows[0].origin, rows[0].destination) == ("", "UO-1")


def test_statements_ask_the_same_number_of_statements_whatever_the_rows():
    uo, counts = make_uo(), []
    for size in (1, 15):
        for index in range(size):
            signed = commit(uo, "10", legal_reference=f"EJ-{size}-{index}")
            certify(signed, "5")
            pay(signed, "3")
            move(uo, "virement", "1", act_reference=f"A-{size}-{index}")
        with CaptureQueriesContext(connection) as seen:
            left()
            accruals(Perimeter(2026), day=DAY)
            credit_moves(Perimeter(2026))
        counts.append(len(seen))
    assert counts[0] == counts[1] == 8
