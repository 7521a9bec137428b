"""Reaching one document or comment: unseen is 404, a refused verb is 403."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.enums import Action
from records.models import Attachment, Comment
from records.models.annotations import AnnotationQuerySet


def may_change(user: Any, rows: AnnotationQuerySet, author_id: int, pk: int) -> bool:
    """Whether `user` may change a row: by the right to edit, or as its author who may create."""
    if rows.allowing(user, Action.UPDATE).filter(pk=pk).exists():
        return True
    return author_id == user.pk and rows.allowing(user, Action.CREATE).filter(pk=pk).exists()


def _reach(rows: AnnotationQuerySet, user: Any, pk: int, *, to_change: bool) -> Any:
    row = rows.visible_to(user).filter(pk=pk).first()
    if row is None:
        raise Http404
    if to_change and not may_change(user, rows, row.author_id, row.pk):
        raise PermissionDenied
    return row


def attachment_for(user: Any, pk: int, *, to_change: bool = False) -> Attachment:
    """Return a document that `user` may read, and change. Raises Http404, PermissionDenied."""
    rows = Attachment.objects.select_related("author", "withdrawn_by")
    found: Attachment = _reach(rows, user, pk, to_change=to_change)
    return found


def comment_for(user: Any, pk: int, *, to_change: bool = False) -> Comment:
    """Return a comment that `user` may read, and change. Raises Http404, PermissionDenied."""
    rows = Comment.objects.select_related("author", "withdrawn_by", "resolved_by")
    found: Comment = _reach(rows, user, pk, to_change=to_change)
    return found
