"""What a batch of the panorama did to each row, kept so that it can be shown and undone.

Projects and portfolio nodes are told as the tables of an import tell them (`projects.importers
.portfolio`), so that they are shown and undone by the same rules; editions, published rows and
aliases have tables of their own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from projects.models import PanoramaEdition, PanoramaEntry, PortfolioNode, Project, ProjectAlias
from projects.services.panorama_plan import Plan
from records.enums import RowChange
from records.models import ImportBatch, ImportedRow
from records.services.traces import keep, trace

EDITIONS, ENTRIES, ALIASES = "panorama_editions", "panorama_entries", "panorama_aliases"


@dataclass(slots=True)
class Done:
    """What an import of the panorama did: the nodes created, the changed columns of known
    projects, by code, as they were before, and what is kept of the other rows.
    """

    nodes: list[PortfolioNode] = field(default_factory=list)
    former: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: list[ImportedRow] = field(default_factory=list)


def project_values(project: Project) -> dict[str, Any]:
    """Return what the panorama tells of a project, by the columns of the table of projects."""
    return {
        "title": project.title,
        "portfolio": project.node.code,
        "ministry": project.ministry.code if project.ministry else "",
        "phase": project.phase,
        "functional_zone": project.functional_zone,
        "funding": project.funding,
        "is_interministerial": project.is_interministerial,
        "started_on": project.started_on,
    }


def row_values(row: PanoramaEdition | PanoramaEntry | ProjectAlias) -> dict[str, Any]:
    """Return every field of a row, its id included, as JSON keeps them."""
    values = {item.attname: getattr(row, item.attname) for item in row._meta.concrete_fields}
    return {
        name: str(value) if isinstance(value, dt.date | Decimal) else value
        for name, value in values.items()
    }


def row_of(model: Any, values: dict[str, Any]) -> Any:
    """Build the row of these values, with the id that it had."""
    return model(
        **{name: model._meta.get_field(name).to_python(value) for name, value in values.items()}
    )


def trace_row(batch: ImportBatch, table: str, change: RowChange, row: Any) -> ImportedRow:
    """Build what is kept of an edition, a published row or an alias: all of it."""
    content = row_values(row)
    is_new = change == RowChange.CREATED
    kept = ImportedRow(
        batch=batch,
        table=table,
        key=str(row)[:200],
        change=change,
        object_id=row.pk,
        before={} if is_new else content,
        after=content if is_new else {},
    )
    kept.line = getattr(row, "source_line", None)
    return kept


def keep_traces(batch: ImportBatch, plan: Plan, done: Done) -> None:
    """Write what is kept of an import."""
    traces = [_of_node(batch, node) for node in done.nodes]
    traces += _of_projects(batch, plan, done.former)
    keep([*traces, *done.rows])


def _of_node(batch: ImportBatch, node: PortfolioNode) -> ImportedRow:
    after = {"name": node.name, "kind": node.kind, "data_origin": node.data_origin}
    after["parent"] = node.parent.code if node.parent else ""
    return trace(batch, "portfolios", None, (node.code,), RowChange.CREATED,
                 object_id=node.pk, before={}, after=after)  # fmt: skip


def _of_projects(
    batch: ImportBatch, plan: Plan, former: dict[str, dict[str, Any]]
) -> list[ImportedRow]:
    """Build what is kept of each project: those that only gained rows have no column changed."""
    lines = {
        entry.known.code: entry.row.line
        for edition in reversed(plan.editions)
        for entry in reversed(edition.entries)
    }
    created = {known.code for known in plan.created}
    traces = []
    for code, known in plan.touched.items():
        if known.project is None:
            raise LookupError(code)
        before, after = former.get(code, {}), project_values(known.project)
        if code not in created:
            after = {column: after[column] for column in before}
        change = RowChange.CREATED if code in created else RowChange.UPDATED
        kept = trace(batch, "projects", None, (code,), change,
                     object_id=known.project.pk, before=before, after=after)  # fmt: skip
        kept.line = lines.get(code)
        traces.append(kept)
    return traces
