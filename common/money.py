"""Exact money: euros as `Decimal` in Python, integer cents in the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

CENTS = 100
MAX_CENTS = 10**17
_AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


def parse_amount(text: str) -> Decimal:
    """Read an ASCII decimal string of euros with at most two decimals.

    The interface of programs accepts nothing else: no grouping, no exponent, no other digits.
    Raises ValueError.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def to_cents(amount: Decimal | int | str) -> int:
    """Return the cents of an amount in euros; ValueError when it is not a whole number of cents."""
    cents = Decimal(amount) * CENTS
    if not cents.is_finite() or cents != cents.to_integral_value():
        raise ValueError(str(amount))
    if abs(cents) > MAX_CENTS:
        raise ValueError(str(amount))
    return int(cents)


def from_cents(cents: int | Decimal) -> Decimal:
    """Return euros with two decimals from a whole number of cents."""
    return Decimal(int(cents)).scaleb(-2)


def allocate(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Split a total in proportion to weights; the parts add up exactly.

    Largest remainders get the cents that are left, the first of equals first. `weights` are
    non-negative and not all zero, otherwise ValueError.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights")
    sign = -1 if total_cents < 0 else 1
    parts = [divmod(abs(total_cents) * weight, whole) for weight in weights]
    shares = [quotient for quotient, _ in parts]
    left = abs(total_cents) - sum(shares)
    order = sorted(range(len(weights)), key=lambda i: (-parts[i][1], i))
    for i in order[:left]:
        shares[i] += 1
    return [sign * share for share in shares]
