"""What people type in a form: French or plain amounts, percentages and dates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from web.fields import AmountField, DayField, PercentInput


# ux.md §3.1: space, U+00A0, U+202F, point of grouping, comma or point, €, k€, M€, −, (100).
@pytest.mark.parametrize(
    ("typed", "euros"),
    [
        ("1 234 567,89", "1234567.89"),
        ("1\u00a0234\u00a0567,89 €", "1234567.89"),
        ("1\u202f234", "1234"),
        ("1234567.89", "1234567.89"),
        ("9.750,5", "9750.5"),
        ("1.234.567", "1234567"),
        ("2,5 M€", "2500000"),
        ("4 980 k€", "4980000"),
        ("2 150 €", "2150"),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed, euros):
    assert AmountField().clean(typed) == Decimal(euros)


@pytest.mark.parametrize("typed", ["−100", "(100)", "-100"])
def test_a_cost_is_not_negative_unless_the_field_says_so(typed):
    with pytest.raises(ValidationError) as refused:
        AmountField().clean(typed)
    assert refused.value.code == "negative"
    assert AmountField(allow_negative=True).clean(typed) == Decimal(-100)


@pytest.mark.parametrize("typed", ["abc", "1,234", "12 34", "1e6", "٣", "1,2,3", "NaN", "1_000"])
def test_what_is_no_amount_is_named_in_the_message(typed):
    with pytest.raises(ValidationError) as refused:
        AmountField().clean(typed)
    assert typed in refused.value.messages[0]


def test_an_empty_amount_is_none_where_it_may_be():
    assert AmountField(required=False).clean("  ") is None


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("30/11/2027", dt.date(2027, 11, 30)),
        ("2027-11-30", dt.date(2027, 11, 30)),
        ("30 novembre 2027", dt.date(2027, 11, 30)),
    ],
)
def test_a_date_is_read_as_people_type_it(typed, day):
    assert DayField().clean(typed) == day


@pytest.mark.parametrize("typed", ["30/11/27", "31/02/2027", "2027", "demain"])
def test_an_ambiguous_date_is_refused(typed):
    with pytest.raises(ValidationError) as refused:
        DayField().clean(typed)
    assert typed in refused.value.messages[0]


@pytest.mark.parametrize(("typed", "value"), [("45,5", "45.5"), ("45.5 %", "45.5"), ("0", "0")])
def test_a_percentage_is_read_as_people_type_it(typed, value):
    assert PercentInput().clean(typed) == Decimal(value)


@pytest.mark.parametrize("typed", ["101", "−1", "45,555", "beaucoup"])
def test_a_percentage_lies_between_0_and_100(typed):
    with pytest.raises(ValidationError):
        PercentInput().clean(typed)


def test_a_refused_value_stays_in_the_field_as_it_was_typed():
    assert AmountField().prepare_value("abc") == "abc"
    assert DayField().prepare_value("30/11/27") == "30/11/27"
