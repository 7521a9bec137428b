"""The sheet of a project: the single truth, for reading in a minute and justifying in ten."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.fiscal import today
from common.templatetags.amounts import day, millions, month_name, number, percent, variation
from indicators.models import IndicatorSnapshot
from projects.models import Estimate, Project
from web.charts.bars import year_bars
from web.charts.curves import Curve, CurveChart, curve_chart
from web.charts.shapes import Chart
from web.levels import level_of
from web.mixins import PageView
from web.owned.views import owned_actions
from web.projects import sheet_selectors as selectors
from web.projects.access import visible_project
from web.projects.life import PROJECT_PAGES
from web.projects.selectors import neighbours, verbs_on


@dataclass(frozen=True)
class SheetFigure:
    """One of the six figures on top of the sheet."""

    key: str
    label: str
    value: str
    detail: str
    code: str
    level: str = ""


class ProjectSheetView(PageView):
    """One long page with an anchor bar: printable, searchable, linkable."""

    section = "projects"
    template_name = "web/projects/sheet.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show a project that the user may read."""
        project = visible_project(request.user, code)
        snapshot = selectors.snapshot_of(request.user, project)
        estimates = selectors.estimates_of(project)
        context = {
            "project": project,
            "snapshot": snapshot,
            "stale": snapshot is None or snapshot.figures_version != project.figures_version,
            "verbs": verbs_on(request.user, project),
            "moves": owned_actions(PROJECT_PAGES, request.user, project)["owned_actions"],
            "figures": sheet_figures(snapshot, estimates),
            "reports": selectors.recent_reports(project),
            "estimates": estimates,
            "baselines": project.baselines.select_related("recorded_by").order_by("number"),
            "estimates_chart": estimates_chart(estimates),
            "curves_chart": curves_chart(project, snapshot),
            "may_read_credits": can(request.user, Action.READ, Resource.CREDIT),
            "years_chart": years_chart(project),
            "contracts": selectors.contracts_of(request.user, project),
            "entity_reports": selectors.entity_reports(request.user, project),
            "indicators": selectors.indicator_rows(snapshot),
            "history": selectors.history_of(request.user, project),
            **neighbours(request.user, project),
        }
        return self.page(context)


def sheet_figures(
    snapshot: IndicatorSnapshot | None, estimates: list[Estimate]
) -> list[SheetFigure]:
    """Return the six figures: cost, end, AE, CP, indices, left to pay."""
    if snapshot is None:
        return []
    return [
        *_drift_figures(snapshot, estimates[-1] if estimates else None),
        *_budget_figures(snapshot),
        _indices(snapshot),
        SheetFigure(
            key="left",
            label=_("Left to pay"),
            value=millions(snapshot.left_to_pay),
            detail=_("committed − paid, TTC"),
            code="BX-06",
        ),
    ]


def _drift_figures(s: IndicatorSnapshot, standing: Estimate | None) -> list[SheetFigure]:
    slip = None
    if s.initial_duration is not None and s.current_duration is not None:
        slip = s.current_duration - s.initial_duration
    return [
        SheetFigure(
            key="cost",
            label=_("Current cost"),
            value=millions(s.current_cost),
            detail=_("%(gap)s / initial %(initial)s")
            % {"gap": variation(s.cost_gap_rate) or "–", "initial": millions(s.initial_cost)},
            code="DR-07",
            level=level_of("DR-07", s.cost_gap_rate),
        ),
        SheetFigure(
            key="end",
            label=_("Expected end"),
            value=month_name(standing.end_on if standing else None),
            detail=_("%(slip)s months, %(gap)s of the initial duration")
            % {"slip": number(slip) or "–", "gap": variation(s.schedule_gap_rate) or "–"},
            code="DR-08",
            level=level_of("DR-08", s.schedule_gap_rate),
        ),
    ]


