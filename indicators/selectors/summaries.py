"""Figures of a set of projects, from their latest snapshots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db.models import BigIntegerField
from django.db.models.functions import Cast

from common.models import DataOrigin
from common.money import from_cents
from indicators.formulas.budget import commitment_rate, consumption_rate
from indicators.formulas.drift import PortfolioDrift, portfolio_drift
from indicators.formulas.outcome import Outcome, Reason
from indicators.models import IndicatorSnapshot
from projects.enums import Phase
from projects.models import PanoramaEdition, PanoramaEntry, Project

_SUMS = (
    "ae_opened",
    "ae_frozen",
    "ae_committed",
    "cp_opened",
    "cp_frozen",
    "cp_paid",
    "left_to_pay",
)
_READ = (
    "initial_cost",
    "current_cost",
    "initial_duration",
    "current_duration",
    *_SUMS,
)
_RAW = {
    f"raw_{name}": Cast(name, BigIntegerField()) for name in _READ if not name.endswith("duration")
}
COLUMNS = [f"raw_{name}" if f"raw_{name}" in _RAW else name for name in _READ]


def followed_projects(as_of: dt.date) -> Any:
    """Return the projects that a portfolio figure counts.

    Operational and fictitious ones while open; published ones that stand in the last edition.
    """
    edition = PanoramaEdition.objects.filter(published_on__lte=as_of).order_by("-code").first()
    last = PanoramaEntry.objects.filter(edition=edition).values("project_id")
    mine = Project.objects.exclude(data_origin=DataOrigin.PUBLISHED).open()
    return mine | Project.objects.filter(data_origin=DataOrigin.PUBLISHED, pk__in=last)


def summarise(projects: Any) -> dict[str, Any]:
    """Return the figures of `RollUp` for a set of projects (a queryset), from latest snapshots.

    The means are rounded once (`math.fsum`), the sums are whole cents: the order of the projects
    changes nothing. Gap rates count the projects that have both figures and are out of framing.
    """
    rows = latest_snapshots(projects).values_list(
        "project__is_interministerial", "project__phase", *COLUMNS
    )
    return summary_of(list(rows))


def latest_snapshots(projects: Any) -> Any:
    """Return the latest snapshots of some projects, amounts as raw cents."""
    latest = IndicatorSnapshot.objects.latest().filter(project__in=projects)
    return latest.annotate(**_RAW).order_by("project_id")


def summary_of(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the figures of one scope; rows are (interministerial, phase, *_READ)."""
    columns = {name: [row[index + 2] for row in rows] for index, name in enumerate(_READ)}
    arrays = {name: np.array(column, dtype=np.float64) for name, column in columns.items()}
    framing = np.array([row[1] == Phase.FRAMING for row in rows], dtype=bool)
    initial_cost = np.where(framing, np.nan, arrays["initial_cost"])
    cost = portfolio_drift(initial_cost, arrays["current_cost"])
    initial_duration = np.where(framing, np.nan, arrays["initial_duration"])
    schedule = portfolio_drift(initial_duration, arrays["current_duration"], initial_cost)
    known = [value for value in columns["current_cost"] if value is not None]
    months = [value for value in columns["current_duration"] if value is not None]
    sums = {name: _sum(columns[name]) for name in _SUMS}
    kept = cost.left_out == 0
    figures: dict[str, Any] = {
        "projects": len(rows),
        "interministerial": sum(bool(row[0]) for row in rows),
        "with_cost": len(known),
        "current_cost": from_cents(sum(known)) if known else None,
        "with_duration": len(months),
        "mean_duration_months": sum(months) / len(months) if months else None,
        "cost_gap_used": cost.used,
        "cost_gap_initial": _kept_sum(columns["initial_cost"], kept),
        "cost_gap_current": _kept_sum(columns["current_cost"], kept),
        "schedule_gap_used": schedule.used,
        **{name: None if value is None else from_cents(value) for name, value in sums.items()},
    }
    return figures | _with_reasons(cost, schedule, sums)


def _with_reasons(
    cost: PortfolioDrift, schedule: PortfolioDrift, sums: dict[str, int | None]
) -> dict[str, Any]:
    """Return the quotients of a scope, and the reasons of those that are null."""
    amount = {name: np.array([np.nan if v is None else v]) for name, v in sums.items()}
    outcomes = {
        "cost_gap_aggregate": cost.aggregate,
        "cost_gap_mean": cost.simple_mean,
        "cost_gap_median": cost.median,
        "schedule_gap_aggregate": schedule.aggregate,
        "schedule_gap_mean": schedule.simple_mean,
        "schedule_gap_median": schedule.median,
        "schedule_gap_cost_weighted": schedule.cost_weighted,
        "ae_commitment_rate": commitment_rate(
            amount["ae_committed"], amount["ae_opened"], amount["ae_frozen"]
        ),
        "cp_consumption_rate": consumption_rate(
            amount["cp_paid"], amount["cp_opened"], amount["cp_frozen"]
        ),
    }
    values: dict[str, Any] = {name: _value(outcome) for name, outcome in outcomes.items()}
    values["reasons"] = {
        name: Reason(int(outcome.reason[0])).code
        for name, outcome in outcomes.items()
        if outcome.reason[0]
    }
    return values


def _value(outcome: Outcome) -> float | None:
    return None if outcome.reason[0] else float(outcome.value[0])


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _kept_sum(values: list[int | None], kept: Any) -> Any:
    total = _sum(value for value, counted in zip(values, kept.tolist(), strict=True) if counted)
    return None if total is None else from_cents(total)
