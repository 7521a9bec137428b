"""Months, S-curves and amounts of the demonstration, all exact once drawn."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from common.fiscal import add_months, month_end, month_index
from common.money import allocate, from_cents

# The last month of facts: everything is relative to it, never to the day of the run.
LAST_MONTH = dt.date(2026, 10, 1)
_WEIGHT = 10**9


def s_curve(share: float) -> float:
    """Return the share of the work planned at a share of the time: slow, fast, slow."""
    bounded = min(max(share, 0.0), 1.0)
    return bounded * bounded * (3 - 2 * bounded)


def monthly_plan(cost: int, months: int) -> list[Decimal]:
    """Split a cost in euros along the S-curve; the months add up exactly."""
    steps = [s_curve((i + 1) / months) - s_curve(i / months) for i in range(months)]
    cents = allocate(cost * 100, [max(round(step * _WEIGHT), 1) for step in steps])
    return [from_cents(part) for part in cents]


def thousands(amount: float) -> int:
    """Return whole thousands of euros, at least one."""
    return max(round(amount / 1000), 1) * 1000


@dataclass(frozen=True)
class Run:
    """How a project has really gone: share done at the end of each month since its start."""

    start: dt.date
    shares: tuple[float, ...]

    def month(self, index: int) -> dt.date:
        """Return the last day of the month of a share."""
        return month_end(add_months(self.start, index))

    def spent_between(self, first: dt.date, last: dt.date, total: float) -> float:
        """Return what was spent after the month before `first` up to that of `last`."""
        return (self._at(last) - self._at(add_months(first, -1))) * total

    def _at(self, day: dt.date) -> float:
        index = month_index(day) - month_index(self.start)
        if index < 0 or not self.shares:
            return 0.0
        return self.shares[min(index, len(self.shares) - 1)]


def elapsed_months(start: dt.date) -> int:
    """Return the months begun from a start up to the last month of facts."""
    return max(month_index(LAST_MONTH) - month_index(start) + 1, 0)
