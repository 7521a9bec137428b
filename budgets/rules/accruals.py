"""Which certified services are paid, and which wait: the oldest are paid first (table T12)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

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


# Upper bounds of the ages of what is left to pay, in years (indicator BX-14).
AGE_BOUNDS = (1, 2, 3)


def age_band(months: int) -> int:
    """Return the band of an age in whole months: 0 under a year, up to 3 beyond three years."""
    return sum(months >= 12 * bound for bound in AGE_BOUNDS)
