"""The unit in which the pages write amounts: euros, thousands or millions, as one person chose.

Nothing is chosen by default: each amount is then written in the unit of its page. The choice holds
for one request (a context variable); exports, the API and mail never set it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise


@dataclass(frozen=True)
class MoneyUnit:
    """A unit: its symbol, how many euros it is worth, the decimals that are written."""

    symbol: str
    worth: Decimal
    places: int


UNITS = {
    "eur": MoneyUnit("€", Decimal(1), 2),
    "keur": MoneyUnit("k€", Decimal(1_000), 1),
    "meur": MoneyUnit("M€", Decimal(1_000_000), 2),
}
# How captions name the unit of their amounts, in both languages.
_NAMED = re.compile(r"(?<![\w€])(?:M€|k€|€|euros)(?!\w)")
_chosen: ContextVar[str] = ContextVar("money_unit", default="")


def chosen_unit() -> str:
    """Return the code of the unit in force, empty when each page has its own."""
    return _chosen.get()


def unit_or(default: str) -> MoneyUnit:
    """Return the unit in force, else the unit of the page."""
    return UNITS[_chosen.get() or default]


@contextmanager
def amounts_in(code: str) -> Iterator[None]:
    """Write amounts in a unit; an unknown code leaves each page its own."""
    token = _chosen.set(code if code in UNITS else "")
    try:
        yield
    finally:
        _chosen.reset(token)


def named_in_unit(text: str | Promise) -> str:
    """Return a caption that names the unit in force in the place of its own.

    “Costs in M€, TTC” becomes “Costs in k€, TTC”; nothing changes without a unit in force.
    """
    words = str(text)
    return _NAMED.sub(UNITS[_chosen.get()].symbol, words) if _chosen.get() else words
