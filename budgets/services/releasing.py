"""Attach the lines that waited for what an import, or another line, has just recorded."""

from __future__ import annotations

from typing import Any

from budgets.enums import WaitingTable
from budgets.models import WaitingLine
from budgets.models.rows import AXES
from budgets.services.waiting_rows import record_lines
from records.services.plan import Plan, Writer, chunks

_IMPUTED = (WaitingTable.MOVEMENTS, WaitingTable.COMMITMENTS)


def release_lines(plan: Plan, writer: Writer) -> None:
    """Record the lines that name a commitment, a node or a project of this plan.

    Those that still name something unknown, or are refused by another rule, go on waiting.
    """
    lines = _by_commitment(plan) + _by_code(plan)
    if lines:
        record_lines(lines, {}, actor=writer.actor, is_checked=False)


def _by_commitment(plan: Plan) -> list[WaitingLine]:
    found: list[WaitingLine] = []
    changes = plan.changes.get("commitments")
    created = changes.created if changes else []
    for some in chunks(row.values["source_reference"] for row in created):
        rows = _waiting().filter(commitment_reference__in=some)
        found += rows.order_by("pk")
    return found


def _by_code(plan: Plan) -> list[WaitingLine]:
    """Return the lines of which an axis, a node or a project is new."""
    new: dict[str, set[Any]] = {
        name: {row.values["code"] for row in plan.changes[name].created}
        for name in ("nomenclature", "projects")
        if name in plan.changes
    }
    if not any(new.values()):
        return []
    columns = dict.fromkeys(("node", *AXES), "nomenclature") | {"project": "projects"}
    return [
        line
        for line in _waiting().filter(table__in=_IMPUTED).order_by("pk")
        if any(line.values.get(name) in new.get(table, ()) for name, table in columns.items())
    ]


def _waiting() -> Any:
    rows = WaitingLine.objects.waiting().filter(is_recorded=False)
    return rows.select_related("batch").select_for_update(of=("self",))
