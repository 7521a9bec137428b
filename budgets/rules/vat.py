"""From HT to TTC and back, line by line: the ledgers are TTC, markets are HT (domain §1.1).

TTC = HT × (1 + rate), rounded half up to the cent on each line, as the total of an invoice adds
lines already rounded (CGI ann. II art. 242 nonies A, I-10°). What the rounding leaves between the
lines and the total that the source states is told, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


def incl_tax(excl_tax: Decimal, rate: Decimal) -> Decimal:
    """Return the amount TTC of a line; euros, the rate in percents; the sign is kept."""
    return (excl_tax * (_HUNDRED + rate) / _HUNDRED).quantize(_CENT, ROUND_HALF_UP)


def excl_tax(amount: Decimal, rate: Decimal) -> Decimal:
    """Return the amount HT whose TTC is `amount`, to the cent; euros, the rate in percents."""
    return (amount * _HUNDRED / (_HUNDRED + rate)).quantize(_CENT, ROUND_HALF_UP)


def left_by_rounding(lines: Iterable[Decimal], stated: Decimal) -> Decimal:
    """Return what the stated total holds beyond the sum of its lines, to the cent; euros TTC."""
    return stated - sum(lines, Decimal(0))
