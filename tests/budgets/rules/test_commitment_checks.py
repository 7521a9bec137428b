"""Each check of commitments: one case that breaks the rule, one that does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from budgets.rules.commitments import (
    Anticipated,
    Executed,
    Waiting,
    check_credit_line,
    check_date,
    check_delays,
    check_dormant,
    check_execution,
    check_parts,
    check_schedule,
)
from budgets.rules.findings import Place
from tests.budgets.rules.test_credit_checks import broken

EJ = Place("commitment", "1400000001", 2026)
DATES = {"share": Decimal(25), "opening_month": Decimal(11), "opening_day": Decimal(1)}
DELAYS = {"request_days": Decimal(10), "invoice_days": Decimal(20)}


def test_r04_service_done_beyond_the_commitment():
    assert check_execution(EJ, Executed(committed=100, done=100, paid=100)) == []
    found = check_execution(EJ, Executed(committed=100, done=101))
    assert broken(found) == [("R-04", "done_passed", 1)]


def test_r04_payments_beyond_service_done_and_the_advances_not_recovered():
    # An advance of 30 before any service, then 70 of service: 100 may be paid, and not 101.
    assert check_execution(EJ, Executed(200, done=70, paid=100, advances=30)) == []
    found = check_execution(EJ, Executed(200, done=70, paid=101, advances=30))
    assert broken(found) == [("R-04", "paid_passed", 1)]


def test_r04_a_recovered_advance_allows_nothing_any_more():
    assert check_execution(EJ, Executed(200, done=100, paid=100, advances=0)) == []
    assert broken(check_execution(EJ, Executed(200, done=70, paid=100, advances=0))) == [
        ("R-04", "paid_passed", 30)
    ]


def test_r05_a_schedule_adds_up_to_the_commitment():
    assert check_schedule(EJ, 900, 900) == []
    assert check_schedule(EJ, 900, None) == []
    assert broken(check_schedule(EJ, 900, 899)) == [("R-05", "schedule_differs", 1)]
    assert broken(check_schedule(EJ, 900, 901)) == [("R-05", "schedule_differs", 1)]


def dated(day, title="3", credit_type="ht2", total=100, credits=400, service_on=None):
    """Return what R-13 says of a commitment of 1 € on 2026."""
    known = Anticipated(title, credit_type, total, credits, service_on)
    return [found.message for found in check_date(EJ, day, 100, known, DATES)]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (dt.date(2026, 1, 1), []),
        (dt.date(2026, 12, 31), []),
        (dt.date(2025, 11, 1), []),
        (dt.date(2025, 10, 31), ["out_of_exercise"]),
        (dt.date(2027, 1, 1), ["out_of_exercise"]),
    ],
)
def test_r13_a_commitment_is_dated_in_its_exercise_or_from_1_november_before(day, said):
    assert dated(day) == said


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"title": "5"}, ["anticipation_of_title"]),
        ({"title": "", "credit_type": "t2"}, ["anticipation_of_title"]),
        ({"service_on": dt.date(2026, 1, 1)}, []),
        ({"service_on": dt.date(2025, 12, 31)}, ["service_too_early"]),
        ({"total": 101}, ["anticipation_passed"]),
        ({"total": 101, "credits": 404}, []),
    ],
)
def test_r13_anticipation_is_bounded_by_title_service_and_a_quarter_of_the_credits(known, said):
    assert dated(dt.date(2025, 12, 1), **known) == said


def test_r16_a_commitment_at_rest_with_something_left_to_pay():
    limit = dt.date(2024, 11, 26)
    left = Executed(committed=100, done=40, paid=40)
    assert broken(check_dormant(EJ, left, limit, limit)) == [("R-16", "dormant", 60)]
    assert check_dormant(EJ, left, limit + dt.timedelta(days=1), limit) == []
    assert check_dormant(EJ, Executed(committed=100, done=100, paid=100), limit, limit) == []


def test_r20_service_done_without_a_request_and_invoices_unpaid():
    on_time = Waiting(done_before=100, requested=100, invoices_unpaid=0)
    late = Waiting(done_before=100, requested=90, invoices_unpaid=25)
    assert check_delays(EJ, on_time, DELAYS) == []
    found = check_delays(EJ, late, DELAYS)
    assert broken(found) == [("R-20", "no_request", 10), ("R-20", "invoice_unpaid", 25)]


def test_r21_no_credit_line_no_commitment_and_parts_add_up():
    assert check_credit_line(EJ, 100, has_credits=True) == []
    assert check_credit_line(EJ, 0, has_credits=False) == []
    found = check_credit_line(EJ, 100, has_credits=False)
    assert broken(found) == [("R-21", "no_credit_line", 100)]
    assert check_parts(EJ, 100, [60, 40]) == []
    assert broken(check_parts(EJ, 100, [60, 39])) == [("R-21", "parts_differ", 1)]
