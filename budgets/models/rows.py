"""What the rows of the ledgers share: who reads them, the two dates, the axes of a budget line."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from accounts.scopes import Scopes
from accounts.scoping import rows_within
from budgets.enums import FREEZING_KINDS, OPENING_KINDS, CreditType, MovementKind
from budgets.models.nomenclature import NomenclatureNode
from common.models import Fact
from projects.models import Project

# What opens credits, what freezes them, what sets AE aside for an operation (domain §1.5).
OPENED = Q(kind__in=sorted(OPENING_KINDS))
FROZEN = Q(kind__in=sorted(FREEZING_KINDS))
ALLOCATED = Q(kind=MovementKind.ALLOCATION)
# The movements of commitments that use AE of their exercise: a withdrawal on a former exercise
# gives usable AE only when it is recyclable (domain §1.5).
CONSUMING = Q(commitment_year=F("fiscal_year")) | Q(is_recyclable=True)


class LedgerQuerySet(models.QuerySet[Any]):
    """Ledger rows by right and by the two dates."""

    resource = Resource.LEDGER

    def visible_to(self, user: Any) -> Self:
        """Keep the rows of reached projects, and those that another reach opens.

        A portfolio reaches rows through their project: rows of no project need a grant on
        everything, or on the nomenclature.
        """
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str, resource: str = "") -> Self:
        """Keep the rows on which `user` may do `action`, on `resource` that hangs on them."""
        scopes = scopes_of(user, action, resource or self.resource)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        return self.filter(self.condition(scopes, user))

    def condition(self, scopes: Scopes, user: Any) -> Q:
        """Return what keeps the rows inside the scopes."""
        reached = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
        return Q(project__in=reached) | rows_within(scopes, self.model._meta.label_lower, user)

    def as_of(self, day: dt.date) -> Self:
        """Keep the facts dated up to `day`."""
        return self.filter(**{f"{self.model.DATE_FIELD}__lte": day})

    def known_at(self, moment: dt.datetime) -> Self:
        """Keep the facts recorded up to `moment`."""
        return self.filter(recorded_at__lte=moment)


class OfCommitmentQuerySet(LedgerQuerySet):
    """Ledger rows that reach their project through a commitment."""

    def condition(self, scopes: Scopes, user: Any) -> Q:
        """Return what keeps the rows whose commitment is reached, or that are reached alone."""
        owners: Any = self.model._meta.get_field("commitment").related_model._default_manager
        commitments = owners.filter(owners.all().condition(scopes, user))
        own = rows_within(scopes, self.model._meta.label_lower, user)
        return Q(commitment__in=commitments) | own


class CreditQuerySet(LedgerQuerySet):
    """Credit movements have a right of their own: ceilings are not execution."""

    resource = Resource.CREDIT

    def opened(self) -> Self:
        """Keep what opens or withdraws credits."""
        return self.filter(OPENED)

    def frozen(self) -> Self:
        """Keep what freezes or releases credits."""
        return self.filter(FROZEN)


def axis(label: Any) -> Any:
    """Return the foreign key of an axis of imputation; never joined from the other side."""
    return models.ForeignKey(
        NomenclatureNode,
        verbose_name=label,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )


# The axes that refine the node where credits sit, by field: the kinds of node that each names.
AXES = ("functional_domain", "activity", "category", "tranche", "cost_centre")


class Imputed(Fact):
    """A fact charged to a budget line: the node where credits sit, and the axes that refine it."""

    functional_domain = axis(_("functional domain"))
    activity = axis(_("activity"))
    category = axis(_("title or category"))
    tranche = axis(_("functional tranche"))
    cost_centre = axis(_("cost centre"))
    credit_type = models.CharField(
        _("T2 or HT2"), max_length=3, choices=CreditType, default=CreditType.HT2
    )
    is_earmarked = models.BooleanField(_("on earmarked funds (FdC, AdP)"), default=False)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))

    class Meta:
        abstract = True

    @property
    def axes(self) -> list[tuple[str, NomenclatureNode]]:
        """Return the axes that are filled: their labels and nodes."""
        columns = [column for column in self._meta.concrete_fields if column.name in AXES]
        filled = ((str(column.verbose_name), getattr(self, column.name)) for column in columns)
        return [(label, node) for label, node in filled if node]


def node_key(related_name: str) -> Any:
    """Return the foreign key of the node where the credits of a fact sit."""
    return models.ForeignKey(
        NomenclatureNode,
        verbose_name=_("nomenclature node"),
        on_delete=models.PROTECT,
        related_name=related_name,
    )


def project_key(related_name: str) -> Any:
    """Return the foreign key of the project of a fact; null when it is of none."""
    return models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name=related_name,
    )
