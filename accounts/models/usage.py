"""Calls of the API by minute, and the answers kept for a repeated request."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class RateCounter(models.Model):
    """The calls of one subject during one minute of the clock.

    A subject is `client:12`, `person:3` or `network:192.0.2.7`; `minute` counts from 1970 (UTC).
    Refused calls are counted too. One statement raises the count and returns it, so that no two
    calls read the same one (accounts/services/limits.py).
    """

    subject = models.CharField(_("subject"), max_length=80)
    minute = models.PositiveBigIntegerField(_("minute"))
    count = models.PositiveIntegerField(_("calls"), default=0)
    refused = models.PositiveIntegerField(_("refused calls"), default=0)

    class Meta:
        verbose_name = _("calls of a minute")
        verbose_name_plural = _("calls by minute")
        ordering = ["subject", "minute"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_ratecounter_once",
                fields=["subject", "minute"],
                violation_error_message=_("One minute of one subject is counted once."),
            ),
        ]
        indexes = [models.Index(fields=["minute"], name="accounts_ratecounter_minute")]

    def __str__(self) -> str:
        return f"{self.subject} {self.minute}"


class IdempotencyKey(models.Model):
    """The answer to a request that created something, kept to be repeated (`Idempotency-Key`).

    It is written in the transaction of the effect: either both exist or neither does. `digest` is
    that of the method, the path and the body; `token` says which attempt wrote the row.
    """

    caller = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("caller"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    key = models.CharField(_("key"), max_length=64)
    digest = models.CharField(_("digest"), max_length=64)
    token = models.CharField(_("attempt"), max_length=32)
    created_at = models.DateTimeField(_("created at"), db_index=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    body = models.TextField(_("body"), blank=True)

    class Meta:
        verbose_name = _("repeated request")
        verbose_name_plural = _("repeated requests")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_idempotencykey_once",
                fields=["caller", "key"],
                violation_error_message=_("This key was used already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.caller_id} {self.key}"
