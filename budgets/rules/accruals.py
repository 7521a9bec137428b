"""Which certified services are paid, and which wait: the oldest are paid first (table T12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TypeVar

from common.fiscal import add_months

Service = TypeVar("Service")


def unpaid_services(
    services: Iterable[tuple[Service, int]], paid: int
) -> list[tuple[Service, int]]:
    """Return what is left unpaid of each service of a commitment, in cents, the oldest first.

    `services` come by date; `paid` is what was paid on services, advances left out (domain §1.7).
    A negative service is a credit: it pays those that remain. The parts add up to Σ services −
    paid, or to nothing when more was paid than certified.
    """
    known = list(services)
    credit = paid - sum(cents for _service, cents in known if cents < 0)
    left = []
    for service, cents in known:
        if cents <= 0:
            continue
        used = min(max(credit, 0), cents)
        credit -= used
        if cents > used:
            left.append((service, cents - used))
    return left


# The ages, in years, that part the bands of what is left to pay (indicator BX-14).
AGE_BOUNDS = (1, 2, 3)


def age_band(last_on: dt.date, day: dt.date) -> int:
    """Return the band of what moved last on a day: 0 under a year, up to 3 from three years on.

    A year is complete on its anniversary.
    """
    return sum(last_on <= add_months(day, -12 * bound) for bound in AGE_BOUNDS)


def is_still(last_on: dt.date, day: dt.date, months: int) -> bool:
    """Whether nothing moved for some months (rule R-16)."""
    return last_on <= add_months(day, -months)
