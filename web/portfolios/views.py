"""The portfolio tree, and one node of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.models import DataOrigin
from projects.models import PortfolioNode, Project
from web.mixins import PageView
from web.owned.views import owned_actions
from web.portfolios.owned import PORTFOLIO_PAGES


@dataclass(frozen=True)
class NodeLine:
    """A node, its depth, and the number of projects that the person reads in it and below."""

    node: PortfolioNode
    depth: int
    projects: int

    @property
    def padding(self) -> int:
        """Return the indentation, in the steps of the design system."""
        return min(2 * self.depth, 8)


def tree_lines(user: Any) -> list[NodeLine]:
    """Return the visible nodes in the order of the tree; two queries."""
    nodes = {node.pk: node for node in PortfolioNode.objects.visible_to(user).order_by("code")}
    counted = Project.objects.visible_to(user).order_by().values_list("node_id")
    counts: dict[int, int] = dict(counted.annotate(Count("pk")))  # type: ignore[arg-type]
    below: dict[int | None, list[PortfolioNode]] = {}
    for node in nodes.values():
        parent = node.parent_id if node.parent_id in nodes else None
        below.setdefault(parent, []).append(node)
    lines: list[NodeLine] = []

    def walk(node: PortfolioNode, depth: int) -> int:
        place = len(lines)
        lines.append(NodeLine(node, depth, 0))
        total = counts.get(node.pk, 0)
        total += sum(walk(child, depth + 1) for child in below.get(node.pk, ()))
        lines[place] = NodeLine(node, depth, total)
        return total

    for root in below.get(None, ()):
        walk(root, 0)
    return lines


class PortfoliosView(PageView):
    """The tree."""

    section = "projects"
    template_name = "web/portfolios/list.html"
    needs = (Action.READ, Resource.PORTFOLIO)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the tree."""
        create = can(request.user, Action.CREATE, Resource.PORTFOLIO)
        return self.page(
            {
                "lines": tree_lines(request.user),
                "create_url": reverse("web:portfolio_create") if create else "",
                "create_label": PORTFOLIO_PAGES.words["create"],
            }
        )


class PortfolioView(PageView):
    """One node: what it is, what stands below it."""

    section = "projects"
    template_name = "web/portfolios/node.html"
    needs = (Action.READ, Resource.PORTFOLIO)

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """Show the node."""
        node = PORTFOLIO_PAGES.visible(request.user, code)
        lines = tree_lines(request.user)
        place = next(index for index, line in enumerate(lines) if line.node.pk == node.pk)
        below = []
        for line in lines[place + 1 :]:
            if line.depth <= lines[place].depth:
                break
            below.append(line)
        return self.page(
            {
                "record": node,
                "line": lines[place],
                "below": below,
                "has_fictitious": node.data_origin == DataOrigin.FICTITIOUS,
                **owned_actions(PORTFOLIO_PAGES, request.user, node),
            }
        )
