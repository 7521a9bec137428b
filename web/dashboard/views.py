"""The dashboard of the portfolio."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can, roles_of
from budgets.selectors.exercises import deadlines
from common.fiscal import today
from common.models import DataOrigin
from common.templatetags.amounts import (
    day,
    in_millions,
    millions,
    number,
    percent,
    variation,
)
from indicators.models import RollUp
from indicators.selectors import dashboard_figures
from web.charts.bubbles import drift_map
from web.charts.curves import Curve, CurveChart, curve_chart
from web.charts.shapes import Chart
from web.dashboard import selectors
from web.dashboard.deadlines import deadline_lines
from web.dashboard.first_steps import first_steps
from web.levels import level_of
from web.mixins import PageView

RECENT = dt.timedelta(days=45)


@dataclass(frozen=True)
class KeyFigure:
    """One figure of the top row: a door to its definition or to the rows behind it."""

    key: str
    label: str
    value: str
    detail: str
    url: str
    level: str = ""


class DashboardView(PageView):
    """In a minute: what changed, what to decide, within money and time or not."""

    section = "dashboard"
    template_name = "web/dashboard/index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show one data origin; who reads no project begins where their work is."""
        elsewhere = own_section(request.user)
        if elsewhere:
            return redirect(elsewhere)
        as_of = today()
        origin, known = selectors.chosen_origin(request.user, request.GET.get("origin", ""))
        figures = dashboard_figures(request.user, origin)
        rows = selectors.followed(request.user, origin, as_of)
        context = {
            "origin": origin,
            "origins": [(code, DataOrigin(code).label) for code in known],
            "figures": key_figures(figures, rows, origin) if figures else [],
            "roll_up": figures,
            "facts": selectors.change_facts(request.user, origin, as_of - RECENT),
            "since": as_of - RECENT,
            "examined": rows[: selectors.MOST_EXAMINED],
            "followed": len(rows),
            "stale": any(row.is_stale for row in rows),
            "weather": selectors.weather_counts(rows),
            "drift_chart": drift_chart(rows, as_of),
            "execution_chart": execution_chart(request.user, origin, as_of),
            "list_url": selectors.list_url(origin),
            "deadlines": deadline_lines(deadlines(request.user, origin, as_of), as_of),
            "steps": [] if figures else first_steps(request.user),
        }
        return self.page(context)


def own_section(user: Any) -> str:
    """Return the section of somebody whose roles open no project; empty for the others.

    A partner begins with the projects shared with it, an administrator with the administration,
    once the installation is set up: before, the first steps are theirs.
    """
    if can(user, Action.READ, Resource.PROJECT) or not roles_of(user):
        return ""
    if can(user, Action.READ, Resource.SHARED_PROJECT):
        return "web:shared-projects"
    return "web:administration" if all(step.is_done for step in first_steps(user)) else ""


def key_figures(figures: RollUp, rows: list[selectors.Followed], origin: str) -> list[KeyFigure]:
    """Return the six figures of the top row, from the roll-up of the perimeter."""
    alerts = sum(row.has_alert for row in rows)
    uncosted = figures.projects - figures.with_cost
    return [
        KeyFigure(
            key="projects",
            label=_("Projects followed"),
            value=number(figures.projects),
            detail=_("%(count)s without a published cost") % {"count": number(uncosted)},
            url=selectors.list_url(origin),
        ),
        *_drift_figures(figures),
        *_budget_figures(figures),
        KeyFigure(
            key="alerts",
            label=_("Projects in alert"),
            value=number(alerts),
            detail=_("a gap of cost or duration above its threshold"),
            url=selectors.list_url(origin, sort="-gap"),
            level="alert" if alerts else "ok",
        ),
    ]


def _drift_figures(figures: RollUp) -> list[KeyFigure]:
    """Return the cost and the schedule gap, each with its level."""
    gap, slip = figures.cost_gap_aggregate, figures.schedule_gap_aggregate
    return [
        KeyFigure(
            key="cost",
            label=_("Current cost"),
            value=millions(figures.current_cost, 1),
            detail=_("%(gap)s / initial %(initial)s")
            % {"gap": variation(gap), "initial": millions(figures.cost_gap_initial, 1)},
            url=reverse("web:indicator", args=["DR-07"]),
            level=level_of("DR-07", gap),
        ),
        KeyFigure(
            key="schedule",
            label=_("Schedule gap"),
            value=variation(slip),
            detail=_("aggregate, threshold 15 %%; mean %(mean)s")
            % {"mean": variation(figures.schedule_gap_mean)},
            url=reverse("web:indicator", args=["DR-08"]),
            level=level_of("DR-08", slip),
        ),
    ]


def _budget_figures(figures: RollUp) -> list[KeyFigure]:
    """Return the execution of the exercise, AE and CP apart."""
    return [
        KeyFigure(
            key="ae",
            label=_("AE committed"),
            value=percent(figures.ae_commitment_rate),
            detail=_out_of(figures.ae_committed, figures.ae_opened, figures.ae_frozen),
            url=reverse("web:indicator", args=["BX-01"]),
        ),
        KeyFigure(
            key="cp",
            label=_("CP paid"),
            value=percent(figures.cp_consumption_rate),
            detail=_out_of(figures.cp_paid, figures.cp_opened, figures.cp_frozen),
            url=reverse("web:indicator", args=["BX-02"]),
        ),
    ]


def _out_of(used: Any, opened: Any, frozen: Any) -> str:
    if opened is None:
        return ""
    return _("%(used)s / %(available)s M€ available") % {
        "used": in_millions(used, 1),
        "available": in_millions(opened - (frozen or 0), 1),
    }


def drift_chart(rows: list[selectors.Followed], as_of: dt.date) -> Chart:
    """Return the map of the drifts."""
    return drift_map(
        selectors.drifts(rows),
        source=_(
            "Area = current cost. Shape = weather. Lines = thresholds. Source: estimates and"
            " baselines, as of %(day)s."
        )
        % {"day": day(as_of)},
        caption=_("full cost TTC, M€, gaps to the initial figures"),
    )


def execution_chart(user: Any, origin: str, as_of: dt.date) -> Chart:
    """Return the cumulative execution of the exercise, AE and CP apart."""
    shown = selectors.execution(user, origin, as_of)
    last = as_of.month - 1
    conclusion = _(
        "%(ae)s M€ of AE committed out of %(ae_all)s available, %(cp)s M€ of CP paid out of"
        " %(cp_all)s available, at %(day)s."
    ) % {
        "ae": in_millions(shown.ae_committed[last]),
        "ae_all": in_millions(shown.ae_available),
        "cp": in_millions(shown.cp_paid[last]),
        "cp_all": in_millions(shown.cp_available),
        "day": day(as_of),
    }
    months = len(shown.months)
    return curve_chart(
        CurveChart(
            key="execution",
            title=_("Execution %(year)s, cumulative by month (M€)") % {"year": shown.year},
            conclusion=conclusion,
            source=_("Source: ledger of commitments and payments, TTC, as of %(day)s.")
            % {"day": day(as_of)},
            caption=_("AE and CP, M€ TTC, as of %(day)s") % {"day": day(as_of)},
            steps=shown.months,
            curves=[
                Curve(_("AE available"), "pf-l-ae-ceiling", [shown.ae_available] * months),
                Curve(_("AE committed"), "pf-l-ae", shown.ae_committed, "pf-t-ae"),
                Curve(_("CP available"), "pf-l-cp-ceiling", [shown.cp_available] * months),
                Curve(_("CP paid"), "pf-l-cp", shown.cp_paid, "pf-t-cp"),
            ],
        )
    )
