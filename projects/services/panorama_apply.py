"""Write a planned import of the panorama: sets of rows, never a query per row."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.db.models import F
from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from common.models import DataOrigin
from common.tabular.parsing import normalise_title
from projects.enums import NodeKind
from projects.models import Baseline, Estimate, Ministry, PortfolioNode, Project
from projects.services.ministries import ensure_ministries
from projects.services.panorama_plan import Plan, PlannedEstimate
from projects.services.panorama_rows import (
    create_aliases,
    created_project,
    known_editions,
    replace_entries,
)
from projects.services.panorama_state import (
    ROOT_CODE,
    SOURCE,
    EntryFacts,
    State,
)
from projects.services.panorama_traces import Done, keep_traces, project_values
from records.enums import BatchKind
from records.models import ImportBatch
from records.services.traces import note_leaning

_FIELDS = (
    "title",
    "ministry",
    "node",
    "phase",
    "functional_zone",
    "funding",
    "is_interministerial",
    "started_on",
)
_DESCRIPTION = 5000


def lock_root() -> tuple[PortfolioNode, bool]:
    """Return the portfolio of the published projects, locked: imports follow one another; and
    whether it is new.
    """
    _root, is_new = PortfolioNode.objects.get_or_create(
        code=ROOT_CODE,
        defaults={
            "name": "Panorama des grands projets de l'État",
            "kind": NodeKind.PORTFOLIO,
            "data_origin": DataOrigin.PUBLISHED,
        },
    )
    return PortfolioNode.objects.select_for_update().get(code=ROOT_CODE), is_new


def apply_plan(
    *, plan: Plan, state: State, root: PortfolioNode, done: Done, file: str, actor: Any
) -> tuple[ImportBatch, list[int]]:
    """Write the plan inside the caller's transaction; return the batch and the projects changed.

    What is done to each row is kept with the batch; `done` has the root when it is new.
    """
    now = timezone.now()
    ministries = ensure_ministries()
    nodes = _ensure_nodes(plan, root, ministries, done)
    replaced = {edition.batch_id for edition in known_editions(plan, state)}
    batch = _create_batch(plan, done, file=file, actor=actor, now=now)
    _create_projects(plan, ministries, nodes, actor)
    _update_projects(plan, ministries, nodes, done, actor)
    create_aliases(plan, batch, done)
    replace_entries(plan, state, ministries, batch, done)
    Estimate.objects.bulk_create(
        [_estimate(item, batch, file, actor, now) for item in plan.estimates]
    )
    Baseline.objects.bulk_create(
        [_baseline(item, batch, file, actor, now) for item in plan.baselines]
    )
    keep_traces(batch, plan, done)
    touched = [created_project(known).pk for known in plan.touched.values()]
    seen = {"projects": touched, "portfolios": [node.pk for node in nodes.values()]}
    note_leaning(batch, leans_on=replaced, seen=seen)
    return batch, touched


def _node_code(ministry_code: str) -> str:
    """Return the code of the programme that gathers the projects of a ministry."""
    return f"{ROOT_CODE}-{ministry_code}" if ministry_code else ROOT_CODE


def _ensure_nodes(
    plan: Plan, root: PortfolioNode, ministries: dict[str, Ministry], done: Done
) -> dict[str, PortfolioNode]:
    """Create the missing programmes, one per ministry; return the nodes by code."""
    wanted = {facts.ministry_code for known in plan.touched.values() if (facts := known.latest())}
    codes = {_node_code(code): code for code in sorted(wanted) if code}
    nodes = {node.code: node for node in PortfolioNode.objects.filter(code__in=codes)}
    missing = [
        PortfolioNode(
            code=node_code,
            name=ministries[code].name,
            kind=NodeKind.PROGRAMME,
            parent=root,
            data_origin=DataOrigin.PUBLISHED,
        )
        for node_code, code in codes.items()
        if node_code not in nodes
    ]
    bulk_create_with_history(missing, PortfolioNode, default_change_reason="panorama")
    done.nodes += missing
    return {root.code: root} | nodes | {node.code: node for node in missing}


def _create_batch(
    plan: Plan, done: Done, *, file: str, actor: Any, now: dt.datetime
) -> ImportBatch:
    """Record the import. Its digest is of the figures, so that a change of layout is no change.

    Figures that come back after others replaced them are a new batch: the digest then takes the
    former batch into account.
    """
    content = {
        edition.edition: [
            str(edition.published_on),
            [asdict(entry.facts) for entry in edition.entries],
        ]
        for edition in plan.editions
    }
    told = [[item.entry.known.code, *map(str, item.figures)] for item in plan.estimates]
    text = json.dumps([content, told], default=str, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if ImportBatch.objects.filter(kind=BatchKind.PANORAMA, digest=digest).exists():
        last = ImportBatch.objects.filter(kind=BatchKind.PANORAMA).order_by("-pk").first()
        digest = hashlib.sha256(f"{digest}:{last and last.code}".encode()).hexdigest()
    return ImportBatch.objects.create(
        code=f"{ROOT_CODE}-{digest[:16]}",
        kind=BatchKind.PANORAMA,
        source=file[:200],
        digest=digest,
        imported_at=now,
        imported_by=actor,
        counts={"portfolios": {"created": len(done.nodes)}, **counts_of(plan)},
        warnings=[warning.as_dict() for told in plan.warnings.values() for warning in told],
    )


def counts_of(plan: Plan) -> dict[str, dict[str, int]]:
    """Return what the plan creates, updates and leaves, by table."""
    written = sum(len(edition.entries) for edition in plan.editions)
    return {
        "projects": {
            "created": len(plan.created),
            "updated": len(plan.touched) - len(plan.created),
        },
        "entries": {"written": written, "unchanged": plan.unchanged},
        "estimates": {"created": len(plan.estimates)},
        "baselines": {"created": len(plan.baselines)},
    }


def _values(
    facts: EntryFacts, ministries: dict[str, Ministry], nodes: dict[str, PortfolioNode]
) -> dict[str, Any]:
    """Return the fields of a project as its last edition tells them."""
    return {
        "title": facts.title,
        "ministry": ministries.get(facts.ministry_code),
        "node": nodes.get(_node_code(facts.ministry_code)),
        "phase": facts.phase,
        "functional_zone": facts.functional_zone,
        "funding": facts.funding,
        "is_interministerial": facts.is_interministerial,
        "started_on": facts.started_on,
    }


def _create_projects(
    plan: Plan, ministries: dict[str, Ministry], nodes: dict[str, PortfolioNode], actor: Any
) -> None:
    """Create the projects that no title recognised, with their first history row."""
    for known in plan.created:
        facts = known.latest()
        if facts is None:
            raise LookupError(known.code)
        known.project = Project(
            code=known.code,
            normalised_title=normalise_title(facts.title),
            data_origin=DataOrigin.PUBLISHED,
            description=plan.descriptions.get(known.code, "")[:_DESCRIPTION],
            **_values(facts, ministries, nodes),
        )
    bulk_create_with_history(
        [created_project(known) for known in plan.created],
        Project,
        default_user=actor,
        default_change_reason="import_panorama",
    )


def _update_projects(
    plan: Plan,
    ministries: dict[str, Ministry],
    nodes: dict[str, PortfolioNode],
    done: Done,
    actor: Any,
) -> None:
    """Bring known projects to their last edition, but for the fields that people changed since.

    A field follows the panorama as long as it holds what the last edition known before said.
    """
    created = {known.code for known in plan.created}
    changed: list[Project] = []
    others: list[int] = []
    for known in plan.touched.values():
        if known.code in created:
            continue
        project = created_project(known)
        before = project_values(project)
        if _follow(project, plan.former[known.code], known.latest(), ministries, nodes):
            project.version += 1
            changed.append(project)
            after = project_values(project)
            done.former[project.code] = {
                column: value for column, value in before.items() if value != after[column]
            }
        else:
            others.append(project.pk)
    if changed:
        bulk_update_with_history(
            changed,
            Project,
            [*_FIELDS, "normalised_title", "version"],
            default_user=actor,
            default_change_reason="import_panorama",
        )
    # Rows were added to these: an edit begun before the import is stale.
    Project.objects.filter(pk__in=others).update(version=F("version") + 1)


def _follow(
    project: Project,
    former: EntryFacts | None,
    latest: EntryFacts | None,
    ministries: dict[str, Ministry],
    nodes: dict[str, PortfolioNode],
) -> bool:
    """Set the fields that still hold what the panorama said; return whether any changed."""
    if latest is None:
        return False
    before = _values(former, ministries, nodes) if former else {}
    # The programme of the former ministry may be none of those that this import uses.
    follows = former is not None and project.node.code == _node_code(former.ministry_code)
    before["node"] = project.node if follows else None
    changed = False
    for name, value in _values(latest, ministries, nodes).items():
        current = getattr(project, name)
        if current != value and former is not None and current == before[name]:
            setattr(project, name, value)
            changed = True
    if changed:
        project.normalised_title = normalise_title(project.title)
    return changed


def _estimate(
    item: PlannedEstimate, batch: ImportBatch, file: str, actor: Any, now: dt.datetime
) -> Estimate:
    """Build the estimate that an edition tells."""
    project, row = created_project(item.entry.known), item.entry.row
    cost, end_on, months = item.figures
    return Estimate(
        project=project,
        edition_on=item.edition_on,
        full_cost=cost,
        end_on=end_on,
        duration_months=months,
        reason=f"Panorama {row.edition}",
        source_reference=f"{SOURCE}:{row.edition}:{project.code}:{item.rank}",
        recorded_at=now,
        recorded_by=actor,
        batch=batch,
        source_file=file[:120],
        source_line=row.line,
        data_origin=DataOrigin.PUBLISHED,
    )


def _baseline(
    item: PlannedEstimate, batch: ImportBatch, file: str, actor: Any, now: dt.datetime
) -> Baseline:
    """Build baseline 0 from the first published figures."""
    cost, end_on, _months = item.figures
    row = item.entry.row
    return Baseline(
        project=created_project(item.entry.known),
        number=0,
        name=f"Panorama {row.edition}",
        approved_on=item.edition_on,
        decision_reference=f"{SOURCE} {row.edition}",
        full_cost=cost,
        start_on=item.entry.facts.started_on,
        end_on=end_on,
        reason=f"Panorama {row.edition}",
        recorded_at=now,
        recorded_by=actor,
        batch=batch,
        source_file=file[:120],
        source_line=row.line,
    )
