"""Every rate that cancels a series of flows, found without a first guess.

Put `s = ln(1 + r)`: the value of the flows is the sum of exponentials f(s) = Σ c_j e^(−t_j s).
By Descartes' rule for such sums, multiplying f by e^(τ s), where τ lies between two terms of
opposite signs, and differentiating gives a sum of the same form with one change of sign less. Its
roots cut the line into pieces where f is monotone, so that each piece holds at most one root of f.
Applied until no change of sign is left, this finds all the roots, double ones included.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

LOWEST_RATE = -0.99
# A hair below, so that rounding does not lose a root that stands exactly on the bound.
LOWEST = math.log1p(LOWEST_RATE) * (1 + 1e-15)
# Rounding of a sum of exponentials, relative to the sum of the absolute terms.
NOISE = 64 * 2.0**-52
STEPS = 200
# A turning point only separates two pieces: f differs there by the square of its error.
TURN_WIDTH = 1e-10


def cancelling_rates(flows: Sequence[float], times: Sequence[float]) -> list[float]:
    """Rates r ≥ −0.99 such that Σ flow_j / (1 + r)^time_j = 0, increasing.

    flows: finite numbers, any unit; times: in periods, any order, duplicates are added up.
    A root is infinite when it exceeds double precision. Empty list: no rate cancels the flows.
    """
    largest = max(map(abs, flows), default=0.0)
    by_time: dict[float, list[float]] = {}
    for flow, time in zip(flows, times, strict=True):
        if flow:
            by_time.setdefault(time, []).append(flow / largest)
    terms = [(time, math.fsum(parts)) for time, parts in sorted(by_time.items())]
    terms = [(time, amount) for time, amount in terms if amount != 0]
    amounts = [amount for _, amount in terms]
    if not _changes(amounts):
        return []
    dates = [time - terms[0][0] for time, _ in terms]
    roots = _roots(amounts, dates, LOWEST, _upper_bound(amounts, dates))
    return sorted(_rate(root) for root in roots)


def _rate(root: float) -> float:
    try:
        return max(math.expm1(root), LOWEST_RATE)
    except OverflowError:
        return math.inf


def _changes(amounts: Sequence[float]) -> list[int]:
    """Positions k where the sign changes between k − 1 and k."""
    return [k for k in range(1, len(amounts)) if (amounts[k] > 0) != (amounts[k - 1] > 0)]


def _upper_bound(amounts: Sequence[float], dates: Sequence[float]) -> float:
    """Beyond it the first flow outweighs all the others together: no root there."""
    others = math.fsum(abs(amount) for amount in amounts[1:])
    return max(0.0, (math.log(others) - math.log(abs(amounts[0]))) / (dates[1] - dates[0])) + 1.0


def _sign(amounts: Sequence[float], dates: Sequence[float], at: float, noise: float) -> int:
    """Sign of f(at), times a positive factor that keeps every exponential in [0, 1]."""
    origin = dates[0] if at >= 0 else dates[-1]
    parts = [a * math.exp((origin - d) * at) for a, d in zip(amounts, dates, strict=True)]
    total = math.fsum(parts)
    if abs(total) <= noise * math.fsum(map(abs, parts)):
        return 0
    return 1 if total > 0 else -1


def _roots(
    amounts: Sequence[float],
    dates: Sequence[float],
    low: float,
    high: float,
    width: float = 0.0,
) -> list[float]:
    """Roots of the sum in [low, high], increasing, each known within `width`."""
    changes = _changes(amounts)
    if not changes:
        return []
    middle = changes[len(changes) // 2]
    shift = (dates[middle - 1] + dates[middle]) / 2
    slopes = [a * (shift - d) for a, d in zip(amounts, dates, strict=True)]
    largest = max(map(abs, slopes))
    turns = _roots([slope / largest for slope in slopes], dates, low, high, TURN_WIDTH)
    # 0 is a bound of its own: flows that add up to 0 have the rate 0, exactly.
    points = sorted({low, high, 0.0, *turns})
    # A turning point where f is 0 within rounding is a double root; elsewhere noise is no root.
    signs = [_sign(amounts, dates, p, NOISE if p in turns else 0.0) for p in points]
    found = [point for point, sign in zip(points, signs, strict=True) if sign == 0]
    for (left, before), (right, after) in pairwise(zip(points, signs, strict=True)):
        if before * after < 0:
            found.append(_bisected(amounts, dates, (left, right), before, width))
    return sorted(found)


def _bisected(
    amounts: Sequence[float],
    dates: Sequence[float],
    bounds: tuple[float, float],
    before: int,
    width: float,
) -> float:
    """The only root between two bounds of opposite signs, `before` on the left."""
    left, right = bounds
    for _ in range(STEPS):
        middle = (left + right) / 2
        if right - left <= width or not left < middle < right:
            break
        sign = _sign(amounts, dates, middle, 0.0)
        if sign == 0:
            return middle
        if sign == before:
            left = middle
        else:
            right = middle
    return (left + right) / 2
