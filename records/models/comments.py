"""Comments on an object, threaded one level, and the people whom they mention."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Resource
from common.models import RequestTrace, Versioned
from records.models.annotations import Annotation, AnnotationQuerySet


class CommentQuerySet(AnnotationQuerySet):
    """Comments by right."""

    resource = Resource.COMMENT

    def open_threads(self) -> Self:
        """Keep the comments that begin a thread which is neither resolved nor withdrawn."""
        return self.filter(parent=None, resolved_at=None, withdrawn_at=None)


class Comment(Annotation, Versioned):
    """A remark in plain text; former texts are kept in its history.

    `anchor` names the part of the object that it is about, among those that the owner of the object
    knows; empty, it is about the whole. A comment and its answers are a thread: it is resolved
    by somebody, and may be opened again.
    """

    parent = models.ForeignKey(
        "self",
        verbose_name=_("answer to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
    )
    body = models.TextField(_("text"), max_length=5000)
    anchor = models.CharField(_("part of the object"), max_length=24, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("resolved by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = CommentQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_code"], name="records_comment_subject")
        ]
        constraints = [
            models.CheckConstraint(
                name="records_comment_withdrawn_with_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
                violation_error_message=_("A comment is withdrawn with a reason."),
            ),
            models.CheckConstraint(
                name="records_comment_resolved_by_somebody",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False, parent__isnull=True),
                violation_error_message=_("A thread is resolved by somebody, and whole."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_code} {self.pk}"

    @property
    def is_resolved(self) -> bool:
        """Whether its thread is resolved, as the comment that begins it says."""
        return self.resolved_at is not None


class CommentMention(models.Model):
    """A person named by a comment, who could read its object then."""

    comment = models.ForeignKey(
        Comment, verbose_name=_("comment"), on_delete=models.CASCADE, related_name="mentions"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        ordering = ["comment_id", "person_id"]
        constraints = [
            models.UniqueConstraint(
                name="records_commentmention_once",
                fields=["comment", "person"],
                violation_error_message=_("This person is mentioned already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.comment_id}-{self.person_id}"
