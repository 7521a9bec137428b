"""Cost and drift of the projects: area = cost, shape = weather, lines = thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from web.charts.primitives import Label, Path, n
from web.charts.scales import Frame, Scale, spread, ticks, vertical_axis


@dataclass(frozen=True)
class Bubble:
    """One project: slip in months, cost gap in percent, cost in M€, weather."""

    name: str
    slip: float
    gap: float
    cost: float
    weather: str
    is_named: bool = False


@dataclass(frozen=True)
class DrawnBubbles:
    """The primitives of the map."""

    paths: list[Path]
    labels: list[Label]


def shape(weather: str, x: float, y: float, r: float) -> str:
    """Return the mark of a weather: circle, square, diamond, triangle."""
    if weather == "COUVERT":
        s = r * 0.89
        return f"M{n(x - s)} {n(y - s)}h{n(2 * s)}v{n(2 * s)}h{n(-2 * s)}Z"
    if weather == "NUAGE":
        d = r * 1.25
        return f"M{n(x)} {n(y - d)}L{n(x + d)} {n(y)}L{n(x)} {n(y + d)}L{n(x - d)} {n(y)}Z"
    if weather == "ORAGE":
        d = r * 1.3
        return f"M{n(x)} {n(y - d)}L{n(x + d)} {n(y + d * 0.8)}L{n(x - d)} {n(y + d * 0.8)}Z"
    return f"M{n(x - r)} {n(y)}a{n(r)} {n(r)} 0 1 0 {n(2 * r)} 0a{n(r)} {n(r)} 0 1 0 {n(-2 * r)} 0Z"


def draw_bubbles(
    bubbles: Sequence[Bubble],
    *,
    frame: Frame,
    slip_threshold: float | None,
    gap_threshold: float,
    write_slip: Callable[[float], str],
    write_gap: Callable[[float], str],
) -> DrawnBubbles:
    """Draw the map; only the bubbles beyond a threshold are named, the others are in the table."""
    slips = [0.0, *(b.slip for b in bubbles)]
    gaps = [0.0, gap_threshold, *(b.gap for b in bubbles)]
    x_marks, y_marks = ticks(min(slips), max(slips), 6), ticks(min(gaps), max(gaps), 6)
    across = Scale(x_marks[0], x_marks[-1], frame.left, frame.right)
    up = Scale(y_marks[0], y_marks[-1], frame.bottom, frame.top)
    paths, labels = vertical_axis(frame, y_marks, up, write_gap)
    for value in x_marks:
        css = "pf-s-axis" if value == 0 else "pf-s-grid"
        paths.append(Path(f"M{n(across(value))} {n(frame.top)}V{n(frame.bottom)}", css))
        labels.append(
            Label(across(value), frame.bottom + 16, write_slip(value), "pf-s-small", "middle")
        )
    at = up(gap_threshold)
    paths.append(Path(f"M{n(frame.left)} {n(at)}H{n(frame.right)}", "pf-s-threshold"))
    labels.append(Label(frame.right + 4, at + 4, write_gap(gap_threshold), "pf-s-small"))
    if slip_threshold is not None and x_marks[0] <= slip_threshold <= x_marks[-1]:
        x = across(slip_threshold)
        paths.append(Path(f"M{n(x)} {n(frame.top)}V{n(frame.bottom)}", "pf-s-threshold"))
    greatest = max([b.cost for b in bubbles] or [1.0]) or 1.0
    for b in sorted(bubbles, key=lambda b: -b.cost):
        r = max(4.0, 20 * math.sqrt(max(b.cost, 0) / greatest))
        mark = shape(b.weather, across(b.slip), up(b.gap), r)
        paths.append(Path(mark, f"pf-m pf-m-{b.weather}", b.name))
    return DrawnBubbles(paths, labels + _names(bubbles, across, up, greatest, frame))


def _names(
    bubbles: Sequence[Bubble], across: Scale, up: Scale, greatest: float, frame: Frame
) -> list[Label]:
    """Return the names of the bubbles to name, on the side where there is room, moved apart."""
    named = [b for b in bubbles if b.is_named]
    heights = spread([up(b.gap) for b in named], 12)
    labels = []
    for b, y in zip(named, heights, strict=True):
        r = max(4.0, 20 * math.sqrt(max(b.cost, 0) / greatest)) * 1.3 + 4
        x = across(b.slip)
        is_left = x > (frame.left + frame.right) / 2
        labels.append(
            Label(x - r if is_left else x + r, y + 4, b.name, "", "end" if is_left else "start")
        )
    return labels
