"""What is expected of the ledgers: CP by exercise, on what is signed and on new credits."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.scopes import Scopes
from accounts.scoping import rows_within
from budgets.models.ledgers import Commitment, CreditMovement
from budgets.models.rows import LedgerQuerySet
from common.fields import MoneyField
from common.models import Fact


class ScheduleQuerySet(LedgerQuerySet):
    """Rows of schedules, reached through what they are expected on."""

    def condition(self, scopes: Scopes, user: Any) -> Q:
        """Return what keeps the rows whose commitment or credits are reached."""
        signed = Commitment.objects.filter(Commitment.objects.all().condition(scopes, user))
        moved = CreditMovement.objects.filter(CreditMovement.objects.all().condition(scopes, user))
        own = rows_within(scopes, self.model._meta.label_lower, user)
        return Q(commitment__in=signed) | Q(movement__in=moved) | own


class ScheduledPayment(Fact):
    """CP expected in an exercise on a commitment, or on credits not yet committed (échéancier).

    A revised schedule is written by counter-entries, as every fact: what was expected at a date
    stays known. Σ of the rows of a commitment = committed − withdrawn (domain §1.6, rule R-05).
    """

    DATE_FIELD = "forecast_on"

    commitment = models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="scheduled_payments",
    )
    movement = models.ForeignKey(
        CreditMovement,
        verbose_name=_("credit movement"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="scheduled_payments",
    )
    forecast_on = models.DateField(_("forecast on"))
    due_on = models.DateField(_("due on"), null=True, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("exercise of the CP"))
    amount = MoneyField(_("amount (CP)"))

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheduled payment")
        verbose_name_plural = _("scheduled payments")
        ordering = ["fiscal_year", "id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_scheduledpayment_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A scheduled payment is not zero."),
            ),
            models.CheckConstraint(
                name="budgets_scheduledpayment_one_owner",
                condition=Q(commitment__isnull=False, movement__isnull=True)
                | Q(commitment__isnull=True, movement__isnull=False),
                violation_error_message=_(
                    "A scheduled payment is expected on a commitment, or on credits."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.source_reference
