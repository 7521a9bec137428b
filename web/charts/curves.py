"""Charts of curves: the S-curve of a project, the execution of the year, the estimates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.templatetags.amounts import in_millions, month_name, number
from common.units import unit_or
from web.charts.axes import ordered_axis, spread, unit_label, value_axis
from web.charts.shapes import Chart, Label, LegendEntry, Line, Text, twin


@dataclass(frozen=True)
class Curve:
    """One series: its name, its class, one value a step (None where there is none), in euros."""

    name: Text
    css: str
    values: list[Decimal | None]
    text_css: str = "pf-s-small"


@dataclass(frozen=True)
class CurveChart:
    """What a chart of curves shows, before it is laid out."""

    key: str
    title: Text
    conclusion: str
    source: Text
    caption: Text
    steps: list[dt.date]
    curves: list[Curve]


def curve_chart(
    shown: CurveChart,
    *,
    write_step: Callable[[dt.date], str] = month_name,
    width: int = 560,
    height: int = 260,
) -> Chart:
    """Lay out curves of euros in the unit of the page, each labelled at its end.

    The twin has one row a step.
    """
    names = [write_step(step) for step in shown.steps]
    chart = Chart(
        key=shown.key,
        title=shown.title,
        conclusion=shown.conclusion,
        source=shown.source,
        caption=shown.caption,
        width=width,
        height=height,
        headings=[_("Month"), *(curve.name for curve in shown.curves)],
        rows=[
            twin(name, *(in_millions(curve.values[index]) for curve in shown.curves))
            for index, name in enumerate(names)
        ],
        legend=[LegendEntry(curve.name, curve.css) for curve in shown.curves],
    )
    worth = float(unit_or("meur").worth)
    known = [float(v) / worth for curve in shown.curves for v in curve.values if v is not None]
    scale = value_axis(chart, min([0.0, *known]), max([0.0, *known]), _graduation)
    middles = ordered_axis(chart, names)
    ends = []
    for curve in shown.curves:
        points = [
            (x, scale(float(value) / worth))
            for x, value in zip(middles, curve.values, strict=True)
            if value is not None
        ]
        chart.lines.append(Line.through(points, curve.css))
        if points:
            last = next(value for value in reversed(curve.values) if value is not None)
            ends.append((points[-1], in_millions(last, 1), curve.text_css))
    for y, ((x, _y), text, css) in zip(spread([end[0][1] for end in ends]), ends, strict=True):
        chart.labels.append(Label(x + 6, y + 4, text, css))
    unit_label(chart)
    return chart


def _graduation(value: float) -> str:
    return number(Decimal(str(value)), 0 if value == int(value) else 1)
