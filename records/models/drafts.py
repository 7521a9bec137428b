"""Deposits on their way to a batch: files kept as they came, corrections kept apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from common.models import Versioned
from records.enums import BatchKind, DraftState
from records.models.batches import ImportBatch


class ImportDraftQuerySet(models.QuerySet["ImportDraft"]):
    """Drafts by right."""

    def visible_to(self, user: Any) -> ImportDraftQuerySet:
        """Keep the drafts that `user` may read: all, or their own."""
        scopes = scopes_of(user, Action.READ, Resource.IMPORT_BATCH)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        return self.filter(author_id=user.pk)


class ImportDraft(Versioned):
    """A deposit: what was recognised, checked, corrected and confirmed before it is recorded.

    `corrections` holds texts by table, line and column; `set_aside` the cells and the reason of
    the lines left out on purpose, by table and line; `confirmed` the anomalies that were ticked;
    `report` what the last check told.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=BatchKind, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=DraftState, default=DraftState.DRAFT
    )
    source = models.CharField(_("source"), max_length=200)
    is_new_version = models.BooleanField(_("new version of the same documents"), default=False)
    keeps_waiting = models.BooleanField(
        _("lines of unknown imputation are kept waiting"), default=False
    )
    corrections = models.JSONField(_("corrections"), default=dict, blank=True)
    set_aside = models.JSONField(_("lines set aside"), default=dict, blank=True)
    confirmed = models.JSONField(_("confirmed anomalies"), default=list, blank=True)
    recognised = models.JSONField(_("what was recognised"), default=list, blank=True)
    report = models.JSONField(_("report"), default=dict, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)
    seconds = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True)
    batch = models.OneToOneField(
        ImportBatch,
        verbose_name=_("import batch"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="draft",
    )
    job = models.ForeignKey(
        "jobs.Job",
        verbose_name=_("job"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = ImportDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("import in preparation")
        verbose_name_plural = _("imports in preparation")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="records_importdraft_seen_before_recorded",
                condition=~models.Q(state="applied") | models.Q(checked_at__isnull=False),
                violation_error_message=_("An import is checked before it is recorded."),
            ),
        ]

    def __str__(self) -> str:
        return self.source


class DraftFile(models.Model):
    """A deposited file, as it came; its name on the disk is ours."""

    draft = models.ForeignKey(
        ImportDraft, verbose_name=_("import"), on_delete=models.CASCADE, related_name="files"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=200)
    stored = models.CharField(_("place"), max_length=120, unique=True)
    table = models.CharField(_("table"), max_length=40, blank=True)
    # How it is read when its headings are not those of the table: a copy, that no edit changes.
    reading = models.JSONField(_("reading by a mapping"), default=dict, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)

    class Meta:
        verbose_name = _("deposited file")
        verbose_name_plural = _("deposited files")
        ordering = ["draft_id", "position"]
        constraints = [
            models.UniqueConstraint(
                name="records_draftfile_position_once",
                fields=["draft", "position"],
                violation_error_message=_("Two files have the same position."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Return where the file is kept."""
        return Path(settings.MEDIA_ROOT) / self.stored
