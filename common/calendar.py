"""French working days: neither Saturday, nor Sunday, nor a legal holiday.

Source of the holidays: Code du travail, L3133-1 (eleven days) and L3134-13 (Good Friday and
26 December in Alsace-Moselle), as kept by the package `holidays`.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

import numpy as np
from holidays import France, HolidayBase
from numpy.typing import NDArray

# Span of the package for France, written here because asking it loads every country; `holidays`
# loads the class on its first use only, so that a room that counts no day does not pay for it.
FIRST_YEAR, LAST_YEAR = 1803, 2100
# No French year has fewer working days than this; it sizes the holidays to load.
FEWEST_WORKING_DAYS = 240


class Region(StrEnum):
    """Where the holidays apply."""

    METROPOLE = "metropole"
    ALSACE_MOSELLE = "alsace-moselle"


@lru_cache(maxsize=1024)
def legal_holidays(year: int, region: Region = Region.METROPOLE) -> tuple[date, ...]:
    """Holidays of a year, increasing, each date once; ValueError out of FIRST_YEAR–LAST_YEAR.

    Whit Monday counts in 2005–2007 too: it stayed a legal holiday (L222-1 of the time) in the
    years when the solidarity day was fixed on it, which the package reads the other way.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"year {year} is not between {FIRST_YEAR} and {LAST_YEAR}")
    subdivision = "57" if region is Region.ALSACE_MOSELLE else None
    days: HolidayBase = France(  # type: ignore[no-untyped-call]
        subdiv=subdivision, years=year, expand=False, language="en_US"
    )
    found = set(days)
    if 2005 <= year <= 2007:
        found.update(day + timedelta(days=49) for day in days.get_named("Easter Monday"))
    return tuple(sorted(found))


def working_days_by_month(year: int, region: Region = Region.METROPOLE) -> list[int]:
    """Working days of the twelve months of a year."""
    months = np.arange(f"{year:04d}-01", f"{year + 1:04d}-01", dtype="datetime64[M]")
    starts, ends = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    counted = np.busday_count(starts, ends, holidays=_array(legal_holidays(year, region)))
    return [int(days) for days in counted]


def working_days(year: int, region: Region = Region.METROPOLE) -> int:
    """Working days of a year."""
    return sum(working_days_by_month(year, region))


def is_working_day(day: date, region: Region = Region.METROPOLE) -> bool:
    """True when people work on that day."""
    return day.weekday() < 5 and day not in legal_holidays(day.year, region)


def add_working_days(start: date, days: int, region: Region = Region.METROPOLE) -> date:
    """The day `days` working days after `start`, which is never counted.

    0 gives `start` itself, worked or not; a negative number goes back. ValueError when the way
    leaves FIRST_YEAR–LAST_YEAR.
    """
    if days == 0:
        return start
    reach = abs(days) // FEWEST_WORKING_DAYS + 1
    near, far = (start.year, start.year + reach) if days > 0 else (start.year - reach, start.year)
    closed = [
        day
        for year in range(max(near, FIRST_YEAR), min(far, LAST_YEAR) + 1)
        for day in legal_holidays(year, region)
    ]
    if not FIRST_YEAR <= start.year <= LAST_YEAR or reach > LAST_YEAR - FIRST_YEAR:
        raise ValueError(f"the result is not between {FIRST_YEAR} and {LAST_YEAR}")
    # From a day off, the count starts at the neighbouring worked day behind the move.
    holidays, first = _array(closed), np.datetime64(start)
    if days > 0:
        found = np.busday_offset(first, days, roll="backward", holidays=holidays)
    else:
        found = np.busday_offset(first, days, roll="forward", holidays=holidays)
    result: date = found.astype(date)
    if not FIRST_YEAR <= result.year <= LAST_YEAR:
        raise ValueError(f"the result is not between {FIRST_YEAR} and {LAST_YEAR}")
    return result


def days_between(start: date, end: date) -> int:
    """Calendar days from `start`, not counted, to `end`; negative when `end` comes before."""
    return (end - start).days


def _array(days: list[date] | tuple[date, ...]) -> NDArray[np.datetime64]:
    return np.array(days, dtype="datetime64[D]")
