"""The slip chart of some milestones, from their forecasts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.fiscal import today
from common.templatetags.amounts import day
from projects.models import MilestoneForecast, Task
from web.charts.slip import MOST_LINES, SlipChart, SlipCurve, slip_chart


def forecasts_of(tasks: list[Task]) -> list[MilestoneForecast]:
    """Return the forecasts of milestones, in the order of the plan, the oldest first."""
    rows = MilestoneForecast.objects.filter(task__in=[task.pk for task in tasks])
    told = rows.select_related("task", "recorded_by")
    return list(told.order_by("task__rank", "task_id", "reported_on", "recorded_at", "id"))


def slip_of(forecasts: list[MilestoneForecast]) -> SlipChart | None:
    """Return the chart of the milestones that moved most often; None without forecasts."""
    by_task: dict[Task, list[MilestoneForecast]] = {}
    for row in forecasts:
        by_task.setdefault(row.task, []).append(row)
    order = {task: rank for rank, task in enumerate(by_task)}
    chosen = sorted(by_task, key=lambda task: -len(by_task[task]))[:MOST_LINES]
    curves = [
        SlipCurve(
            f"{task.code} {task.name}"[:30],
            [(row.reported_on, row.forecast_on) for row in by_task[task]],
            task.actual_end_on,
        )
        for task in sorted(chosen, key=order.__getitem__)
    ]
    late = sum(rows[-1].forecast_on > rows[0].forecast_on for rows in by_task.values())
    words = ngettext(
        "%(late)d milestone of %(count)d is later than first told.",
        "%(late)d milestones of %(count)d are later than first told.",
        late,
    ) % {"late": late, "count": len(by_task)}
    if len(by_task) > len(curves):
        words += " " + _("The %(count)d that moved most often are drawn.") % {"count": len(curves)}
    return slip_chart(
        curves,
        on=today(),
        title=_("Slip of the milestones"),
        conclusion=words,
        source=_(
            "Across, the day on which a forecast was told; upwards, the day expected. Flat: stable;"
            " rising: slipping. Source: recorded forecasts, as of %(day)s."
        )
        % {"day": day(today())},
    )
