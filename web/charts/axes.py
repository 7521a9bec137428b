"""The frame of a chart: grid, graduations, labels of the axes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from common.units import unit_or
from web.charts.scales import Scale, nice_ticks
from web.charts.shapes import Chart, Label, Line

LEFT, RIGHT, TOP, BOTTOM = 56, 84, 28, 34


def value_axis(chart: Chart, low: float, high: float, write: Callable[[float], str]) -> Scale:
    """Draw the horizontal grid and its figures; return the vertical scale."""
    ticks = nice_ticks(low, high)
    scale = Scale(ticks[0], ticks[-1], chart.height - BOTTOM, TOP)
    for tick in ticks:
        y = scale(tick)
        chart.lines.append(Line(f"{LEFT},{y:g} {chart.width - RIGHT},{y:g}", "pf-s-grid"))
        chart.labels.append(Label(LEFT - 6, y + 4, write(tick), "pf-s-small", "end"))
    return scale


def unit_label(chart: Chart) -> None:
    """Write the unit of the page above the highest graduation, clear of it."""
    chart.labels.append(Label(LEFT - 6, TOP - 16, unit_or("meur").symbol, "pf-s-small", "end"))


def ordered_axis(chart: Chart, names: list[str], wanted: int = 7) -> list[float]:
    """Write the names of equal steps under the chart; return the middle of each step."""
    step = (chart.width - LEFT - RIGHT) / max(len(names), 1)
    middles = [round(LEFT + step * (index + 0.5), 1) for index in range(len(names))]
    every = max(1, -(-len(names) // wanted))
    for index, (x, name) in enumerate(zip(middles, names, strict=True)):
        if index % every == 0:
            chart.labels.append(Label(x, chart.height - 14, name, "pf-s-small", "middle"))
    return middles


def spread(positions: list[float], gap: float = 12.0) -> list[float]:
    """Move labels apart so that no two are nearer than `gap`, keeping their order."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved = list(positions)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    return moved
