"""French working days."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from holidays.countries.france import France
from hypothesis import given, settings
from hypothesis import strategies as st

from common.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    Region,
    add_working_days,
    days_between,
    is_working_day,
    legal_holidays,
    working_days,
    working_days_by_month,
)

CASES = json.loads((Path(__file__).parents[1] / "cases" / "calendar.json").read_text())["cases"]
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
REGIONS = st.sampled_from(list(Region))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_reference_cases(case: dict) -> None:
    given, expected = case["inputs"], case["expected"]
    if "year" in given:
        region = Region(given.get("region", "metropole"))
        assert working_days(given["year"], region) == expected["working_days"]
        if "holidays" in expected:
            found = [day.isoformat() for day in legal_holidays(given["year"], region)]
            assert found == expected["holidays"]
            months = working_days_by_month(given["year"], region)
            assert months == expected["working_days_by_month"]
    elif "end" in given:
        start, end = date.fromisoformat(given["start"]), date.fromisoformat(given["end"])
        assert days_between(start, end) == expected["days"]
    else:
        found = add_working_days(date.fromisoformat(given["start"]), given["add_working_days"])
        assert found.isoformat() == expected["result"]


def test_alsace_moselle_has_good_friday_and_the_second_day_of_christmas_too() -> None:
    common, local = legal_holidays(2013), legal_holidays(2013, Region.ALSACE_MOSELLE)
    assert set(local) - set(common) == {date(2013, 3, 29), date(2013, 12, 26)}
    assert (len(common), len(local)) == (11, 13)


@pytest.mark.parametrize(
    ("year", "whit_monday"),
    [(2005, (5, 16)), (2006, (6, 5)), (2007, (5, 28))],
)
def test_whit_monday_stays_a_legal_holiday_in_the_years_of_the_solidarity_day(
    year: int, whit_monday: tuple[int, int]
) -> None:
    assert date(year, *whit_monday) in legal_holidays(year)
    assert len(legal_holidays(year)) == 11


def test_two_holidays_on_one_day_are_one_day_off() -> None:
    # Ascension fell on the 1st of May in 2008.
    assert len(legal_holidays(2008)) == 10


@settings(max_examples=60)
@given(DAYS, st.integers(1, 400), REGIONS)
def test_adding_days_counts_worked_days_one_by_one(start: date, count: int, region: Region) -> None:
    day, left = start, count
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, region)
    assert add_working_days(start, count, region) == day


@settings(max_examples=60)
@given(DAYS, st.integers(1, 400), REGIONS)
def test_going_back_undoes_going_forth(start: date, count: int, region: Region) -> None:
    if is_working_day(start, region):
        assert add_working_days(add_working_days(start, count, region), -count, region) == start
    assert add_working_days(start, 0, region) == start


@pytest.mark.parametrize("days", [10**30, -(10**30), 80_000, -60_000])
def test_a_way_that_leaves_the_calendar_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="1803"):
        add_working_days(date(2024, 1, 1), days)


def test_the_span_is_the_one_of_the_package_and_other_years_are_refused() -> None:
    assert (France.start_year, France.end_year) == (FIRST_YEAR, LAST_YEAR)
    for year in (FIRST_YEAR - 1, LAST_YEAR + 1):
        with pytest.raises(ValueError, match=str(year)):
            legal_holidays(year)
    with pytest.raises(ValueError, match="1803"):
        add_working_days(date(1700, 1, 1), 1)
