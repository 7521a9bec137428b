"""What a chart is made of: SVG primitives with classes, its words and its table.

No style is written here: classes are read by `charts.css`, so that themes and print apply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Path:
    """A path: its SVG commands and its class."""

    d: str
    css: str
    title: str = ""


@dataclass(frozen=True)
class Rect:
    """A bar."""

    x: float
    y: float
    width: float
    height: float
    css: str


@dataclass(frozen=True)
class Label:
    """A text."""

    x: float
    y: float
    text: str
    css: str = ""
    anchor: str = "start"


@dataclass(frozen=True)
class Legend:
    """One entry of the legend: a sample path in a box of 24 × 14 and a word."""

    text: str
    d: str
    css: str


@dataclass(frozen=True)
class Twin:
    """The table of a chart: a caption, headings, rows of already written cells."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Chart:
    """A whole chart; `conclusion` is the sentence that a reader takes away."""

    key: str
    title: str
    conclusion: str
    source: str
    twin: Twin
    width: int = 560
    height: int = 300
    paths: Sequence[Path] = field(default_factory=tuple)
    rects: Sequence[Rect] = field(default_factory=tuple)
    labels: Sequence[Label] = field(default_factory=tuple)
    legends: Sequence[Legend] = field(default_factory=tuple)

    @property
    def has_marks(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.paths or self.rects)


LINE_SAMPLE = "M0 7H24"
BOX_SAMPLE = "M4 1H20V13H4Z"


def n(value: float) -> str:
    """Write a coordinate, short."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Return the path through some points; empty without any."""
    return "".join(f"{'M' if not i else 'L'}{n(x)} {n(y)}" for i, (x, y) in enumerate(points))
