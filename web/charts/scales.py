"""Scales and axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from web.charts.primitives import Label, Path, n


@dataclass(frozen=True)
class Scale:
    """A linear scale from data to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return the pixel of a value."""
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def nice_step(span: float, wanted: int = 5) -> float:
    """Return a round step (1, 2, 2.5 or 5 × a power of ten) that cuts a span in about `wanted`."""
    if span <= 0:
        return 1.0
    raw = span / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if raw <= power * factor * 1.0001)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Return round values that enclose `low` and `high`."""
    step = nice_step(high - low, wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True)
class Frame:
    """The area of the marks inside a chart."""

    left: float
    top: float
    right: float
    bottom: float


def vertical_axis(
    frame: Frame, values: list[float], scale: Scale, write: Callable[[float], str]
) -> tuple[list[Path], list[Label]]:
    """Return the horizontal grid lines and their labels."""
    paths = [
        Path(
            f"M{n(frame.left)} {n(scale(v))}H{n(frame.right)}",
            "pf-s-axis" if v == 0 else "pf-s-grid",
        )
        for v in values
    ]
    labels = [Label(frame.left - 6, scale(v) + 4, write(v), "pf-s-small", "end") for v in values]
    return paths, labels


def spread(wanted: list[float], gap: float) -> list[float]:
    """Move labels apart: each at least `gap` from the one before, in the order of their places."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for before, current in zip(order, order[1:], strict=False):
        placed[current] = max(placed[current], placed[before] + gap)
    return placed
