"""Documents attached to an object, and the successive files of each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Resource
from common.models import RequestTrace, Versioned
from records.enums import AttachmentKind
from records.models.annotations import Annotation, AnnotationQuerySet


class AttachmentQuerySet(AnnotationQuerySet):
    """Attachments by right."""

    resource = Resource.ATTACHMENT


class Attachment(Annotation, Versioned):
    """A document; its content is in append-only `AttachmentFile` rows, the last one is current."""

    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(
        _("kind of document"), max_length=16, choices=AttachmentKind, default=AttachmentKind.OTHER
    )

    objects = AttachmentQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_code"], name="records_attachment_subject")
        ]
        constraints = [
            models.CheckConstraint(
                name="records_attachment_withdrawn_with_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
                violation_error_message=_("A document is withdrawn with a reason."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AttachmentFileQuerySet(models.QuerySet["AttachmentFile"]):
    """Files by right: those of the attachments that are seen."""

    def visible_to(self, user: Any) -> AttachmentFileQuerySet:
        """Keep the files of the attachments that `user` may read."""
        return self.filter(attachment__in=Attachment.objects.visible_to(user))


class AttachmentFile(models.Model):
    """One received file: never changed, never erased; the name on disk is made by the server."""

    attachment = models.ForeignKey(
        Attachment, verbose_name=_("attachment"), on_delete=models.PROTECT, related_name="files"
    )
    number = models.PositiveIntegerField(_("number"))
    file_name = models.CharField(_("file name"), max_length=150)
    stored_name = models.CharField(_("stored name"), max_length=64, unique=True, editable=False)
    media_type = models.CharField(_("type of content"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    is_scanned = models.BooleanField(_("scanned for viruses"), default=False)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("received from"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = AttachmentFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of an attachment")
        verbose_name_plural = _("files of an attachment")
        ordering = ["attachment_id", "number"]
        constraints = [
            models.UniqueConstraint(
                name="records_attachmentfile_number_once",
                fields=["attachment", "number"],
                violation_error_message=_("This number of file is taken."),
            ),
            models.CheckConstraint(
                name="records_attachmentfile_not_empty",
                condition=Q(size__gte=1),
                violation_error_message=_("An empty file is not kept."),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
