"""On which project, and in which node, a write of the API may act."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.enums import Resource
from accounts.permissions import scopes_of
from projects.models import PortfolioNode, Project


def target_project(user: Any, code: str, verb: str) -> Project:
    """Return the project; Http404 when unseen, PermissionDenied when the verb is refused."""
    project = Project.objects.visible_to(user).filter(code=code).first()
    if project is None:
        raise Http404
    if not Project.objects.allowing(user, verb).filter(pk=project.pk).exists():
        raise PermissionDenied
    return project


def check_placement(user: Any, verb: str, node: PortfolioNode, manager: Any) -> None:
    """Refuse to place a project where the user's right does not reach.

    A right on own records needs the user to be the manager; PermissionDenied otherwise.
    """
    scopes = scopes_of(user, verb, Resource.PROJECT)
    if scopes.everywhere or node.pk in PortfolioNode.objects.subtree_ids(scopes.nodes):
        return
    own = scopes.own_nodes and node.pk in PortfolioNode.objects.subtree_ids(scopes.own_nodes)
    if not own or manager is None or manager.pk != user.pk:
        raise PermissionDenied


def has_own_reach_only(user: Any, verb: str) -> bool:
    """Whether the user acts on own records alone."""
    scopes = scopes_of(user, verb, Resource.PROJECT)
    return bool(scopes.own_nodes) and not (scopes.everywhere or scopes.nodes)
