"""What each reach of the policy opens among projects and portfolio nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.scoping import ScopeSource
from common.trees import codes_below
from projects.models import PortfolioNode


def projects_in_nodes(user: Any, codes: frozenset[str]) -> Q:
    """Keep the projects of whole portfolio nodes (one query for the tree)."""
    return Q(node_id__in=PortfolioNode.objects.subtree_ids(codes))


def own_projects(user: Any, codes: frozenset[str]) -> Q:
    """Keep the projects that the user manages, inside the nodes."""
    if "" in codes:
        return Q(manager_id=user.pk)
    return Q(manager_id=user.pk, node_id__in=PortfolioNode.objects.subtree_ids(codes))


def nodes_of_codes(user: Any, codes: frozenset[str]) -> Q:
    """Keep the portfolio nodes and what is below them."""
    return Q(pk__in=PortfolioNode.objects.subtree_ids(codes))


def _nodes_below(codes: Iterable[str]) -> frozenset[str]:
    return codes_below(PortfolioNode, codes)


def _node_choices() -> list[tuple[str, str]]:
    nodes = PortfolioNode.objects.order_by("code").values_list("code", "name")
    return [(code, f"{code} · {name}") for code, name in nodes]


SCOPES = ScopeSource(_nodes_below, _node_choices)
