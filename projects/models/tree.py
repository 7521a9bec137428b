"""The portfolio tree: portfolio > programme > project (the project is the leaf)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from accounts.scoping import rows_within
from common.models import Lifecycle, Originated, RequestTrace, Versioned, ended_has_date
from common.trees import subtree_ids
from projects.enums import NodeKind


class PortfolioNodeQuerySet(TreeQuerySet):
    """Nodes by right and by subtree."""

    def subtree_ids(self, codes: Iterable[str]) -> set[int]:
        """Return the ids of the named nodes and of everything below; the empty code is the root.

        One query, whatever the number of codes.
        """
        return subtree_ids(self.model, codes)

    def visible_to(self, user: Any) -> PortfolioNodeQuerySet:
        """Keep the nodes of the user's grants, or those that bear a project that they reach."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> PortfolioNodeQuerySet:
        """Keep the nodes on which `user` may do `action`."""
        scopes = scopes_of(user, action, Resource.PORTFOLIO)
        if scopes.everywhere:
            return self
        kept = rows_within(scopes, "projects.portfolionode", user)
        if scopes.only_nodes or scopes.empty:
            return self.filter(kept)
        reached: Any = self.model._meta.get_field("projects").related_model
        nodes = reached._default_manager.within(scopes, user).order_by().values("node_id")
        return self.filter(kept | models.Q(pk__in=nodes))


class PortfolioNode(TreeNode, Versioned, Originated, Lifecycle):
    """A portfolio or a programme of projects (never a LOLF programme)."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=NodeKind)

    objects = PortfolioNodeQuerySet.as_manager(with_tree_fields=False)
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("portfolio node")
        verbose_name_plural = _("portfolio nodes")
        ordering = ["code"]
        constraints = [ended_has_date("projects_portfolionode_ended_has_date")]

    def __str__(self) -> str:
        return self.name
