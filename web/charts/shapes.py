"""What a still chart is made of: shapes in a view box, a legend, a conclusion and a table twin.

The template writes attributes and classes only, so that the strict policy has nothing to refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise

Text = str | Promise


@dataclass(frozen=True)
class Line:
    """A polyline; `points` is the attribute of the same name."""

    points: str
    css: str

    @classmethod
    def through(cls, pairs: list[tuple[float, float]], css: str) -> Line:
        """Return the line through (x, y) pairs."""
        return cls(" ".join(f"{x:g},{y:g}" for x, y in pairs), css)


@dataclass(frozen=True)
class Label:
    """A text; `anchor` is start, middle or end."""

    x: float
    y: float
    text: Text
    css: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Bar:
    """A rectangle; hatched bars read without colour."""

    x: float
    y: float
    width: float
    height: float
    css: str
    hatched: bool = False

    @property
    def hatches(self) -> list[tuple[float, float, float, float]]:
        """Return the slanted strokes (x1, y1, x2, y2) of a hatched bar."""
        if not self.hatched:
            return []
        strokes, step = [], 6.0
        for index in range(int((self.width + self.height) / step) + 1):
            offset = index * step
            x1, y1 = self.x, self.y + offset
            x2, y2 = self.x + offset, self.y
            if y1 > self.y + self.height:
                x1, y1 = self.x + y1 - self.y - self.height, self.y + self.height
            if x2 > self.x + self.width:
                x2, y2 = self.x + self.width, self.y + offset - self.width
            strokes.append((round(x1, 1), round(y1, 1), round(x2, 1), round(y2, 1)))
        return strokes


@dataclass(frozen=True)
class Marker:
    """A mark whose shape says the weather: circle, square, diamond, triangle or ring."""

    x: float
    y: float
    size: float
    shape: str
    css: str
    title: Text = ""

    @property
    def points(self) -> str:
        """Return the corners of a square, a diamond or a triangle."""
        x, y, r = self.x, self.y, self.size
        corners = {
            "square": [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)],
            "diamond": [(x, y - r), (x + r, y), (x, y + r), (x - r, y)],
            "triangle": [(x, y - r), (x + r, y + r), (x - r, y + r)],
        }.get(self.shape, [])
        return " ".join(f"{round(a, 1):g},{round(b, 1):g}" for a, b in corners)


@dataclass(frozen=True)
class LegendEntry:
    """One line of the legend: a stroke, a bar or a marker, and its words."""

    text: Text
    css: str
    kind: str = "line"


@dataclass(frozen=True)
class TwinCell:
    """One cell of the table twin."""

    text: str
    url: str = ""


@dataclass
class Chart:
    """A chart, ready for `web/charts/_chart.html`."""

    key: str
    title: Text
    conclusion: str
    source: Text
    width: int
    height: int
    headings: list[Text]
    rows: list[list[TwinCell]]
    caption: Text = ""
    lines: list[Line] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)
    legend: list[LegendEntry] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw; the table then says so."""
        return not (self.bars or self.markers or any(" " in line.points for line in self.lines))


def twin(*texts: str) -> list[TwinCell]:
    """Return a row of the table twin."""
    return [TwinCell(text) for text in texts]
