"""A waterfall: from a sum to another by the steps between them, in the unit of the page."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.templatetags.amounts import amount, in_millions, number
from common.units import unit_or
from web.charts.axes import ordered_axis, unit_label, value_axis
from web.charts.shapes import Bar, Chart, Label, LegendEntry, Line, Text, TwinCell


@dataclass(frozen=True)
class Step:
    """One step: what it adds or takes away, or the sum reached; euros; the rows behind it."""

    name: Text
    short: Text
    value: Decimal
    is_sum: bool = False
    url: str = ""


def waterfall_chart(
    steps: list[Step],
    *,
    key: str,
    title: Text,
    conclusion: str,
    source: Text,
    caption: Text,
    css: str,
    width: int = 760,
    height: int = 260,
    cut: bool = False,
) -> Chart:
    """Lay out the steps: sums stand on zero in full, changes hang hatched between two sums.

    `css` is the class of the ledger. `cut` lets the axis begin near the sums when the changes would
    not be seen beside them: the conclusion says where.
    """
    chart = Chart(
        key=key, title=title, conclusion=conclusion, source=source, caption=caption,
        width=width, height=height, headings=[_("Step"), _("Amount")],
        rows=[[TwinCell(str(step.name), step.url), TwinCell(amount(step.value))] for step in steps],
        legend=[
            LegendEntry(_("sum reached"), f"pf-b-{css}", "bar"),
            LegendEntry(_("change"), f"pf-b-{css}-open", "bar"),
        ],
    )  # fmt: skip
    spans = _spans(steps)
    known = [value for span in spans for value in span]
    low = _cut_at(steps, spans) if cut else 0.0
    spans = [(max(start, low), max(end, low)) for start, end in spans] if low else spans
    scale = value_axis(chart, low or min([0.0, *known]), max([0.0, *known]), _graduation)
    chart.conclusion += _told_cut(scale.low) if low else ""
    middles = ordered_axis(chart, [str(step.short) for step in steps], wanted=len(steps))
    gap = (middles[1] - middles[0]) if len(middles) > 1 else 120.0
    bar = round(min(gap * 0.6, 56.0), 1)
    for x, step, (low, high) in zip(middles, steps, spans, strict=True):
        top, bottom = sorted((scale(low), scale(high)))
        name = f"pf-b-{css}" if step.is_sum else f"pf-b-{css}-open"
        chart.bars.append(Bar(round(x - bar / 2, 1), top, bar, round(bottom - top, 1), name))
        chart.labels.append(Label(x, top - 4, in_millions(step.value, 1), "pf-s-small", "middle"))
    for left, right, (_start, end) in zip(middles, middles[1:], spans, strict=False):
        y = scale(end)
        chart.lines.append(Line.through([(left + bar / 2, y), (right - bar / 2, y)], "pf-s-axis"))
    unit_label(chart)
    return chart


def _spans(steps: list[Step]) -> list[tuple[float, float]]:
    """Return where each step begins and ends, in the unit of the page."""
    worth = float(unit_or("meur").worth)
    spans, running = [], Decimal(0)
    for step in steps:
        start = Decimal(0) if step.is_sum else running
        running = step.value if step.is_sum else running + step.value
        spans.append((float(start) / worth, float(running) / worth))
    return spans


def _cut_at(steps: list[Step], spans: list[tuple[float, float]]) -> float:
    """Return where the axis begins, a quarter of the moves under them; 0 when they are seen."""
    ends = [end for _start, end in spans]
    least, most = min(ends), max(ends)
    if not steps or least <= 0 or most - least > most / 4:
        return 0.0
    return max(0.0, least - max((most - least) / 4, most / 1000))


def _told_cut(low: float) -> str:
    """Say where an axis begins that does not begin at zero."""
    where = in_millions(Decimal(str(round(low, 6))) * unit_or("meur").worth, 2)
    unit = unit_or("meur").symbol
    return " " + _("The axis begins at %(where)s.") % {"where": f"{where} {unit}"}


def _graduation(value: float) -> str:
    return number(Decimal(str(value)), 0 if value == int(value) else 1)
