"""The portfolio tree: portfolio > programme > project (the project is the leaf)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from common.models import Originated, Versioned
from projects.enums import NodeKind


class PortfolioNodeQuerySet(TreeQuerySet):
    """Nodes by right and by subtree."""

    def subtree_ids(self, codes: Iterable[str]) -> set[int]:
        """Return the ids of the named nodes and of everything below; the empty code is the root.

        One query, whatever the number of codes.
        """
        wanted = set(codes)
        parents: dict[int | None, list[int]] = {}
        kept: list[int] = []
        rows = self.model.objects.order_by().values_list("id", "parent_id", "code")
        for node_id, parent_id, code in rows:
            parents.setdefault(parent_id, []).append(node_id)
            if "" in wanted or code in wanted:
                kept.append(node_id)
        found: set[int] = set()
        while kept:
            node_id = kept.pop()
            if node_id not in found:
                found.add(node_id)
                kept.extend(parents.get(node_id, ()))
        return found

    def visible_to(self, user: Any) -> PortfolioNodeQuerySet:
        """Keep the nodes inside the user's grants; own reach keeps the nodes of own projects."""
        scopes = scopes_of(user, Action.READ, Resource.PORTFOLIO)
        if scopes.everywhere:
            return self
        ids = self.subtree_ids(scopes.nodes) if scopes.nodes else set()
        condition = models.Q(id__in=ids)
        if scopes.own_nodes:
            condition |= models.Q(projects__manager_id=user.pk)
        return self.filter(condition).distinct()


class PortfolioNode(TreeNode, Versioned, Originated):
    """A portfolio or a programme of projects (never a LOLF programme)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=NodeKind)

    objects = PortfolioNodeQuerySet.as_manager(with_tree_fields=False)

    class Meta:
        verbose_name = _("portfolio node")
        verbose_name_plural = _("portfolio nodes")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
