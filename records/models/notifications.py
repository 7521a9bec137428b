"""Notifications: what happened, to whom it is told, and what became of its mail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from records.enums import Event
from records.models.annotations import About
from records.subjects import about_visible_subjects


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications by person and by state."""

    def of(self, user: Any) -> NotificationQuerySet:
        """Keep those of one person, whether their object can still be read or not."""
        return self.filter(recipient_id=user.pk)

    def visible_to(self, user: Any) -> NotificationQuerySet:
        """Keep those of `user` about an object that `user` may read now."""
        return self.of(user).filter(about_visible_subjects(user))

    def unread(self) -> NotificationQuerySet:
        """Keep those that were not read."""
        return self.filter(read_at__isnull=True)

    def to_mail(self) -> NotificationQuerySet:
        """Keep those whose mail nobody took charge of, and that were not read meanwhile."""
        return self.filter(mail_taken_at__isnull=True, read_at__isnull=True)


class Notification(About):
    """One event told to one person; `key` names the event, so that it is told once.

    A mail is taken charge of (`mail_taken_at`, committed) before it is handed to the server, and
    `mailed_at` says that the server accepted it: whatever is killed in between is never sent again.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        on_delete=models.CASCADE,
        related_name="notifications",
    )
    event = models.CharField(_("event"), max_length=16, choices=Event)
    key = models.CharField(_("key"), max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("actor"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    happened_at = models.DateTimeField(_("happened at"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mail_taken_at = models.DateTimeField(_("mail taken charge of at"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("mailed at"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="records_notification_unread"),
        ]
        constraints = [
            models.UniqueConstraint(
                name="records_notification_once",
                fields=["recipient", "key"],
                violation_error_message=_("This person was told already."),
            ),
            models.CheckConstraint(
                name="records_notification_mailed_once_taken",
                condition=Q(mailed_at__isnull=True) | Q(mail_taken_at__isnull=False),
                violation_error_message=_("A mail is taken charge of before it is sent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.key}"
