"""What the BOP or UO of a grant opens: its ledger rows, and the projects that they fund."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from accounts.enums import Reach
from accounts.scopes import Scopes
from accounts.scoping import ScopeSource
from budgets.enums import NomenclatureKind
from budgets.models import Commitment, CreditMovement, NomenclatureNode, ProgrammingLine
from common.trees import ancestor_ids, codes_below
from projects.models import Project


def rows_of_nomenclature(user: Any, codes: frozenset[str]) -> Q:
    """Keep the movements and commitments on the nodes and below (one query for the tree)."""
    return Q(node_id__in=NomenclatureNode.objects.subtree_ids(codes))


def projects_of_nomenclature(user: Any, codes: frozenset[str]) -> Q:
    """Keep the projects that a movement, a commitment or a programmed line of the nodes names."""
    rows = rows_of_nomenclature(user, codes) & Q(project__isnull=False)
    moved = CreditMovement.objects.filter(rows).values("project_id")
    committed = Commitment.objects.filter(rows).values("project_id")
    programmed = ProgrammingLine.objects.filter(rows).values("project_id")
    return Q(pk__in=moved) | Q(pk__in=committed) | Q(pk__in=programmed)


def nodes_of_portfolio(user: Any, codes: frozenset[str]) -> Q:
    """Keep what is set on the nodes that the projects of a portfolio use, and above them."""
    return _above(Project.objects.within(Scopes(codes={Reach.NODE: codes}), user))


def nodes_of_own_projects(user: Any, codes: frozenset[str]) -> Q:
    """Keep what is set on the nodes that own projects use, and above them."""
    return _above(Project.objects.within(Scopes(codes={Reach.OWN: codes}), user))


def _above(projects: Any) -> Q:
    """Return the nodes where these projects have credits, commitments or programming, and above.

    Four queries, whatever the number of projects.
    """
    used: set[int] = set()
    for model in (CreditMovement, Commitment, ProgrammingLine):
        rows = model._default_manager.filter(project__in=projects).order_by()
        used |= set(rows.values_list("node_id", flat=True).distinct())
    return Q(node_id__in=ancestor_ids(NomenclatureNode, used))


def _nodes_below(codes: Iterable[str]) -> frozenset[str]:
    return codes_below(NomenclatureNode, codes)


def _node_choices() -> list[tuple[str, str]]:
    """The BOP and UO: what a budget officer holds."""
    held = NomenclatureNode.objects.filter(kind__in=(NomenclatureKind.BOP, NomenclatureKind.UO))
    return [
        (code, f"{code} · {name}")
        for code, name in held.order_by("code").values_list("code", "name")
    ]


SCOPES = ScopeSource(_nodes_below, _node_choices)
