"""Amounts, rates, durations and dates as people read them, in French and in English."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.templatetags import amounts
from web.fields import read_amount

SPACE = "\u00a0"
MINUS = "\u2212"


# French typography: groups of three by U+00A0, decimal comma, U+2212 for minus, space before %.
@pytest.mark.parametrize(
    ("write", "value", "french", "english"),
    [
        (amounts.amount, "1234567.89", "1_234_567,89", "1,234,567.89"),
        (amounts.amount, 0, "0,00", "0.00"),
        (amounts.amount, Decimal("-410"), "−410,00", "−410.00"),
        (amounts.euros, Decimal("1234567.89"), "1_234_567,89_€", "€1,234,567.89"),
        (amounts.euros, Decimal("-12.50"), "−12,50_€", "−€12.50"),
        (amounts.millions, 412_600_000, "412,60_M€", "€412.60m"),
        (amounts.in_millions, Decimal("88500000"), "88,50", "88.50"),
        (amounts.in_billions, Decimal("2292900000"), "2,29", "2.29"),
        (amounts.percent, 0.184, "18,4_%", "18.4%"),
        (amounts.variation, 0.112, "+11,2_%", "+11.2%"),
        (amounts.variation, -0.02, "−2,0_%", "−2.0%"),
        (amounts.variation, 0, "0,0_%", "0.0%"),
        (amounts.points, Decimal("45.5"), "45,5_%", "45.5%"),
        (amounts.signed, -1234, "−1_234", "−1,234"),
        (amounts.months, 14, "14_mois", "14_months"),
        (amounts.months, 1, "1_mois", "1_month"),
        (amounts.signed_months, 14, "+14_mois", "+14_months"),
        (amounts.signed_months, 1.5, "+1,5_mois", "+1.5_months"),
        (amounts.day, dt.date(2026, 11, 23), "23/11/2026", "23 Nov 2026"),
        (amounts.month_name, dt.date(2028, 11, 1), "nov. 2028", "Nov. 2028"),
        (amounts.long_day, dt.date(2026, 11, 23), "23 novembre 2026", "23 November 2026"),
    ],
)
def test_a_value_is_written_in_the_language_of_the_page(write, value, french, english):
    with translation.override("fr"):
        assert write(value) == french.replace("_", SPACE)
    with translation.override("en"):
        assert write(value) == english.replace("_", SPACE)


@pytest.mark.parametrize("value", [None, "", float("nan"), float("inf")])
def test_what_is_absent_is_never_shown_as_zero(value):
    for write in (amounts.amount, amounts.euros, amounts.percent, amounts.months, amounts.millions):
        assert write(value) == ""


def test_a_half_is_rounded_up_from_the_written_decimal_and_not_from_the_binary_one():
    # 1.005 is 1.00499… in binary: the person who reads 1.005 expects 1.01.
    with translation.override("en"):
        assert amounts.number(1.005, 2) == "1.01"
        assert amounts.number(-1.005, 2) == "−1.01"


def test_a_moment_is_shown_in_paris():
    with translation.override("fr"):
        assert amounts.moment(dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)) == "02/07/2026 00:30"


@given(st.integers(-(10**15), 10**15))
def test_what_is_written_is_read_back_exactly(cents):
    value = Decimal(cents).scaleb(-2)
    with translation.override("fr"):
        assert read_amount(amounts.amount(value)) == value
        assert read_amount(amounts.euros(value)) == value
