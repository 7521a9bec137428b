"""The programming that good requests name: a draft of requests, lines in and out, an operation."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from budgets.models import NomenclatureNode
from budgets.services.entries import Imputation
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_lines import NewLine, add_lines, take_line_out
from budgets.services.programming_versions import create_version
from budgets.services.scenarios import Proposal, create_scenario, set_changes
from projects.models import Project
from tests.budgets.workbooks import download


def add_programming(users: Any) -> SimpleNamespace:
    """Add a version of requests of 2090 with a line that stands and one that was taken out."""
    project = Project.objects.get(code="A-1")
    uo = NomenclatureNode.objects.get(code="0214-DNE")
    version = create_version(
        actor=users.budget, fiscal_year=2096, kind="requests", data_origin=project.data_origin
    )
    new = NewLine(
        imputation=Imputation(node=uo, project=project),
        fields={"label": "Maintenance", "nature": "planned"},
    )
    line, out = add_lines(actor=users.budget, version_id=version.pk, lines=[new, new])
    take_line_out(actor=users.budget, line_id=out.pk, expected_version=1, reason="Double")
    edit = CellEdit(line=line.pk, rank=0, measure="ae", before=None, after=Decimal(10))
    done = edit_cells(actor=users.budget, version_id=version.pk, edits=[edit])
    file = version.files.get()
    empty = create_version(
        actor=users.budget, fiscal_year=2097, kind="requests", data_origin=project.data_origin
    )
    scenarios = {
        name: create_scenario(actor=users.budget, version_id=version.pk, name=name)
        for name in ("Tenu", "Nu")
    }
    proposal = Proposal(line=line.pk, rank=0, measure="ae", after=Decimal(9))
    set_changes(
        actor=users.budget, scenario_id=scenarios["Tenu"].pk, expected_version=1, cells=[proposal]
    )
    workbook = download(version, users.budget)
    return SimpleNamespace(
        workbook=workbook, version=version, line=line, out=out, operation=done.id, file=file,
        empty=empty,
        scenarios=scenarios,
    )  # fmt: skip


def programming_requests(good: Any, rows: Any) -> dict[str, Any]:
    """Return the requests on them by operation; `good` makes one."""
    version, line, out = ({"id": row.pk} for row in (rows.version, rows.line, rows.out))
    new = {
        "node": "0214-DNE", "project": "A-1", "nature": "new", "label": "Refonte",
        "act_month": "2026-03-01", "amounts": [{"rank": 0, "ae": "12.00", "cp": "6.00"}],
    }  # fmt: skip
    of = {"programming_version": rows.version.pk}
    cell = {"line": rows.line.pk, "rank": 0, "measure": "cp", "before": None, "after": "5.00"}
    why = {"reason": "Essai"}
    submission = {"verb": "submit", **why}
    kept, bare = ({"id": rows.scenarios[name].pk} for name in ("Tenu", "Nu"))
    proposal = {"line": rows.line.pk, "rank": 0, "measure": "cp", "after": "1.00"}
    return {
        "scenarios_create": good("controller", {}, {**of, "name": "Essai"}),
        "scenarios_partial_update": good("budget", bare, {"note": "Essai"}, 1),
        "scenarios_changes_create": good("budget", bare, {"cells": [proposal]}, 1),
        "scenarios_accept_create": good("budget", kept, why, 2),
        "scenarios_abandon_create": good("budget", bare, why, 1),
        "programming_versions_create": good(
            "budget", {}, {"fiscal_year": 2027, "kind": "conference"}
        ),
        "programming_versions_partial_update": good("budget", version, {"label": "Essai"}, 1),
        "programming_versions_cells_create": good("budget", version, {"edits": [cell]}),
        "programming_versions_derive_create": good("budget", version, {}),
        "programming_versions_workbook_create": good(
            "budget", version, {"workbook": rows.workbook}, media="multipart/form-data"
        ),
        "programming_versions_undo_create": good(
            "budget", version, {"operation": str(rows.operation)}
        ),
        "programming_versions_steps_create": good("budget", {"id": rows.empty.pk}, submission, 1),
        "programming_files_note_create": good(
            "manager", {"id": rows.file.pk}, {"comment": "Retard", "note_version": 0}
        ),
        "programming_files_steps_create": good("manager", {"id": rows.file.pk}, submission, 1),
        "programming_lines_create": good("manager", {}, {**new, **of}),
        "programming_lines_bulk_create": good("manager", {}, {**of, "rows": [new]}),
        "programming_lines_partial_update": good("manager", line, {"label": "Essai", **why}, 1),
        "programming_lines_take_out_create": good("budget", line, why, 1),
        "programming_lines_put_back_create": good("budget", out, None, 2),
    }
