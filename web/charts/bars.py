"""Paired bars: what was opened as an outline, what was used as a fill (AE and CP apart)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from web.charts.primitives import BOX_SAMPLE, Label, Legend, Path, Rect, n
from web.charts.scales import Frame, Scale, ticks, vertical_axis

HATCH_STEP = 6


@dataclass(frozen=True)
class YearBars:
    """The four amounts of an exercise."""

    year: int
    ae_opened: float
    ae_committed: float
    cp_opened: float
    cp_paid: float


@dataclass(frozen=True)
class DrawnBars:
    """The primitives of paired bars."""

    paths: list[Path]
    rects: list[Rect]
    labels: list[Label]


def draw_years(
    years: Sequence[YearBars], write: Callable[[float], str], *, frame: Frame
) -> DrawnBars:
    """Draw two pairs a year; the bars of CP used are hatched, so that grey paper tells them."""
    amounts = [v for y in years for v in (y.ae_opened, y.ae_committed, y.cp_opened, y.cp_paid)]
    marks = ticks(min([0.0, *amounts]), max([0.0, *amounts]) or 1.0)
    up = Scale(marks[0], marks[-1], frame.bottom, frame.top)
    paths, labels = vertical_axis(frame, marks, up, write)
    rects: list[Rect] = []
    slot = (frame.right - frame.left) / max(len(years), 1)
    width = min(22.0, slot / 3)
    for i, year in enumerate(years):
        middle = frame.left + slot * (i + 0.5)
        left, right = middle - width - 2, middle + 2
        for x, value, css in (
            (left, year.ae_opened, "pf-b-ae-open"),
            (left, year.ae_committed, "pf-b-ae"),
            (right, year.cp_opened, "pf-b-cp-open"),
            (right, year.cp_paid, "pf-b-cp"),
        ):
            if value:
                top, bottom = sorted((up(value), up(0)))
                rects.append(Rect(round(x, 1), round(top, 1), width, round(bottom - top, 1), css))
        paths += _hatches(right, width, up(max(year.cp_paid, 0.0)), up(0))
        labels.append(Label(middle, frame.bottom + 16, str(year.year), "pf-s-small", "middle"))
    return DrawnBars(paths, rects, labels)


def _hatches(x: float, width: float, top: float, bottom: float) -> list[Path]:
    """Return the oblique lines of a bar, as one path drawn over it."""
    lines, y = [], top + HATCH_STEP
    while y < bottom:
        rise = min(width / 2, y - top)
        lines.append(f"M{n(x)} {n(y)}L{n(x + rise * 2)} {n(y - rise)}")
        y += HATCH_STEP
    return [Path("".join(lines), "pf-b-hatch")] if lines else []


def year_legends(names: Sequence[str]) -> list[Legend]:
    """Return the legend of the four bars, in the order of `YearBars`."""
    styles = ("pf-b-ae-open", "pf-b-ae", "pf-b-cp-open", "pf-b-cp")
    return [Legend(name, BOX_SAMPLE, css) for name, css in zip(names, styles, strict=True)]
