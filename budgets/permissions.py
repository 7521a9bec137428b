"""Where a person may decide in the budgets room: on a node of the nomenclature, for a project."""

from __future__ import annotations

from typing import Any

from accounts.enums import Reach, ScopeKind
from accounts.permissions import scopes_of
from accounts.scoping import scopes_below
from budgets.models import NomenclatureNode
from projects.models import Project


def can_decide_on(
    user: Any, action: str, resource: str, *, node: NomenclatureNode, project: Project | None
) -> bool:
    """Whether `user` may do `action` on `resource` on this node, or for this project.

    Whoever holds a BOP or UO decides on it and below; whoever holds a portfolio decides for its
    projects.
    """
    scopes = scopes_of(user, action, resource)
    if scopes.everywhere:
        return True
    if scopes.budget_nodes and node.code in scopes_below(
        ScopeKind.NOMENCLATURE, scopes.budget_nodes
    ):
        return True
    if project is None or scopes.empty:
        return False
    reached = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
    return reached.filter(pk=project.pk).exists()
