"""Who follows which object."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from records.models.annotations import About


class Subscription(About):
    """A person follows an object: they are told of its comments and documents."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.CASCADE,
        related_name="+",
    )
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_code"], name="records_subscription_about")
        ]
        constraints = [
            models.UniqueConstraint(
                name="records_subscription_once",
                fields=["person", "subject_kind", "subject_code"],
                violation_error_message=_("You follow this already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.subject_kind} {self.subject_code}"
