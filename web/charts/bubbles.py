"""The map of the portfolio: cost gap × slip, area = cost, shape = weather, threshold lines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from common.templatetags.amounts import in_millions, number, signed_months, variation
from projects.enums import Weather
from web.charts.axes import BOTTOM, LEFT, RIGHT, TOP, value_axis
from web.charts.scales import Scale, nice_ticks
from web.charts.shapes import Chart, Label, LegendEntry, Line, Marker, Text, TwinCell

SHAPES = {
    Weather.SOLEIL: "circle",
    Weather.COUVERT: "square",
    Weather.NUAGE: "diamond",
    Weather.ORAGE: "triangle",
    Weather.NON_RENSEIGNEE: "circle",
    Weather.NON_NECESSAIRE: "circle",
}
COST_THRESHOLD = 0.15
SLIP_THRESHOLD = 6


@dataclass(frozen=True)
class Drift:
    """One project of the map: gaps against the initial figures, cost in euros."""

    code: str
    title: str
    url: str
    weather: str
    cost: Decimal
    cost_gap: float
    slip_months: int

    @property
    def beyond(self) -> bool:
        """Whether it is beyond a threshold, hence named on the map."""
        return self.cost_gap > COST_THRESHOLD or self.slip_months > SLIP_THRESHOLD


def drift_map(drifts: list[Drift], *, source: Text, caption: Text) -> Chart:
    """Lay out the map; projects within the thresholds are not named on it, but in the table."""
    chart = Chart(
        key="drift",
        title=_("Cost and drift of the projects"),
        conclusion=_conclusion(drifts),
        source=source,
        caption=caption,
        width=560,
        height=320,
        headings=[_("Project"), _("Weather"), _("Cost (M€)"), _("Cost gap"), _("Slip")],
        rows=[_row(drift) for drift in drifts],
        legend=[
            LegendEntry(weather.label, f"pf-m-{weather.value}", SHAPES[weather])
            for weather in Weather
            if any(drift.weather == weather for drift in drifts)
        ],
    )
    gaps = [drift.cost_gap * 100 for drift in drifts]
    low, high = min([-5.0, *gaps]), max([20.0, *gaps])
    scale_y = value_axis(chart, low, high, lambda v: f"{number(Decimal(str(v)))} %")
    slips = [drift.slip_months for drift in drifts]
    scale_x = _slip_axis(chart, min([-2, *slips]), max([10, *slips]))
    _thresholds(chart, scale_x, scale_y)
    greatest = max([float(drift.cost) for drift in drifts], default=1.0) or 1.0
    for drift in sorted(drifts, key=lambda d: -d.cost):
        size = round(4 + 14 * math.sqrt(max(float(drift.cost), 0.0) / greatest), 1)
        x, y = scale_x(drift.slip_months), scale_y(drift.cost_gap * 100)
        weather = Weather(drift.weather)
        title = f"{drift.title} : {variation(drift.cost_gap)}, {signed_months(drift.slip_months)}"
        chart.markers.append(
            Marker(x, y, size, SHAPES[weather], f"pf-m pf-m-{weather.value}", title)
        )
        if drift.beyond:
            right = x < chart.width - RIGHT - 120
            chart.labels.append(
                Label(
                    round(x + (size + 4) * (1 if right else -1), 1),
                    y + 4,
                    drift.code,
                    "",
                    "start" if right else "end",
                )
            )
    return chart


def _slip_axis(chart: Chart, low: float, high: float) -> Scale:
    ticks = nice_ticks(low, high, 6)
    scale = Scale(ticks[0], ticks[-1], LEFT, chart.width - RIGHT)
    for tick in ticks:
        x = scale(tick)
        chart.labels.append(
            Label(x, chart.height - 18, number(Decimal(str(tick))), "pf-s-small", "middle")
        )
    middle = (LEFT + chart.width - RIGHT) / 2
    chart.labels.append(Label(middle, chart.height - 4, _("Slip (months)"), "pf-s-small", "middle"))
    return scale


def _thresholds(chart: Chart, scale_x: Scale, scale_y: Scale) -> None:
    x, y = scale_x(SLIP_THRESHOLD), scale_y(COST_THRESHOLD * 100)
    bottom, right = chart.height - BOTTOM, chart.width - RIGHT
    chart.lines.append(Line(f"{x:g},{TOP} {x:g},{bottom}", "pf-s-threshold"))
    chart.lines.append(Line(f"{LEFT},{y:g} {right},{y:g}", "pf-s-threshold"))
    chart.labels.append(Label(x, TOP - 3, signed_months(SLIP_THRESHOLD), "pf-s-small", "middle"))
    chart.labels.append(Label(right + 4, y + 4, variation(COST_THRESHOLD, 0), "pf-s-small"))


def _row(drift: Drift) -> list[TwinCell]:
    return [
        TwinCell(f"{drift.code} {drift.title}", drift.url),
        TwinCell(str(Weather(drift.weather).label)),
        TwinCell(in_millions(drift.cost)),
        TwinCell(variation(drift.cost_gap)),
        TwinCell(signed_months(drift.slip_months)),
    ]


def _conclusion(drifts: list[Drift]) -> str:
    beyond = [drift for drift in drifts if drift.beyond]
    if not drifts:
        return _("No project has both a cost gap and a slip.")
    return _(
        "%(beyond)s of %(all)s projects are beyond a threshold (+15 %% of cost or 6 months)."
    ) % {
        "beyond": len(beyond),
        "all": len(drifts),
    }
