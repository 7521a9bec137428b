"""Columns of the exports of a plan."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from web.listing import ListColumn as Column

_CALENDAR, _WORKING = _("calendar days"), _("working days")

COLUMNS = (
    Column("code", _("Code"), lambda row: row.task.code),
    Column("name", _("Task"), lambda row: row.task.name, is_header=True),
    Column("kind", _("Kind"), lambda row: row.task.get_kind_display()),
    Column("start", _("Start"), lambda row: row.task.start_on, kind="date"),
    Column("end", _("End"), lambda row: row.task.end_on, kind="date"),
    Column("started", _("Started on"), lambda row: row.task.actual_start_on, kind="date"),
    Column("ended", _("Ended on"), lambda row: row.task.actual_end_on, kind="date"),
    Column(
        "base_start", _("Start in the baseline"), lambda row: row.base and row.base.start_on,
        kind="date",
    ),
    Column(
        "base_end", _("End in the baseline"), lambda row: row.base and row.base.end_on, kind="date"
    ),
    Column("slip", _("Slip"), lambda row: row.slip, kind="integer", unit=_CALENDAR),
    Column(
        "first_end", _("End in baseline 0"), lambda row: row.first and row.first.end_on,
        kind="date",
    ),
    Column(
        "first_slip", _("Slip from baseline 0"), lambda row: row.first_slip, kind="integer",
        unit=_CALENDAR,
    ),
    Column(
        "float", _("Total float"), lambda row: row.place and row.place.total_float,
        kind="integer", unit=_WORKING,
    ),
    Column(
        "critical", _("Critical"), lambda row: row.place and row.place.is_critical, kind="boolean"
    ),
    Column(
        "progress", _("Progress"), lambda row: row.task.percent_complete, kind="decimal", unit="%"
    ),
    Column("cost", _("Cost"), lambda row: row.task.cost, kind="money", unit=_("euros, TTC")),
)  # fmt: skip
