"""Import batches: every imported row knows its batch, file and line (rule 9)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from records.enums import BatchKind


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Batches by right."""

    def visible_to(self, user: Any) -> ImportBatchQuerySet:
        """Keep the batches that `user` may read: all, or their own."""
        scopes = scopes_of(user, Action.READ, Resource.IMPORT_BATCH)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        return self.filter(imported_by_id=user.pk)


class ImportBatch(models.Model):
    """One applied import: its content digest makes a replay recognisable."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=BatchKind)
    source = models.CharField(_("source"), max_length=200)
    digest = models.CharField(_("content digest"), max_length=64, db_index=True)
    imported_at = models.DateTimeField(_("imported at"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("imported by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    counts = models.JSONField(_("counts"), default=dict)
    warnings = models.JSONField(_("warnings"), default=list)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import batch")
        verbose_name_plural = _("import batches")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="records_importbatch_content_once",
                fields=["kind", "digest"],
                violation_error_message=_("The same content was imported already."),
            ),
        ]

    def __str__(self) -> str:
        return self.code
