"""Import batches: every imported row knows its batch, file and line (rule 9)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from records.enums import BatchKind, BatchState, RowChange


class ImportBatchQuerySet(models.QuerySet["ImportBatch"]):
    """Batches by right."""

    def visible_to(self, user: Any) -> ImportBatchQuerySet:
        """Keep the batches that `user` may read: all, or their own."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> ImportBatchQuerySet:
        """Keep the batches on which `user` may do `action`."""
        scopes = scopes_of(user, action, Resource.IMPORT_BATCH)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        return self.filter(imported_by_id=user.pk)

    def standing(self) -> ImportBatchQuerySet:
        """Keep the batches that were not undone."""
        return self.exclude(state=BatchState.UNDONE)


class ImportBatch(models.Model):
    """One applied import: its content digest makes a replay recognisable.

    `leans_on` are the batches whose rows this one found, changed or replaced: none of them is
    undone before it. An undone batch keeps its name, its counts and its files.
    """

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
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    # By table and exercise: numbers of lines, and amounts, by what became of the lines.
    totals = models.JSONField(_("control totals"), default=dict, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)
    leans_on = models.ManyToManyField(
        "self",
        verbose_name=_("leans on"),
        symmetrical=False,
        blank=True,
        related_name="bearing",
    )
    state = models.CharField(
        _("state"), max_length=16, choices=BatchState, default=BatchState.APPLIED
    )
    undo_reason = models.CharField(_("reason of the undo"), max_length=500, blank=True)
    undo_requested_at = models.DateTimeField(_("undo requested at"), null=True, blank=True)
    undo_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("undo requested by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
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

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("import batch")
        verbose_name_plural = _("import batches")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="records_importbatch_content_once",
                fields=["kind", "digest"],
                condition=~models.Q(state="undone"),
                violation_error_message=_("The same content was imported already."),
            ),
            models.CheckConstraint(
                name="records_importbatch_undone_has_date",
                condition=models.Q(state="undone", undone_at__isnull=False)
                | (~models.Q(state="undone") & models.Q(undone_at__isnull=True)),
                violation_error_message=_("An undone batch, and only one, has a date of undo."),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ImportedRow(models.Model):
    """What a batch did to a record, and what its undo removed: the values before and after.

    Facts that a batch added know their batch themselves; they come here when they are removed.
    """

    batch = models.ForeignKey(
        ImportBatch, verbose_name=_("import batch"), on_delete=models.CASCADE, related_name="rows"
    )
    table = models.CharField(_("table"), max_length=40)
    key = models.CharField(_("key"), max_length=200)
    line = models.PositiveIntegerField(_("source line"), null=True, blank=True)
    change = models.CharField(_("change"), max_length=8, choices=RowChange)
    object_id = models.BigIntegerField(_("number of the row"))
    before = models.JSONField(_("before"), default=dict, blank=True)
    after = models.JSONField(_("after"), default=dict, blank=True)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["batch_id", "id"]
        indexes = [
            models.Index(fields=["table", "object_id"], name="records_importedrow_object"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.key}"
