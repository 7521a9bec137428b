"""The plan of a project: its Gantt over a baseline, and the table that says the same."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.fiscal import today
from common.models import DataOrigin
from common.templatetags.amounts import day, signed_days
from projects.models import Project
from web.charts.gantt import Gantt, GanttRow, gantt
from web.exports import FORMATS, export
from web.mixins import PageView
from web.projects.access import visible_project
from web.projects.plan_columns import COLUMNS
from web.projects.plan_selectors import PlanShown, plan_shown
from web.projects.plan_slip import forecasts_of, slip_of

_EXPORTS = (
    ("csv-fr", gettext_lazy("CSV (French spreadsheet)")),
    ("csv", gettext_lazy("CSV (standard)")),
    ("xlsx", "XLSX"),
    ("ods", "ODS"),
)


class PlanView(PageView):
    """The plan: `reference` chooses a baseline, `format` exports the table."""

    section = "projects"
    template_name = "web/projects/plan.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show the plan of a project that the user may read."""
        project = visible_project(request.user, code)
        shown = plan_shown(project, _number(request.GET.get("reference", "")))
        wanted = request.GET.get("format", "")
        if wanted:
            return self._exported(project, shown, wanted)
        return self._shown(project, shown)

    def _shown(self, project: Project, shown: PlanShown) -> HttpResponse:
        forecasts = forecasts_of([row.task for row in shown.rows])
        context = {
            "project": project,
            "forecasts": forecasts,
            "slip": slip_of(forecasts),
            "plan": shown,
            "chart": plan_gantt(shown),
            "first": shown.baselines[0] if shown.baselines else None,
            "beside_first": bool(shown.chosen and shown.chosen.number),
            "exports": self._exports() if shown.rows else [],
            "on": today(),
        }
        return self.page(context)

    def _exports(self) -> list[tuple[Any, str]]:
        if not can(self.request.user, Action.EXPORT, Resource.PROJECT):
            return []
        return [(words, self._address(form)) for form, words in _EXPORTS]

    def _address(self, form: str) -> str:
        query = self.request.GET.copy()
        query["format"] = form
        return f"?{query.urlencode()}"

    def _exported(self, project: Project, shown: PlanShown, wanted: str) -> HttpResponseBase:
        """Answer the export of the table."""
        if not can(self.request.user, Action.EXPORT, Resource.PROJECT):
            raise PermissionDenied
        if wanted not in FORMATS:
            raise Http404
        return export(
            user=self.request.user,
            name="plan",
            wanted=wanted,
            columns=COLUMNS,
            rows=shown.rows,
            notes=[
                (_("Project"), str(project)),
                (_("Baseline"), str(shown.chosen or "")),
                (_("Date of the data"), today()),
            ],
            has_fictitious=project.data_origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: self.request.build_absolute_uri(self._address(form)),
        )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def plan_gantt(shown: PlanShown) -> Gantt:
    """Return the Gantt chart of a plan over the chosen baseline."""
    rows = [
        GanttRow(
            name=f"{row.task.code} {row.task.name}",
            level=row.level,
            kind=row.task.kind,
            start=row.task.actual_start_on or row.task.start_on,
            end=row.end_on,
            base_start=row.base.start_on if row.base else None,
            base_end=row.base.end_on if row.base else None,
            is_critical=bool(row.place and row.place.is_critical),
            done=float(row.task.percent_complete or 0) / 100,
        )
        for row in shown.rows
    ]
    return gantt(
        rows,
        on=today(),
        title=_("Plan of the project"),
        conclusion=_conclusion(shown),
        source=_("Source: tasks of the plan, as of %(day)s; legal working days.")
        % {"day": day(today())},
    )


def _conclusion(shown: PlanShown) -> str:
    if shown.end_on is None:
        return _("No day is known yet.")
    told = _("The plan ends on %(day)s.") % {"day": day(shown.end_on)}
    slips = [row.slip for row in shown.rows if row.end_on == shown.end_on and row.slip is not None]
    if slips and shown.chosen:
        told = _("The plan ends on %(day)s, %(slip)s against %(baseline)s.") % {
            "day": day(shown.end_on),
            "slip": signed_days(max(slips)),
            "baseline": shown.chosen,
        }
    count = shown.critical
    tail = ngettext("%(count)d task has no float.", "%(count)d tasks have no float.", count)
    return f"{told} {tail % {'count': count}}"
