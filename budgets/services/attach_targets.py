"""What a person may attach lines to: the nodes, projects and commitments of their own reach.

A line on a node that one holds is no way into the projects of others, nor the reverse: the import
asks for the node or for the project, a decision on a line for the very target that it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from accounts.scopes import Scopes
from budgets.enums import WaitingTable
from budgets.models import Commitment, NomenclatureNode, WaitingLine
from projects.models import Project

Targets = Mapping[int, Mapping[str, str]]


@dataclass(slots=True)
class OutOfReach:
    """What may not be attached as asked: why, by line; `forbidden` name a node seen, not held.

    A project or a commitment out of reach is not seen: the same is said of one that does not exist.
    """

    refused: dict[int, str] = field(default_factory=dict)
    forbidden: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Reached:
    """What a person may decide on among the codes that targets name."""

    nodes: set[str] = field(default_factory=set)
    seen_nodes: set[str] = field(default_factory=set)
    projects: set[str] = field(default_factory=set)
    held_projects: set[str] = field(default_factory=set)
    commitments: set[str] = field(default_factory=set)


def out_of_reach(actor: Any, lines: Iterable[WaitingLine], targets: Targets) -> OutOfReach:
    """Return the lines whose target is not within the reach of `actor`; ten queries at most.

    Credit movements are bounded by the right on credits, the others by that on the ledgers.
    """
    found = OutOfReach()
    every = list(lines)
    for resource in (Resource.CREDIT, Resource.LEDGER):
        is_credit = resource == Resource.CREDIT
        own = [line for line in every if (line.table == WaitingTable.MOVEMENTS) == is_credit]
        scopes = scopes_of(actor, Action.IMPORT, resource)
        if own and not scopes.everywhere:
            _refuse(found, own, targets, _read(actor, scopes, own, targets))
    return found


def _read(actor: Any, scopes: Scopes, lines: list[WaitingLine], targets: Targets) -> _Reached:
    named = {
        column: {target[column] for line in lines if column in (target := targets[line.pk])}
        for column in ("node", "project", "commitment")
    }
    reached = _Reached()
    if named["node"]:
        nodes = NomenclatureNode.objects.filter(code__in=named["node"]).order_by()
        ids = nodes.subtree_ids(scopes.budget_nodes)
        codes = dict(nodes.visible_to(actor).values_list("pk", "code"))
        reached.seen_nodes = set(codes.values())
        reached.nodes = {code for pk, code in codes.items() if pk in ids}
        own = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), actor)
        # The line's own project, or the one that it is attached to.
        told = {line.values.get("project", "") for line in lines} | named["project"]
        reached.held_projects = set(own.filter(code__in=told).values_list("code", flat=True))
    if named["project"]:
        own = Project.objects.within(scopes, actor).filter(code__in=named["project"])
        reached.projects = set(own.values_list("code", flat=True))
    if named["commitment"]:
        asked = named["commitment"]
        rows = Commitment.objects.allowing(actor, Action.IMPORT).filter(
            Q(source_reference__in=asked) | Q(document_reference__in=asked)
        )
        kept = rows.order_by().values_list("source_reference", "document_reference")
        reached.commitments = {document or source for source, document in kept}
    return reached


def _refuse(
    found: OutOfReach, lines: list[WaitingLine], targets: Targets, reached: _Reached
) -> None:
    for line in lines:
        target = targets[line.pk]
        if "project" in target and target["project"] not in reached.projects:
            found.refused[line.pk] = _("There is no such project within your perimeter.")
        elif "commitment" in target and target["commitment"] not in reached.commitments:
            found.refused[line.pk] = _("There is no such commitment within your perimeter.")
        elif "node" in target and not _holds_node(line, target, reached):
            found.refused[line.pk] = _("There is no such node within your perimeter.")
            if target["node"] in reached.seen_nodes:
                found.forbidden.add(line.pk)


def _holds_node(line: WaitingLine, target: Mapping[str, str], reached: _Reached) -> bool:
    """Whether the node is held, or is for a project of a portfolio that is (`permissions`)."""
    project = target.get("project") or line.values.get("project", "")
    if target["node"] in reached.nodes:
        return True
    return target["node"] in reached.seen_nodes and project in reached.held_projects
