"""Delegations and absences: who stands in for whom, when (`reliability.md` §3.3, 5)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource, ScopeKind
from accounts.permissions import can, scopes_of


def _person(label: Any, **options: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, on_delete=models.PROTECT, **options
    )


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Delegations by right and by date."""

    def visible_to(self, user: Any) -> Self:
        """Keep one's own, given or received; all of them for who reads every grant."""
        if scopes_of(user, Action.READ, Resource.GRANT).everywhere:
            return self
        return self.filter(Q(giver_id=user.pk) | Q(delegate_id=user.pk))

    def in_force(self, day: dt.date) -> Self:
        """Keep those of a day, bounds included, that were not revoked.

        The grant that it lends must be in force too: `accounts.permissions` reads both.
        """
        return self.filter(valid_from__lte=day, valid_to__gte=day, revoked_at__isnull=True)


class Delegation(models.Model):
    """A grant lent to somebody else between two dates, whole or on a part of its scope.

    The delegate holds it as long as its giver does: nothing of it is lent again, and nothing is
    given that the giver does not hold. It does not change: it is revoked.
    """

    grant = models.ForeignKey(
        "accounts.Grant",
        verbose_name=_("grant"),
        on_delete=models.PROTECT,
        related_name="delegations",
    )
    giver = _person(_("given by"), related_name="delegations_given")
    delegate = _person(_("given to"), related_name="delegations_received")
    scope_kind = models.CharField(_("kind of scope"), max_length=12, choices=ScopeKind)
    scope_code = models.CharField(_("scope"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"))
    reason = models.CharField(_("reason"), max_length=300)
    given_at = models.DateTimeField(_("given at"), default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = _person(_("revoked by"), null=True, blank=True, related_name="+")

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="accounts_delegation_not_to_oneself",
                condition=~Q(giver=F("delegate")),
                violation_error_message=_("Nobody stands in for themselves."),
            ),
            models.CheckConstraint(
                name="accounts_delegation_dates_ordered",
                condition=Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A delegation ends after it begins."),
            ),
            models.CheckConstraint(
                name="accounts_delegation_with_reason",
                condition=~Q(reason=""),
                violation_error_message=_("A delegation has a reason."),
            ),
            models.CheckConstraint(
                name="accounts_delegation_revoked_by_somebody",
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                violation_error_message=_("A delegation is revoked by somebody."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.delegate} / {self.giver}"

    @property
    def is_open(self) -> bool:
        """Whether it may still be revoked."""
        return self.revoked_at is None


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Absences by right and by date."""

    def visible_to(self, user: Any) -> Self:
        """Keep one's own, and those that one replaces; all of them for who reads the people."""
        if can(user, Action.READ, Resource.USER):
            return self
        return self.filter(Q(person_id=user.pk) | Q(replaced_by_id=user.pk))

    def on(self, day: dt.date) -> Self:
        """Keep those of a day, bounds included."""
        return self.filter(starts_on__lte=day, ends_on__gte=day, cancelled_at__isnull=True)


class Absence(models.Model):
    """When somebody is away, and who to ask meanwhile; it gives no right by itself."""

    person = _person(_("person"), related_name="absences")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    replaced_by = _person(_("replaced by"), null=True, blank=True, related_name="+")
    declared_at = models.DateTimeField(_("declared at"), default=timezone.now)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="accounts_absence_dates_ordered",
                condition=Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("An absence ends after it begins."),
            ),
            models.CheckConstraint(
                name="accounts_absence_replaced_by_somebody_else",
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("person")),
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}"
