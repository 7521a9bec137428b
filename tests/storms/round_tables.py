"""What a storm on a round starts from, and what it leaves.

    python -m tests.storms.round_tables prepare|freeze|report

Each writes one JSON line.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import transaction  # noqa: E402 (Django first)
from django.utils import timezone  # noqa: E402

from accounts.models import AuditEvent  # noqa: E402
from budgets.models import (  # noqa: E402
    BudgetCeiling,
    CrgNote,
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ProgrammingStep,
    ProgrammingVersion,
)
from budgets.services.round_content import digests_of, open_files  # noqa: E402
from tests.budgets.programming import at_state, make_line, make_version  # noqa: E402
from tests.budgets.rounds import Round, make_round  # noqa: E402
from tests.storms.round_client import CEILING, YEAR  # noqa: E402


def prepare() -> dict[str, Any]:
    """A draft of requests with two lines of each of two projects, and a frozen version."""
    held = make_round(year=YEAR)
    for project in held.projects:
        make_line(held.version, held.uo, project=project, requested=[("100", "100")])
    open_files(held.version.pk)
    frozen = make_version("conference", YEAR)
    line = make_line(frozen, held.uo, project=held.projects[0], proposed=[("1", "1")])
    at_state(frozen, "validated")
    bound(held)
    return {
        "version": held.version.pk,
        "frozen": {"version": frozen.pk, "line": line.pk},
        "node": held.uo.code,
        "people": {name: one.username for name, one in held.people.items()},
        "projects": [one.code for one in held.projects],
        **report(),
    }


def bound(held: Round) -> None:
    """No more than `CEILING` euros of AE and of CP are programmed on the UO in the first year."""
    limit = Decimal(CEILING)
    BudgetCeiling.objects.create(
        node=held.uo, fiscal_year=YEAR, ae=limit, cp=limit, mode="block", reason="Lettre-plafond",
        state="attested", proposed_by=held.people["officer"], proposed_at=timezone.now(),
        decided_by=held.people["controller"], decided_at=timezone.now(),
    )  # fmt: skip


@transaction.atomic
def freeze() -> dict[str, Any]:
    """Validate the version of requests while people work; return what it holds then."""
    version = ProgrammingVersion.objects.select_for_update().get(kind="requests")
    at_state(version, "validated")
    return {"digest": digests_of(version.pk)[0]}


def report() -> dict[str, Any]:
    """Return the lines, their cells, every edit, step and event, in their order."""
    version = ProgrammingVersion.objects.get(kind="requests")
    amounts = ProgrammingAmount.objects.filter(line__programming_version=version)
    edits = ProgrammingEdit.objects.order_by("pk").values(
        "line_id", "rank", "measure", "before", "after", "operation", "by__username"
    )
    steps = ProgrammingStep.objects.order_by("pk").values(
        "project__code", "verb", "from_state", "to_state", "actor__username"
    )
    events = AuditEvent.objects.filter(object_code=version.code).order_by("pk")
    events = events.values_list("verb", "actor__username", "detail")
    notes = CrgNote.objects.values_list("file__project__code", "version", "comment")
    lines = ProgrammingLine.objects.filter(programming_version=version).order_by("pk")
    return {
        "lines": [
            {"id": one.pk, "project": one.project.code, "live": one.taken_out_at is None,
             "version": one.version} for one in lines.select_related("project")
        ],
        "cells": [
            [row.line_id, row.rank, text(row.requested_ae), text(row.requested_cp)]
            for row in amounts.order_by("line_id", "rank")
        ],
        "edits": [
            {**row, "before": text(row["before"]), "after": text(row["after"]),
             "operation": str(row["operation"])} for row in edits
        ],
        "steps": list(steps),
        "notes": list(map(list, notes)),
        "events": [[verb, who, detail] for verb, who, detail in events],
        "digest": digests_of(version.pk)[0],
    }  # fmt: skip


def text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


if __name__ == "__main__":
    done = {"prepare": prepare, "freeze": freeze, "report": report}[sys.argv[1]]()
    sys.stdout.write(json.dumps(done))
