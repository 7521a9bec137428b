"""Audit events."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can, scopes_of

# What a technical administrator may read of the log: accounts and jobs, never an amount.
TECHNICAL_KINDS = (
    "",
    "user",
    "grant",
    "machine_client",
    "session",
    "job",
    "invitation",
    "emergency_access",
    "delegation",
    "absence",
)


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Events by right."""

    def visible_to(self, user: Any) -> AuditEventQuerySet:
        """Keep everything for an auditor, technical events for administrators, else one's own.

        One's own are also those that somebody did in one's name.
        """
        own = Q(actor_id=user.pk) | Q(on_behalf_of_id=user.pk)
        if can(user, Action.EXPORT, Resource.AUDIT):
            return self
        if scopes_of(user, Action.READ, Resource.AUDIT).everywhere:
            return self.filter(Q(object_kind__in=TECHNICAL_KINDS) | own)
        return self.filter(own)


class AuditEvent(models.Model):
    """A domain event that no history table holds: log-ins, refusals, exports, imports, grants.

    `emergency` marks what its actor did under an emergency access; these events are never purged.
    `on_behalf_of` is whose grant the actor held by delegation when they did it.
    """

    at = models.DateTimeField(_("at"), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    verb = models.CharField(_("verb"), max_length=40)
    object_kind = models.CharField(_("object kind"), max_length=40, blank=True)
    object_code = models.CharField(_("object code"), max_length=80, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    emergency = models.ForeignKey(
        "accounts.Grant",
        verbose_name=_("emergency access"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="emergency_events",
    )

    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("on behalf of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_code}".strip()
