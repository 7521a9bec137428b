"""Alerts: what a check of an upper room found on an object, until it finds it no more."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.fields import MoneyField
from common.models import Originated
from records.enums import Severity
from records.subjects import alerted_subjects


class AlertQuerySet(models.QuerySet[Any]):
    """Alerts by right."""

    def visible_to(self, user: Any) -> Self:
        """Keep the alerts on objects that `user` may read, inside the reach of alerts."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the alerts on which `user` may do `action`; a query a kind of object at most."""
        if not can(user, action, Resource.ALERT):
            return self.none()
        return self.filter(alerted_subjects(user, action, Resource.ALERT))

    def open(self) -> Self:
        """Keep what the checks still find."""
        return self.filter(closed_at__isnull=True)


class Alert(Originated):
    """What a check found: opened by it, brought up to date, closed when it is found no more.

    The object is known by its kind and code; `source` is the code of the check and `facet` tells
    two findings of it on one object apart. `context` holds the figures (cents) and the words of the
    sentence, which is written in the language of the reader. People only acknowledge an alert.
    """

    source = models.CharField(_("check"), max_length=10)
    severity = models.CharField(_("severity"), max_length=11, choices=Severity)
    subject_kind = models.CharField(_("kind of object"), max_length=30)
    subject_code = models.CharField(_("object"), max_length=80)
    facet = models.CharField(_("facet"), max_length=20, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    message = models.CharField(_("message"), max_length=40)
    context = models.JSONField(_("figures"), default=dict)
    amount = MoneyField(_("amount"))
    first_seen_at = models.DateTimeField(_("first seen at"))
    last_seen_at = models.DateTimeField(_("last seen at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acknowledged by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    acknowledgement = models.CharField(_("comment of acknowledgement"), max_length=300, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["-last_seen_at", "-id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_code"], name="records_alert_subject"),
            models.Index(fields=["source", "fiscal_year"], name="records_alert_source"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "source", "subject_kind", "subject_code", "facet", "fiscal_year", "data_origin"
                ],
                condition=Q(closed_at__isnull=True),
                name="records_alert_one_open",
                violation_error_message=_("This alert is open already."),
            ),
            models.CheckConstraint(
                name="records_alert_acknowledged_with_reason",
                condition=Q(acknowledged_at__isnull=True, acknowledgement="")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledgement="")),
                violation_error_message=_("An alert is acknowledged with a comment."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.source} {self.subject_code}"
