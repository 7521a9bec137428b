"""What each reach of the policy opens among projects and portfolio nodes."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

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
