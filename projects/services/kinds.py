"""What people own in the projects room beside projects (`accounts.services.owned`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from accounts.services.owned import RecordKind
from common.trees import has_children, refuse_cycle, take_origin
from projects.models import PortfolioNode, Project
from projects.services.figures import mark_figures_changed
from projects.services.projects import EDITABLE


def place_node(actor: Any, fields: dict[str, Any], node: PortfolioNode | None) -> None:
    """Place a node, created or moved, below one that the actor reaches; it has its data origin.

    A root needs a right on everything; a node that stays where it is is not placed again. Raises
    PermissionDenied, ValidationError.
    """
    parent = fields.get("parent")
    if node is not None and ("parent" not in fields or parent == node.parent):
        return
    verb = Action.CREATE if node is None else Action.UPDATE
    if parent is None:
        if not scopes_of(actor, verb, Resource.PORTFOLIO).everywhere:
            raise PermissionDenied
        return
    if not PortfolioNode.objects.all().allowing(actor, verb).filter(pk=parent.pk).exists():
        raise PermissionDenied
    take_origin(fields, node)


PORTFOLIO_NODES = RecordKind(
    name="portfolio",
    model=PortfolioNode,
    editable=frozenset({"name", "kind", "parent"}),
    place=place_node,
    check=refuse_cycle,
    in_use=has_children,
)


def _figures_change(project: Project, actor: Any) -> None:
    """A project that is published, archived or taken back counts otherwise."""
    mark_figures_changed([project.pk], actor=actor)


# Created, edited and closed by `projects.services.projects`; published, archived and deleted here.
PROJECTS = RecordKind(name="project", model=Project, editable=EDITABLE, saved=_figures_change)