def _budget_figures(s: IndicatorSnapshot) -> list[SheetFigure]:
    return [
        SheetFigure(
            key="ae",
            label=_("AE committed"),
            value=percent(s.ae_commitment_rate),
            detail=_("%(used)s of the year") % {"used": millions(s.ae_committed) or "–"},
            code="BX-01",
        ),
        SheetFigure(
            key="cp",
            label=_("CP paid"),
            value=percent(s.cp_consumption_rate),
            detail=_("%(used)s of the year") % {"used": millions(s.cp_paid) or "–"},
            code="BX-02",
        ),
    ]


def _indices(s: IndicatorSnapshot) -> SheetFigure:
    levels = {level_of("EV-03", s.cpi), level_of("ES-03", s.spi_t)}
    return SheetFigure(
        key="indices",
        label=_("CPI / SPI(t)"),
        value=f"{number(s.cpi, 2) or '–'} / {number(s.spi_t, 2) or '–'}",
        detail=_("cost and schedule, threshold 0.90"),
        code="EV-03",
        level=next((level for level in ("alert", "warning", "ok") if level in levels), ""),
    )


def estimates_chart(estimates: list[Estimate]) -> Chart:
    """Return the cost through the editions."""
    known = [row for row in estimates if row.full_cost is not None]
    conclusion = _("No cost is recorded.")
    if known:
        conclusion = _("%(count)s estimates: from %(first)s to %(last)s.") % {
            "count": len(known),
            "first": millions(known[0].full_cost),
            "last": millions(known[-1].full_cost),
        }
    return curve_chart(
        CurveChart(
            key="estimates",
            title=_("Full cost through the editions (M€)"),
            conclusion=conclusion,
            source=_("Source: recorded estimates, full cost TTC."),
            caption=_("full cost, M€ TTC"),
            steps=[row.edition_on for row in estimates],
            curves=[
                Curve(_("Full cost"), "pf-l-ae", [row.full_cost for row in estimates], "pf-t-ae")
            ],
        ),
        write_step=day,
    )


def curves_chart(project: Project, snapshot: IndicatorSnapshot | None) -> Chart | None:
    """Return the S-curves, or None without a plan."""
    curves = selectors.curves_of(project, snapshot)
    if curves is None or snapshot is None:
        return None
    conclusion = _("At %(day)s: planned %(pv)s, earned %(ev)s, actual cost %(ac)s.") % {
        "day": day(curves.status_on),
        "pv": millions(snapshot.pv) or "–",
        "ev": millions(snapshot.ev) or "–",
        "ac": millions(snapshot.ac) or "–",
    }
    return curve_chart(
        CurveChart(
            key="curves",
            title=_("Earned value (M€)"),
            conclusion=conclusion,
            source=_(
                "Planned value of the baseline, physical progress × budget, certified service"
                " done, forecast by CPI. TTC."
            ),
            caption=_("cumulative, M€ TTC, status at %(day)s") % {"day": day(curves.status_on)},
            steps=curves.months,
            curves=[
                Curve(_("Planned (PV)"), "pf-l-plan", curves.planned, "pf-t-plan"),
                Curve(_("Earned (EV)"), "pf-l-earned", curves.earned, "pf-t-cp"),
                Curve(_("Actual cost (AC)"), "pf-l-actual", curves.actual, "pf-t-ae"),
                Curve(_("Forecast"), "pf-l-forecast", curves.forecast, "pf-t-forecast"),
            ],
        )
    )


def years_chart(project: Project) -> Chart:
    """Return AE and CP by exercise."""
    as_of = today()
    return year_bars(
        selectors.years_of(project, as_of),
        key="years",
        title=_("AE and CP by fiscal year (M€)"),
        source=_("Opened = movements net of what is frozen. Source: ledgers, TTC, as of %(day)s.")
        % {"day": day(as_of)},
        caption=_("AE and CP, euros TTC, as of %(day)s") % {"day": day(as_of)},
    )
