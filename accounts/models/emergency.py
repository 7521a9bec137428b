"""The report of an emergency access, produced by itself when the access is over."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.grants import Grant


class EmergencyReport(models.Model):
    """What was done under an emergency access, counted when it ended (`reliability.md` §3.3, 8).

    The lines are the audit events that the access marks: this is no second log.
    """

    grant = models.OneToOneField(
        Grant,
        verbose_name=_("emergency access"),
        on_delete=models.PROTECT,
        related_name="report",
    )
    produced_at = models.DateTimeField(_("produced at"))
    reads = models.PositiveIntegerField(_("reads"))
    writes = models.PositiveIntegerField(_("writes sent"))
    refusals = models.PositiveIntegerField(_("requests refused"))
    operations = models.PositiveIntegerField(_("operations recorded"))

    class Meta:
        verbose_name = _("report of an emergency access")
        verbose_name_plural = _("reports of emergency accesses")
        ordering = ["-produced_at"]

    def __str__(self) -> str:
        return str(self.grant_id)
