"""Comments on an object, threaded one level, and the people whom they mention."""

from __future__ import annotations

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


class Comment(Annotation, Versioned):
    """A remark in plain text; former texts are kept in its history."""

    parent = models.ForeignKey(
        "self",
        verbose_name=_("answer to"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="answers",
    )
    body = models.TextField(_("text"), max_length=5000)

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
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_code} {self.pk}"


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
