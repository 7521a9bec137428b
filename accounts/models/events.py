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
)


class AuditEventQuerySet(models.QuerySet["AuditEvent"]):
    """Events by right."""

    def visible_to(self, user: Any) -> AuditEventQuerySet:
        """Keep everything for an auditor, technical events for administrators, else one's own."""
        if can(user, Action.EXPORT, Resource.AUDIT):
            return self
        if scopes_of(user, Action.READ, Resource.AUDIT).everywhere:
            return self.filter(Q(object_kind__in=TECHNICAL_KINDS) | Q(actor_id=user.pk))
        return self.filter(actor_id=user.pk)


class AuditEvent(models.Model):
    """A domain event that no history table holds: log-ins, refusals, exports, imports, grants.

    `emergency` marks what its actor did under an emergency access; these events are never purged.
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

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_code}".strip()
