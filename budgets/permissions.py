"""Where a person may decide in the budgets room: on a node of the nomenclature, for a project."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.enums import Reach, ScopeKind
from accounts.permissions import scopes_of
from accounts.scoping import scopes_below
from budgets.models import NomenclatureNode
from projects.models import Project

# A node and a project: where something is decided.
Place = tuple[NomenclatureNode, Project | None]


def can_decide_on(
    user: Any, action: str, resource: str, *, node: NomenclatureNode, project: Project | None
) -> bool:
    """Whether `user` may do `action` on `resource` on this node, or for this project.

    Whoever holds a BOP or UO decides on it and below; whoever holds a portfolio decides for its
    projects.
    """
    return not closed_places(user, action, resource, [(node, project)])


def closed_places(user: Any, action: str, resource: str, places: Collection[Place]) -> set[int]:
    """Return the indexes of the places where `user` may not decide; three queries."""
    scopes = scopes_of(user, action, resource)
    if scopes.everywhere:
        return set()
    nodes: frozenset[str] = frozenset()
    if scopes.budget_nodes:
        nodes = scopes_below(ScopeKind.NOMENCLATURE, scopes.budget_nodes)
    left = {index for index, (node, _) in enumerate(places) if node.code not in nodes}
    named = {project.pk for index, (_, project) in enumerate(places) if project and index in left}
    if scopes.empty or not named:
        return left
    within = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
    reached = set(within.filter(pk__in=named).values_list("pk", flat=True))
    opened = {
        index for index, (_, project) in enumerate(places) if project and project.pk in reached
    }
    return left - opened
