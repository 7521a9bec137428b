"""Filters of the records room."""

from __future__ import annotations

from common.api.filtersets import (
    CodeFilter,
    Filters,
    FlagFilter,
    IdFilter,
    OneOf,
    SearchFilter,
    from_day,
    to_day,
)
from records.enums import AttachmentKind, Event


class SubjectFilters(Filters):
    """Filters on what a row is about."""

    subject_kind = CodeFilter("subject_kind")
    subject_code = CodeFilter("subject_code")


class AnnotationFilters(SubjectFilters):
    """Filters of what people add."""

    author = CodeFilter("author__username")
    is_shared = FlagFilter("is_shared")
    is_standing = FlagFilter("withdrawn_at", lookup_expr="isnull")
    created_at_from = from_day("created_at__date")
    created_at_to = to_day("created_at__date")


class AttachmentFilters(AnnotationFilters):
    """Filters of `attachments`."""

    q = SearchFilter(["title"])
    kind = OneOf("kind", AttachmentKind.choices)


class CommentFilters(AnnotationFilters):
    """Filters of `comments`."""

    q = SearchFilter(["body"])
    parent = IdFilter("parent_id")
    anchor = CodeFilter("anchor")
    is_thread = FlagFilter("parent_id", lookup_expr="isnull")
    is_resolved = FlagFilter("resolved_at", lookup_expr="isnull", exclude=True)


class NotificationFilters(SubjectFilters):
    """Filters of `notifications`."""

    event = OneOf("event", Event.choices)
    is_unread = FlagFilter("read_at", lookup_expr="isnull")
