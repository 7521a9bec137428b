"""Grants: a role, inside a scope, between two dates, approved by a second person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource, Role, ScopeKind
from accounts.permissions import scopes_of
from accounts.scoping import scopes_below

# How long an emergency access lasts from its opening (`reliability.md` §3.3, 8).
EMERGENCY_LIFE = dt.timedelta(hours=4)


class GrantQuerySet(models.QuerySet["Grant"]):
    """Grants by date and by state."""

    def active_on(self, day: dt.date) -> GrantQuerySet:
        """Keep the grants in force on `day`, bounds included: approved, not revoked.

        An emergency access is in force until its minute.
        """
        return self.not_over(day).filter(
            valid_from__lte=day,
            approved_at__isnull=False,
            ended_at__isnull=True,
        )

    def not_over(self, day: dt.date) -> GrantQuerySet:
        """Keep the grants whose dates are not over on `day`, whether begun or not."""
        return self.filter(
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
            Q(ends_at__isnull=True) | Q(ends_at__gt=timezone.now()),
        )

    def emergencies_visible_to(self, user: Any) -> GrantQuerySet:
        """Keep the emergency accesses, asked for, open and over, that `user` may read."""
        if scopes_of(user, Action.READ, Resource.EMERGENCY_ACCESS).everywhere:
            return self.filter(is_emergency=True)
        return self.none()

    def visible_to(self, user: Any) -> GrantQuerySet:
        """Keep the grants that `user` may read: all, or those inside what they may grant."""
        scopes = scopes_of(user, Action.READ, Resource.GRANT)
        if scopes.everywhere:
            return self
        return self.filter(
            Q(
                scope_kind=ScopeKind.PORTFOLIO,
                scope_code__in=scopes_below(ScopeKind.PORTFOLIO, scopes.nodes),
            )
            | Q(
                scope_kind=ScopeKind.NOMENCLATURE,
                scope_code__in=scopes_below(ScopeKind.NOMENCLATURE, scopes.budget_nodes),
            )
        )

    def pending(self) -> GrantQuerySet:
        """Keep the grants that wait for a second person."""
        return self.filter(approved_at__isnull=True, ended_at__isnull=True)


class Grant(models.Model):
    """A role given to a user inside one scope (`reliability.md` §3.1).

    The scope is held by its code, not by a foreign key: accounts stand below the domain. An empty
    code means everything of that kind. Nothing is in force before `approved_at`; whoever grants
    neither receives nor approves (§3.3). Grants made by a command of the server have no author.

    An emergency access is such a grant too: its author asks, the second person opens, and it ends
    four hours after (`ends_at`).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="grants",
    )
    role = models.CharField(_("role"), max_length=24, choices=Role)
    scope_kind = models.CharField(
        _("kind of scope"), max_length=12, choices=ScopeKind, default=ScopeKind.PORTFOLIO
    )
    scope_code = models.CharField(_("scope"), max_length=40, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("granted by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    granted_at = models.DateTimeField(_("granted at"), default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ended by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    ended_at = models.DateTimeField(_("refused or revoked at"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=300, blank=True)
    is_emergency = models.BooleanField(_("emergency access"), default=False)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["user_id", "role", "scope_code", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="accounts_grant_dates_ordered",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A grant ends after it begins."),
            ),
            models.UniqueConstraint(
                name="accounts_grant_once",
                fields=["user", "role", "scope_kind", "scope_code", "valid_from"],
                condition=Q(ended_at__isnull=True),
                violation_error_message=_("This grant exists already."),
            ),
            models.CheckConstraint(
                name="accounts_grant_not_to_oneself",
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("user")),
                violation_error_message=_("Nobody grants a role to themselves."),
            ),
            models.CheckConstraint(
                name="accounts_grant_second_person",
                condition=Q(approved_by__isnull=True)
                | (
                    ~Q(approved_by=F("user"))
                    & (Q(granted_by__isnull=True) | ~Q(approved_by=F("granted_by")))
                ),
                violation_error_message=_(
                    "A grant is approved by a second person, who is not the one it is given to."
                ),
            ),
            models.CheckConstraint(
                name="accounts_grant_author_needs_approval",
                condition=Q(granted_by__isnull=True)
                | Q(approved_at__isnull=True)
                | Q(approved_by__isnull=False),
                violation_error_message=_("A grant given by a person is approved by another."),
            ),
            models.CheckConstraint(
                name="accounts_grant_emergency_four_hours",
                condition=Q(is_emergency=False, ends_at__isnull=True)
                | Q(is_emergency=True, approved_at__isnull=True, ends_at__isnull=True)
                | Q(
                    is_emergency=True,
                    approved_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at=F("approved_at") + EMERGENCY_LIFE,
                ),
                violation_error_message=_("An emergency access lasts four hours."),
            ),
            models.CheckConstraint(
                name="accounts_grant_emergency_asked_by_somebody",
                condition=Q(is_emergency=False) | Q(granted_by__isnull=False),
                violation_error_message=_("An emergency access is asked for by a person."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.scope_code or '*'}"

    @property
    def is_pending(self) -> bool:
        """Whether it waits for a second person."""
        return self.approved_at is None and self.ended_at is None
