"""What the checks compare with: opinions on BOP, multi-year trajectories."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from accounts.scoping import rows_within
from budgets.enums import OpinionSense
from budgets.models.rows import node_key
from common.fields import MoneyField
from common.models import Originated, RequestTrace, Versioned


class OfNodeQuerySet(models.QuerySet[Any]):
    """Rows on the whole credits of a node: read by whoever holds them."""

    def visible_to(self, user: Any) -> Self:
        """Keep the rows on nodes whose credits `user` reads."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the rows on nodes where `user` may do `action` on credits."""
        scopes = scopes_of(user, action, Resource.CREDIT)
        if scopes.everywhere:
            return self
        return self.filter(rows_within(scopes, self.model._meta.label_lower, user))


class BopOpinion(Versioned, Originated):
    """The opinion of the budget controller (CBCM) on a BOP for an exercise (GBCP art. 94).

    Until it is recorded, only a share of the distributed credits may be consumed (rule R-07).
    """

    node = node_key("opinions")
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    given_on = models.DateField(_("given on"))
    sense = models.CharField(_("opinion"), max_length=12, choices=OpinionSense)
    reference = models.CharField(_("reference"), max_length=80, blank=True)

    objects = OfNodeQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("opinion on a BOP")
        verbose_name_plural = _("opinions on BOP")
        ordering = ["-fiscal_year", "node_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["node", "fiscal_year"],
                name="budgets_bopopinion_one_a_year",
                violation_error_message=_("This BOP has an opinion for this exercise already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.fiscal_year}"


class Trajectory(Versioned, Originated):
    """CP that a node may expect in a coming year; euros TTC (GBCP art. 66, rule R-10)."""

    node = node_key("trajectories")
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    cp = MoneyField(_("CP"))
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = OfNodeQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("trajectory of CP")
        verbose_name_plural = _("trajectories of CP")
        ordering = ["fiscal_year", "node_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["node", "fiscal_year"],
                name="budgets_trajectory_one_a_year",
                violation_error_message=_("This node has a trajectory for this year already."),
            ),
            models.CheckConstraint(
                name="budgets_trajectory_not_negative",
                condition=Q(cp__gte=0),
                violation_error_message=_("A trajectory is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.fiscal_year}"
