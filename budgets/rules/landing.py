"""Where an exercise lands: three ways to expect the sums of 31 December (domain BX-04, ux §2.7).

Pure functions over cents. A landing is an expectation, never a fact: the chosen way is said beside
each figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

MONTHS = 12


def months_run(fiscal_year: int, day: dt.date | None) -> int:
    """Return how many months of an exercise have run on a day; all of them without one."""
    if day is None or day.year > fiscal_year:
        return MONTHS
    return 0 if day.year < fiscal_year else day.month


def linear_landing(actual: int, months: int) -> int | None:
    """Return what an exercise lands at when it goes on at the same pace, in cents.

    `months` of the exercise have run; from the twelfth on, what is done is done. None when none
    has run. Rounded half away from zero.
    """
    if months <= 0:
        return None
    if months >= MONTHS:
        return actual
    sign, whole = (-1, -actual) if actual < 0 else (1, actual)
    return sign * ((2 * whole * MONTHS + months) // (2 * months))


def still_due(scheduled: int, paid: int) -> int:
    """Return what the schedule of a commitment still expects in the exercise, in cents.

    A commitment that was paid beyond its schedule expects nothing more: it takes nothing from
    those that were not.
    """
    return max(scheduled - paid, 0)


def scheduled_landing(paid: int, expected: Iterable[tuple[int, int]], reserved: int) -> int:
    """Return what is paid, what the schedules of commitments still expect, and what decisions
    reserve, in cents. `expected` are (scheduled, paid) of the exercise, a pair a commitment.
    """
    return paid + sum(still_due(scheduled, done) for scheduled, done in expected) + reserved
