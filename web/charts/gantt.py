"""A Gantt chart: what is planned now over a baseline, milestones, today, the critical path."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from common.fiscal import add_months
from common.templatetags.amounts import day, month_name
from web.charts.shapes import Marker, Text

LEFT, RIGHT, TOP, ROW = 300, 24, 42, 22
WIDTH = 1180
MOST_LETTERS = 40
MOST_GRADUATIONS = 14


@dataclass(frozen=True, slots=True)
class GanttRow:
    """A line of the chart; a milestone has its `end` alone. `done` is a share of the bar."""

    name: str
    level: int
    kind: str
    start: dt.date | None
    end: dt.date | None
    base_start: dt.date | None = None
    base_end: dt.date | None = None
    is_critical: bool = False
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class GanttBar:
    """A bar, already placed; `done` is the width of what is done."""

    x: float
    y: float
    width: float
    height: float
    css: str
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A graduation of the scale of time, or today."""

    x: float
    text: Text


@dataclass(slots=True)
class Gantt:
    """A chart, ready for `web/charts/_gantt.html`."""

    title: Text
    conclusion: str
    source: Text
    height: int
    width: int = WIDTH
    names: list[tuple[float, float, str, str]] = field(default_factory=list)
    bars: list[GanttBar] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    ticks: list[Tick] = field(default_factory=list)
    today: Tick | None = None

    @property
    def bottom(self) -> int:
        """Where the vertical lines end."""
        return self.height - 6

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.bars or self.markers)


def gantt(
    rows: list[GanttRow], *, on: dt.date, title: Text, conclusion: str, source: Text
) -> Gantt:
    """Lay out one line a row; `on` is today."""
    chart = Gantt(title, conclusion, source, TOP + ROW * len(rows) + 10)
    days = [
        one for row in rows for one in (row.start, row.end, row.base_start, row.base_end) if one
    ]
    if not days:
        return chart
    scale = _Time(min(days), max(days))
    chart.ticks = scale.ticks()
    if scale.first <= on <= scale.last:
        chart.today = Tick(scale(on), _("today, %(day)s") % {"day": day(on)})
    for index, row in enumerate(rows):
        _draw(chart, row, TOP + ROW * index, scale)
    return chart


class _Time:
    """The scale of time, from a day to its place; a bar ends at the end of its day."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        self.first = first.replace(day=1)
        self.last = add_months(last, 1)
        self._step = (WIDTH - LEFT - RIGHT) / max((self.last - self.first).days, 1)

    def __call__(self, day_on: dt.date, extra: int = 0) -> float:
        return round(LEFT + ((day_on - self.first).days + extra) * self._step, 1)

    def ticks(self) -> list[Tick]:
        """Return graduations at the beginning of months, quarters or years."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month
        every = next(
            (step for step in (1, 3, 6, 12, 24, 60) if months / step <= MOST_GRADUATIONS), 120
        )
        found, month = [], self.first
        while month < self.last:
            if (month.year * 12 + month.month - 1) % every == 0:
                text = str(month.year) if every >= 12 else month_name(month)
                found.append(Tick(self(month), text))
            month = add_months(month, 1)
        return found


def _draw(chart: Gantt, row: GanttRow, y: float, scale: _Time) -> None:
    name = row.name if len(row.name) <= MOST_LETTERS else f"{row.name[: MOST_LETTERS - 1]}…"
    css = "pf-s-bold" if row.kind == "summary" or row.is_critical else ""
    chart.names.append((8 + 12 * min(row.level, 6), y + 14, name, css))
    critical = " pf-g-critical" if row.is_critical else ""
    if row.kind == "milestone":
        if row.base_end:
            chart.markers.append(_diamond(row.base_end, y, scale, "pf-g-base-mark", row.name))
        if row.end:
            chart.markers.append(_diamond(row.end, y, scale, f"pf-g-mark{critical}", row.name))
        return
    if row.base_start and row.base_end and row.base_start <= row.base_end:
        x = scale(row.base_start)
        chart.bars.append(GanttBar(x, y + 15, scale(row.base_end, 1) - x, 3, "pf-g-base"))
    if row.start and row.end:
        x = scale(row.start)
        width = round(max(scale(row.end, 1) - x, 1.5), 1)
        height, css = (5, "pf-g-summary") if row.kind == "summary" else (9, "pf-g-bar")
        done = 0.0 if row.kind == "summary" else round(width * min(row.done, 1), 1)
        chart.bars.append(GanttBar(x, y + 4, width, height, css + critical, done))


def _diamond(on: dt.date, y: float, scale: _Time, css: str, name: str) -> Marker:
    return Marker(scale(on, 1), y + 9, 6, "diamond", css, f"{name} · {day(on)}")
