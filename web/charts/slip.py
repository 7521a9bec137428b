"""The slip chart: the day expected of each milestone, at each date on which it was told.

Both axes are time on one scale. Flat is stable, rising is slipping; a milestone is reached on the
diagonal, where the day told is the day expected.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.fiscal import add_months
from common.templatetags.amounts import month_name
from web.charts.axes import spread
from web.charts.shapes import Label, Line, Marker, Text

WIDTH, HEIGHT = 760, 460
LEFT, RIGHT, TOP, BOTTOM = 84, 190, 20, 34
MOST_LINES = 5
MOST_GRADUATIONS = 8
STYLES = ("pf-l-ae", "pf-l-cp", "pf-l-plan", "pf-l-actual pf-l-dotted", "pf-l-forecast")


@dataclass(frozen=True, slots=True)
class SlipCurve:
    """A milestone: (told on, expected on), the oldest first, and the day it was reached, if any."""

    name: str
    points: list[tuple[dt.date, dt.date]]
    reached_on: dt.date | None = None


@dataclass(slots=True)
class SlipChart:
    """A chart, ready for `web/charts/_slip.html`."""

    title: Text
    conclusion: str
    source: Text
    width: int = WIDTH
    height: int = HEIGHT
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)


def slip_chart(
    curves: list[SlipCurve], *, on: dt.date, title: Text, conclusion: str, source: Text
) -> SlipChart | None:
    """Lay out at most five curves up to `on`; None without any forecast."""
    drawn = [curve for curve in curves if curve.points][:MOST_LINES]
    days = [day for curve in drawn for pair in curve.points for day in pair]
    days += [curve.reached_on for curve in drawn if curve.reached_on]
    if not days:
        return None
    chart = SlipChart(title, conclusion, source)
    told = [pair[0] for curve in drawn for pair in curve.points]
    axes = _Axes((min(told), max(on, *told)), (min(days), max(days)))
    axes.draw(chart)
    ends = [_curve(chart, curve, STYLES[rank], axes, on) for rank, curve in enumerate(drawn)]
    for y, (_y, name) in zip(spread([end[0] for end in ends], 14), ends, strict=True):
        chart.labels.append(Label(WIDTH - RIGHT + 8, y + 4, name))
    return chart


class _Axes:
    """Dates told across, dates expected upwards."""

    def __init__(self, across: tuple[dt.date, dt.date], up: tuple[dt.date, dt.date]) -> None:
        self.left, self.right = across[0].replace(day=1), add_months(across[1], 1)
        self.low, self.high = up[0].replace(day=1), add_months(up[1], 1)

    def x(self, day: dt.date) -> float:
        share = (day - self.left).days / max((self.right - self.left).days, 1)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(self, day: dt.date) -> float:
        share = (day - self.low).days / max((self.high - self.low).days, 1)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def draw(self, chart: SlipChart) -> None:
        """Draw the graduations and the diagonal."""
        for month in _months(self.low, self.high):
            y = self.y(month)
            chart.lines.append(Line(f"{LEFT},{y:g} {WIDTH - RIGHT},{y:g}", "pf-s-grid"))
            chart.labels.append(Label(LEFT - 6, y + 4, month_name(month), "pf-s-small", "end"))
        for month in _months(self.left, self.right):
            x = self.x(month)
            chart.lines.append(Line(f"{x:g},{TOP} {x:g},{HEIGHT - BOTTOM}", "pf-s-grid"))
            chart.labels.append(Label(x, HEIGHT - 14, month_name(month), "pf-s-small", "middle"))
        first, last = max(self.left, self.low), min(self.right, self.high)
        if first < last:
            pairs = [(self.x(day), self.y(day)) for day in (first, last)]
            chart.lines.append(Line.through(pairs, "pf-s-threshold"))
            (x, y), (right, top) = pairs
            # A third of the way along, below the line: the curves end on it further up.
            at = (round(x + (right - x) / 3 + 10, 1), round(y + (top - y) / 3 + 14, 1))
            chart.labels.append(Label(*at, _("day reached"), "pf-s-small"))


def _months(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return at most eight beginnings of months."""
    count = (last.year - first.year) * 12 + last.month - first.month
    every = next((step for step in (1, 2, 3, 6, 12, 24) if count / step <= MOST_GRADUATIONS), 60)
    return [
        month
        for month in (add_months(first, index) for index in range(count + 1))
        if (month.year * 12 + month.month - 1) % every == 0
    ]


def _curve(
    chart: SlipChart, curve: SlipCurve, css: str, axes: _Axes, on: dt.date
) -> tuple[float, str]:
    """Draw a curve by steps: a forecast stands until the next one; return where it ends."""
    pairs: list[tuple[float, float]] = []
    for told, expected in curve.points:
        if pairs:
            pairs.append((axes.x(told), pairs[-1][1]))
        pairs.append((axes.x(told), axes.y(expected)))
    ends = curve.reached_on or on
    if ends > curve.points[-1][0]:
        pairs.append((axes.x(ends), pairs[-1][1]))
    if curve.reached_on:
        at = (axes.x(curve.reached_on), axes.y(curve.reached_on))
        pairs.append(at)
        chart.markers.append(Marker(*at, 5, "diamond", "pf-g-mark", curve.name))
    chart.lines.append(Line.through(pairs, css))
    return pairs[-1][1], curve.name
