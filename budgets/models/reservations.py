"""Credits that a decision sets aside for an act not yet signed (domain §1.5, `ae_reserved`)."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from accounts.scoping import rows_within
from budgets.enums import CreditType, ReservationState
from budgets.models.rows import node_key, project_key
from common.fields import MoneyField
from common.models import Originated, RequestTrace, Versioned
from projects.models import Project


class ReservationQuerySet(models.QuerySet[Any]):
    """Reservations by right."""

    def visible_to(self, user: Any) -> Self:
        """Keep the reservations of reached projects, and of reached nodes."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the reservations on which `user` may do `action`."""
        scopes = scopes_of(user, action, Resource.RESERVATION)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        reached = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN), user)
        own = rows_within(scopes, self.model._meta.label_lower, user)
        return self.filter(Q(project__in=reached) | own)

    def pending(self) -> Self:
        """Keep what sets credits aside today."""
        return self.filter(state=ReservationState.PENDING)


class Reservation(Versioned, Originated):
    """AE, and CP of the exercise, of a UO set aside for a planned act; euros TTC, positive.

    It is granted under a lock of the UO, within what is available; the commitment that it was
    made for consumes it, or somebody releases it.
    """

    node = node_key("reservations")
    project = project_key("reservations")
    credit_type = models.CharField(
        _("T2 or HT2"), max_length=3, choices=CreditType, default=CreditType.HT2
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    label = models.CharField(_("planned act"), max_length=200)
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    expected_on = models.DateField(_("notification expected on"), null=True, blank=True)
    ae = MoneyField(_("AE"))
    cp = MoneyField(_("CP of the exercise"))
    state = models.CharField(
        _("state"), max_length=8, choices=ReservationState, default=ReservationState.PENDING
    )
    legal_reference = models.CharField(
        _("legal reference (EJ)"), max_length=40, blank=True, db_index=True
    )
    override_reason = models.CharField(
        _("reason to go beyond the ceiling"), max_length=300, blank=True
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closing_reason = models.CharField(_("closing reason"), max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
    )

    objects = ReservationQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("reservation of credits")
        verbose_name_plural = _("reservations of credits")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["fiscal_year", "node"],
                name="budgets_reservation_pending",
                condition=Q(state=ReservationState.PENDING),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_reservation_positive",
                condition=Q(ae__gte=0, cp__gte=0) & (Q(ae__gt=0) | Q(cp__gt=0)),
                violation_error_message=_("A reservation sets AE or CP aside: it is positive."),
            ),
            models.CheckConstraint(
                name="budgets_reservation_closed_at",
                condition=Q(state=ReservationState.PENDING, closed_at__isnull=True)
                | (~Q(state=ReservationState.PENDING) & Q(closed_at__isnull=False)),
                violation_error_message=_("A reservation is closed once it is no longer pending."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def code(self) -> str:
        """Return what the pages of records name it by."""
        return self.number

    @property
    def number(self) -> str:
        """Return the name that people know the reservation by."""
        return f"R{self.fiscal_year}-{self.pk:06d}"
