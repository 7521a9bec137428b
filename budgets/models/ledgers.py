"""The AE and CP ledgers: signed, append-only facts (architecture, rule 2; LOLF art. 8).

Amounts are in euros TTC. `fiscal_year` is the exercise given by the source; the date of the fact
never replaces it (a payment of January may belong to the former exercise).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from accounts.scopes import Scopes
from accounts.scoping import rows_within
from budgets.enums import MovementKind
from budgets.models.nomenclature import NomenclatureNode
from common.fields import MoneyField
from common.models import Fact
from projects.models import Project


class LedgerQuerySet(models.QuerySet[Any]):
    """Ledger rows by right and by the two dates."""

    resource = Resource.LEDGER

    def visible_to(self, user: Any) -> LedgerQuerySet:
        """Keep the rows of reached projects, and those that another reach opens.

        A portfolio reaches rows through their project: rows of no project need a grant on
        everything, or on the nomenclature.
        """
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str, resource: str = "") -> LedgerQuerySet:
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

    def as_of(self, day: dt.date) -> LedgerQuerySet:
        """Keep the facts dated up to `day`."""
        return self.filter(**{f"{self.model.DATE_FIELD}__lte": day})

    def known_at(self, moment: dt.datetime) -> LedgerQuerySet:
        """Keep the facts recorded up to `moment`."""
        return self.filter(recorded_at__lte=moment)


class OfCommitmentQuerySet(LedgerQuerySet):
    """Ledger rows that reach their project through a commitment."""

    def condition(self, scopes: Scopes, user: Any) -> Q:
        """Return what keeps the rows whose commitment is reached, or that are reached alone."""
        commitments = Commitment.objects.filter(Commitment.objects.all().condition(scopes, user))
        own = rows_within(scopes, self.model._meta.label_lower, user)
        return Q(commitment__in=commitments) | own


class CreditQuerySet(LedgerQuerySet):
    """Credit movements have a right of their own: ceilings are not execution."""

    resource = Resource.CREDIT


class CreditMovement(Fact):
    """A movement of AE and CP on a node of the nomenclature, possibly allotted to a project."""

    DATE_FIELD = "effective_on"

    node = models.ForeignKey(
        NomenclatureNode,
        verbose_name=_("nomenclature node"),
        on_delete=models.PROTECT,
        related_name="movements",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_movements",
    )
    kind = models.CharField(_("kind"), max_length=24, choices=MovementKind)
    ae = MoneyField(_("AE"))
    cp = MoneyField(_("CP"))
    effective_on = models.DateField(_("effective on"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit movement")
        verbose_name_plural = _("credit movements")
        ordering = ["effective_on", "id"]
        indexes = [
            models.Index(fields=["project", "fiscal_year"], name="budgets_movement_project"),
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_creditmovement_not_empty",
                condition=~Q(ae=0) | ~Q(cp=0),
                violation_error_message=_("A credit movement moves AE or CP."),
            ),
        ]

    def __str__(self) -> str:
        return self.source_reference


class Commitment(Fact):
    """One signed movement of a legal commitment (EJ); a withdrawal is negative."""

    DATE_FIELD = "committed_on"

    legal_reference = models.CharField(_("legal reference (EJ)"), max_length=40, db_index=True)
    node = models.ForeignKey(
        NomenclatureNode,
        verbose_name=_("nomenclature node"),
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="commitments",
    )
    label = models.CharField(_("label"), max_length=200, blank=True)
    amount = MoneyField(_("amount (AE)"))
    committed_on = models.DateField(_("committed on"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["committed_on", "id"]
        indexes = [
            models.Index(fields=["project", "fiscal_year"], name="budgets_commitment_project"),
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_commitment_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A commitment is not zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_reference


class ServiceDone(Fact):
    """A certified service (service fait): the accrual that earned value compares with."""

    DATE_FIELD = "done_on"

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        related_name="services_done",
    )
    amount = MoneyField(_("amount"))
    done_on = models.DateField(_("done on"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))

    objects = OfCommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("service done")
        verbose_name_plural = _("services done")
        ordering = ["done_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_servicedone_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A certified service is not zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.source_reference


class Payment(Fact):
    """A payment by the public accountant: what consumes CP."""

    DATE_FIELD = "paid_on"

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        related_name="payments",
    )
    payment_request = models.CharField(_("payment request"), max_length=40, blank=True)
    amount = MoneyField(_("amount (CP)"))
    paid_on = models.DateField(_("paid on"))
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    is_advance = models.BooleanField(_("advance"), default=False)

    objects = OfCommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["paid_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_payment_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A payment is not zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.source_reference
