"""Rules of the projects room across the rows of a folder."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from projects.models import Project
from records.services.plan import Plan, chunks


def check_schedules(plan: Plan) -> None:
    """Refuse an estimate that ends before its project starts (the start of the folder stands)."""
    rows = [row for row in plan.stage.rows("estimates") if row.values["end_on"]]
    starts = _starts(plan, {row.values["project"] for row in rows})
    for row in rows:
        started_on = starts.get(row.values["project"])
        if started_on and row.values["end_on"] < started_on:
            message = _("The project starts on %(day)s, after this date.") % {
                "day": started_on.isoformat()
            }
            plan.stage.fault("estimates", row, "end_on", "end_before_start", message)


def _starts(plan: Plan, codes: set[str]) -> dict[str, dt.date]:
    """Return the start dates of projects, those of the folder before those of the database."""
    starts: dict[str, dt.date | None] = {}
    for some in chunks(codes):
        known = Project.objects.filter(code__in=some).order_by()
        starts |= dict(known.values_list("code", "started_on"))
    staged = plan.stage.tables.get("projects")
    if staged and "started_on" in staged.columns:
        for row in staged.rows:
            sound = row.bad.isdisjoint({"code", "started_on"})
            starts[row.values["code"]] = row.values["started_on"] if sound else None
    return {code: day for code, day in starts.items() if day}


def check_plans(plan: Plan) -> None:
    """Warn when the planned values of a new baseline do not add up to its cost."""
    totals: dict[tuple[str, int], Decimal] = {}
    for row in plan.stage.rows("planned_values"):
        key = (row.values["project"], row.values["baseline"])
        totals[key] = totals.get(key, Decimal(0)) + row.values["amount"]
    planned = plan.stage.tables.get("planned_values")
    unsound = {
        (row.values["project"], row.values["baseline"])
        for row in (planned.rows if planned else ())
        if row.bad
    }
    for row in plan.stage.rows("baselines"):
        key = (row.values["project"], row.values["number"])
        cost, total = row.values["full_cost"], totals.get(key)
        if None not in (cost, total) and cost != total and key not in unsound:
            message = _("The planned values add up to %(total)s.") % {"total": total}
            plan.stage.fault(
                "baselines", row, "full_cost", "plan_differs", message, is_warning=True
            )
