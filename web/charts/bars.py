"""Paired bars of AE and CP by exercise: opened in outline, executed in full."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.templatetags.amounts import amount, in_millions, number
from common.units import unit_or
from web.charts.axes import ordered_axis, unit_label, value_axis
from web.charts.shapes import Bar, Chart, LegendEntry, Text, TwinCell, twin


@dataclass(frozen=True)
class YearFigures:
    """AE and CP of one exercise, in euros TTC."""

    year: int
    ae_opened: Decimal
    ae_committed: Decimal
    cp_opened: Decimal
    cp_paid: Decimal


def year_bars(
    years: list[YearFigures],
    *,
    key: str,
    title: Text,
    source: Text,
    caption: Text,
    width: int = 560,
    height: int = 260,
) -> Chart:
    """Lay out four bars an exercise; AE and CP stand side by side and are never added."""
    chart = Chart(
        key=key,
        title=title,
        conclusion=_conclusion(years),
        source=source,
        caption=caption,
        width=width,
        height=height,
        headings=[
            _("Fiscal year"),
            _("AE opened"),
            _("AE committed"),
            _("CP opened"),
            _("CP paid"),
        ],
        rows=[_row(figures) for figures in years],
        legend=[
            LegendEntry(_("AE opened"), "pf-b-ae-open", "bar"),
            LegendEntry(_("AE committed"), "pf-b-ae", "bar"),
            LegendEntry(_("CP opened"), "pf-b-cp-open", "bar"),
            LegendEntry(_("CP paid"), "pf-b-cp", "hatched"),
        ],
    )
    _draw(chart, years)
    return chart


def _row(y: YearFigures) -> list[TwinCell]:
    amounts = (y.ae_opened, y.ae_committed, y.cp_opened, y.cp_paid)
    return twin(str(y.year), *(amount(value) for value in amounts))


def _draw(chart: Chart, years: list[YearFigures]) -> None:
    """Put the axes and the four bars of each exercise on the chart."""
    worth = float(unit_or("meur").worth)
    known = [
        float(value) / worth
        for y in years
        for value in (y.ae_opened, y.ae_committed, y.cp_opened, y.cp_paid)
    ]
    scale = value_axis(chart, min([0.0, *known]), max([0.0, *known]), _graduation)
    middles = ordered_axis(chart, [str(y.year) for y in years])
    step = (middles[1] - middles[0]) if len(middles) > 1 else 160.0
    bar_width = round(min(step * 0.2, 26.0), 1)
    for x, y in zip(middles, years, strict=True):
        shown = (
            (x - bar_width * 2.1, y.ae_opened, "pf-b-ae-open", False),
            (x - bar_width * 1.1, y.ae_committed, "pf-b-ae", False),
            (x + bar_width * 0.1, y.cp_opened, "pf-b-cp-open", False),
            (x + bar_width * 1.1, y.cp_paid, "pf-b-cp", True),
        )
        for left, value, css, hatched in shown:
            top, zero = scale(float(value) / worth), scale(0)
            chart.bars.append(
                Bar(round(left, 1), min(top, zero), bar_width, abs(zero - top), css, hatched)
            )
    unit_label(chart)


def _conclusion(years: list[YearFigures]) -> str:
    if not years:
        return _("No credit and no execution is recorded.")
    last = years[-1]
    return _(
        "In %(year)s: %(ae)s M€ of AE committed out of %(ae_opened)s opened, %(cp)s M€ of CP paid"
        " out of %(cp_opened)s opened."
    ) % {
        "year": last.year,
        "ae": in_millions(last.ae_committed),
        "ae_opened": in_millions(last.ae_opened),
        "cp": in_millions(last.cp_paid),
        "cp_opened": in_millions(last.cp_opened),
    }


def _graduation(value: float) -> str:
    return number(Decimal(str(value)), 0 if value == int(value) else 1)
