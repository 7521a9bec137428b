"""The budget nomenclature: dated data, never code (GBCP art. 66)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from accounts.enums import Action, Resource
from accounts.permissions import can, scopes_of
from budgets.enums import CREDIT_KINDS, NomenclatureKind
from common.models import Lifecycle, Originated, RequestTrace, Versioned, ended_has_date
from common.trees import subtree_ids


class NomenclatureNodeQuerySet(TreeQuerySet):
    """Nodes by right."""

    def visible_to(self, user: Any) -> NomenclatureNodeQuerySet:
        """The nomenclature bears no amount: whoever reads it reads it whole."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> NomenclatureNodeQuerySet:
        """Keep the nodes on which `user` may do `action`: all, or none."""
        return self if can(user, action, Resource.NOMENCLATURE) else self.none()

    def holding(self, user: Any, action: str, resource: str) -> NomenclatureNodeQuerySet:
        """Keep the nodes whose whole credits `user` holds for `action` on `resource`.

        A portfolio opens the rows of its projects on a node, never the sums of the node.
        """
        scopes = scopes_of(user, action, resource)
        if scopes.everywhere:
            return self
        if not scopes.budget_nodes:
            return self.none()
        return self.filter(pk__in=self.subtree_ids(scopes.budget_nodes))

    def subtree_ids(self, codes: Iterable[str]) -> set[int]:
        """Return the ids of the named nodes and of everything below; the empty code is the root.

        One query, whatever the number of codes.
        """
        return subtree_ids(self.model, codes)

    def hold_everything(self, codes: Iterable[str]) -> bool:
        """Whether every place where credits sit is one of these nodes or below; two queries.

        Never without any code, nor before there is any such place: nothing is not everything.
        """
        some = frozenset(codes)
        if not some:
            return False
        places = self.filter(kind__in=sorted(CREDIT_KINDS)).order_by()
        held = set(places.values_list("pk", flat=True))
        return bool(held) and held <= self.subtree_ids(some)

    def perimeter(self, code: str) -> frozenset[int] | None:
        """Return the ids of a node and of what is below it; None, for everything, without code."""
        return frozenset(self.subtree_ids([code])) if code else None


class NomenclatureNode(TreeNode, Versioned, Originated, Lifecycle):
    """A node of the nomenclature: mission, LOLF programme, action, BOP, UO, activity…

    `code` is its name here; `external_code` the one that the accounting system knows: financial
    centre of a UO, functional domain of an action, activity. Activities have a tree a year
    (GBCP art. 66): the same external code names one node in each exercise.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    external_code = models.CharField(
        _("code in the accounting system"), max_length=30, blank=True, db_index=True
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=NomenclatureKind)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = NomenclatureNodeQuerySet.as_manager(with_tree_fields=False)
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("nomenclature node")
        verbose_name_plural = _("nomenclature nodes")
        ordering = ["code"]
        constraints = [
            ended_has_date("budgets_nomenclaturenode_ended_has_date"),
            models.CheckConstraint(
                name="budgets_nomenclaturenode_dates_ordered",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A node ends after it begins."),
            ),
            models.CheckConstraint(
                name="budgets_nomenclaturenode_year_of_activity",
                condition=Q(fiscal_year__isnull=True) | Q(kind=NomenclatureKind.ACTIVITY),
                violation_error_message=_("Only an activity is of one fiscal year."),
            ),
            models.UniqueConstraint(
                name="budgets_nomenclaturenode_external_code",
                fields=["kind", "external_code"],
                condition=~Q(external_code="") & Q(fiscal_year__isnull=True),
                violation_error_message=_("This code of the accounting system names another node."),
            ),
            models.UniqueConstraint(
                name="budgets_nomenclaturenode_external_code_of_year",
                fields=["kind", "external_code", "fiscal_year"],
                condition=~Q(external_code="") & Q(fiscal_year__isnull=False),
                violation_error_message=_("This code of the accounting system names another node."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
