"""Ranks of working days: from a calendar day to its rank in a plan, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from common.calendar import FEWEST_WORKING_DAYS, FIRST_YEAR, LAST_YEAR, legal_holidays

# Beyond it a plan is no plan; it bounds the holidays to load.
LONGEST_PLAN = 100 * FEWEST_WORKING_DAYS


class WorkingDays:
    """Working days counted from the first one on or after `first` (rank 0).

    `reach` is the greatest rank that will be asked for; ValueError when it leaves the calendar.
    """

    def __init__(self, first: dt.date, reach: int = FEWEST_WORKING_DAYS) -> None:
        last_year = first.year + max(reach, 0) // FEWEST_WORKING_DAYS + 2
        if first.year < FIRST_YEAR or last_year > LAST_YEAR:
            raise ValueError(f"the plan is not between {FIRST_YEAR} and {LAST_YEAR}")
        closed = [
            day
            for year in range(max(first.year - 1, FIRST_YEAR), last_year + 1)
            for day in legal_holidays(year)
        ]
        self._calendar = np.busdaycalendar(holidays=np.array(closed, dtype="datetime64[D]"))
        origin = np.busday_offset(np.datetime64(first), 0, roll="forward", busdaycal=self._calendar)
        self.first: dt.date = origin.astype(dt.date)
        self._origin = origin

    def ranks(self, days: Iterable[dt.date]) -> list[int]:
        """Return the rank of each day; a day off has that of the working day that follows."""
        asked = np.array(list(days), dtype="datetime64[D]")
        found = np.busday_count(self._origin, asked, busdaycal=self._calendar)
        return [int(rank) for rank in found]

    def days(self, ranks: Iterable[int]) -> list[dt.date]:
        """Return the day of each rank, which may be negative."""
        asked = np.array(list(ranks), dtype=np.int64)
        found: NDArray[np.datetime64] = np.busday_offset(
            self._origin, asked, roll="forward", busdaycal=self._calendar
        )
        return list(found.astype(dt.date))

    def between(self, start: dt.date, end: dt.date) -> int:
        """Return the working days from `start` to `end`, both counted."""
        after = np.datetime64(end) + 1
        return int(np.busday_count(np.datetime64(start), after, busdaycal=self._calendar))
