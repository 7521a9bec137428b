"""Columns of the project list, on the page and in its exports."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from projects.enums import Weather
from web.levels import level_of
from web.listing import ListColumn


def sheet(row: Any) -> str:
    """Return the address of a project."""
    return reverse("web:project", args=[row.code])


COLUMNS = (
    ListColumn("code", _("Code"), lambda p: p.code, url=sheet, order=("code",)),
    ListColumn(
        "title", _("Project"), lambda p: p.title, url=sheet, order=("title",), is_header=True
    ),
    ListColumn(
        "weather",
        _("Weather"),
        lambda p: p.weather,
        show="weather",
        order=("weather_rank",),
        definition=", ".join(Weather.values),
    ),
    ListColumn("phase", _("Phase"), lambda p: p.get_phase_display(), order=("phase",)),
    ListColumn(
        "manager",
        _("Project manager"),
        lambda p: str(p.manager) if p.manager else "",
        order=("manager__last_name", "manager__username"),
    ),
    ListColumn(
        "cost",
        _("Cost (M€)"),
        lambda p: p.current_cost,
        show="millions",
        kind="money",
        order=("current_cost",),
        unit=_("euros, TTC"),
        exported_as=_("Current cost (€)"),
        definition=_("Full cost of the latest estimate; the export gives euros."),
    ),
    ListColumn(
        "gap",
        _("Cost gap"),
        lambda p: p.cost_gap,
        show="variation",
        kind="decimal",
        order=("cost_gap",),
        unit=_("ratio"),
        definition=_("DR-07, against the initial cost."),
        level=lambda p: level_of("DR-07", p.cost_gap),
    ),
    ListColumn(
        "end", _("Expected end"), lambda p: p.end_on, show="day", kind="date", order=("end_on",)
    ),
    ListColumn(
        "slip",
        _("Slip"),
        lambda p: p.slip_months,
        show="months",
        kind="integer",
        order=("slip_months",),
        unit=_("months"),
        definition=_("Current duration minus initial duration."),
        level=lambda p: level_of("DR-08", p.schedule_gap),
    ),
    ListColumn("state", _("State"), lambda p: p.get_state_display(), order=("state",)),
    ListColumn(
        "origin",
        _("Data origin"),
        lambda p: p.get_data_origin_display(),
        order=("data_origin",),
    ),
)
