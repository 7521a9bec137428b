"""Merges of two records entered twice: what moved, so that it can be undone."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RecordMerge(models.Model):
    """A duplicate whose rows were moved to the record that is kept.

    Both are held by kind, id and code: accounts stand below the domain. `moved` gives, by
    `app.model.field`, the ids of the rows that changed hands, `former_state` what the duplicate
    was before it was archived.
    """

    kind = models.CharField(_("kind of object"), max_length=40)
    kept_id = models.BigIntegerField()
    kept_code = models.CharField(_("kept"), max_length=40)
    duplicate_id = models.BigIntegerField()
    duplicate_code = models.CharField(_("duplicate"), max_length=40)
    moved = models.JSONField(_("rows moved"), default=dict)
    former_state = models.JSONField(_("former state"), default=dict)
    reason = models.CharField(_("reason"), max_length=300)
    merged_at = models.DateTimeField(_("merged at"))
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("merged by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undone by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="accounts_recordmerge_two_records",
                condition=~Q(kept_id=F("duplicate_id")),
                violation_error_message=_("A record is not merged with itself."),
            ),
            models.UniqueConstraint(
                name="accounts_recordmerge_duplicate_once",
                fields=["kind", "duplicate_id"],
                condition=Q(undone_at__isnull=True),
                violation_error_message=_("This duplicate is merged already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_code} → {self.kept_code}"
