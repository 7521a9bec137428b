"""The sheet of a large project, in the layout of the PAP (table T10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.tables.nature import LEDGERS, NatureRow, cost_by_nature, steps_of
from common.models import DataOrigin
from indicators.models import IndicatorSnapshot
from projects.models import Project
from web.budgets.asking import Asked, PerimeterForm, ask, exports_of, frame
from web.budgets.columns import EUROS
from web.execution.columns import euros
from web.exports import FORMATS, export
from web.listing import ListColumn
from web.lists import address
from web.mixins import PageView


class SheetForm(PerimeterForm):
    """The bill, and the funds; both natures are on the sheet."""

    credit_type = None  # type: ignore[assignment]


class LargeProjectView(PageView):
    """What a project costs by nature and year, and how its cost and duration moved."""

    section = "movements"
    template_name = "web/execution/large_project.html"
    needs = (Action.READ, Resource.CREDIT)

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show the sheet, or answer its export."""
        project = get_object_or_404(Project.objects.visible_to(request.user), code=code)
        asked = ask(request, SheetForm)
        rows: list[NatureRow] = []
        if asked.perimeter is not None:
            own = replace(
                asked.perimeter,
                kept=(("project_id", project.pk),),
                origin=project.data_origin,
            )
            rows = cost_by_nature(own)
        if request.GET.get("format") in FORMATS and rows:
            return self.exported(project, asked, rows)
        steps = steps_of(asked.year) if asked.year else []
        context = {
            **frame(request, asked),
            "origin": project.data_origin,
            "has_fictitious": project.data_origin == DataOrigin.FICTITIOUS,
            "origins": [],
            "project": project,
            "steps": steps,
            "lines": [_line(row, steps) for row in rows],
            "drifts": drifts(request.user, project),
            "exports": exports_of(request) if rows else [],
            "back": reverse("web:project", args=[project.code]),
        }
        return self.page(context, status=422 if asked.form.errors else 200)

    def exported(self, project: Project, asked: Asked, rows: list[NatureRow]) -> HttpResponseBase:
        """Answer the export of the costs by nature."""
        if not can(self.request.user, Action.EXPORT, Resource.CREDIT):
            raise PermissionDenied
        return export(
            user=self.request.user,
            name="large-project",
            wanted=self.request.GET["format"],
            columns=columns(asked.year),
            rows=rows,
            notes=asked.notes(_("T10 · Large project"), (_("Project"), str(project))),
            has_fictitious=project.data_origin == DataOrigin.FICTITIOUS,
            address_of=lambda form: address(self.request, format=form),
        )


def columns(year: int) -> tuple[ListColumn, ...]:
    """Return the columns of the export."""
    nature = ListColumn("nature", _("Nature"), lambda row: str(row.label), is_header=True)
    steps = [
        _column(f"{step}_{ledger}", f"{ledger.upper()} · {heading}", step, ledger)
        for step, heading in steps_of(year)
        for ledger in LEDGERS
    ]
    whole = [_column(f"total_{o}", f"{o.upper()} · {_('Total')}", "", o) for o in LEDGERS]
    return (nature, *steps, *whole)


def _column(key: str, heading: str, step: str, ledger: str) -> ListColumn:
    def read(row: NatureRow) -> Any:
        return euros(row.amount(step, ledger) if step else row.total(ledger))

    return ListColumn(key, heading, read, "amount", "money", unit=EUROS)


def _line(row: NatureRow, steps: list[tuple[str, object]]) -> dict[str, Any]:
    cells = [euros(row.amount(step, ledger)) for step, _heading in steps for ledger in LEDGERS]
    return {"label": row.label, "cells": cells, "totals": [euros(row.total(o)) for o in LEDGERS]}


def drifts(user: Any, project: Project) -> dict[str, Any] | None:
    """Return the cost and the duration at launch and today; None when nothing is computed."""
    mine = IndicatorSnapshot.objects.visible_to(user).latest()
    snapshot = mine.filter(project=project).first()
    if snapshot is None:
        return None
    return {
        "as_of": snapshot.as_of,
        "initial_cost": snapshot.initial_cost,
        "current_cost": snapshot.current_cost,
        "cost_gap": snapshot.cost_gap_rate,
        "initial_duration": snapshot.initial_duration,
        "current_duration": snapshot.current_duration,
        "schedule_gap": snapshot.schedule_gap_rate,
    }
