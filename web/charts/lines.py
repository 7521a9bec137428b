"""Cumulative lines: execution of a year, S-curve of a project, steps of an estimate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from web.charts.primitives import LINE_SAMPLE, Label, Legend, Path, polyline
from web.charts.scales import Frame, Scale, spread, ticks, vertical_axis

Points = Sequence[float | None]


@dataclass(frozen=True)
class Series:
    """One line: a value or None at each place of the axis, the class of the line and its word."""

    name: str
    values: Points
    css: str
    text_css: str = ""
    is_step: bool = False


@dataclass(frozen=True)
class Drawn:
    """The primitives of a set of lines."""

    paths: list[Path]
    labels: list[Label]
    legends: list[Legend]


def draw_lines(
    series: Sequence[Series],
    axis: Sequence[str],
    write: Callable[[float], str],
    *,
    frame: Frame,
    every: int = 1,
) -> Drawn:
    """Draw lines over the same places, with their last value written at the end.

    `axis` names the places from left to right; one name in `every` is written. The vertical axis
    begins at 0. Missing values cut nothing: a line runs through the places that it has.
    """
    known = [v for line in series for v in line.values if v is not None]
    marks = ticks(min([0.0, *known]), max([0.0, *known]) or 1.0)
    across = Scale(0, max(len(axis) - 1, 1), frame.left, frame.right)
    up = Scale(marks[0], marks[-1], frame.bottom, frame.top)
    paths, labels = vertical_axis(frame, marks, up, write)
    labels += [
        Label(across(i), frame.bottom + 16, name, "pf-s-small", "middle")
        for i, name in enumerate(axis)
        if i % every == 0
    ]
    shown = [line for line in series if any(v is not None for v in line.values)]
    ends = []
    for line in shown:
        points = [(across(i), up(v)) for i, v in enumerate(line.values) if v is not None]
        paths.append(Path(polyline(_steps(points) if line.is_step else points), line.css))
        ends.append(points[-1])
    heights = spread([y for _, y in ends], 13)
    for line, (x, _), y in zip(shown, ends, heights, strict=True):
        last = next(v for v in reversed(line.values) if v is not None)
        labels.append(Label(x + 6, y + 4, write(last), line.text_css))
    return Drawn(paths, labels, [Legend(line.name, LINE_SAMPLE, line.css) for line in shown])


def _steps(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the corners of a staircase through some points."""
    corners = points[:1]
    for x, y in points[1:]:
        corners += [(x, corners[-1][1]), (x, y)]
    return corners
