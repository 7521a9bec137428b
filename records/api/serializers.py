"""Documents, comments and notifications, as the API shows and receives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as drf

from common.api.fields import FlagField, RowSerializer, StrictSerializer, TextField
from common.api.filtersets import MAX_ID
from records.enums import AttachmentKind, Event


class FileRow(RowSerializer):
    """One received file of a document."""

    number = drf.IntegerField()
    file_name = drf.CharField()
    media_type = drf.CharField()
    size = drf.IntegerField(help_text="Bytes.")
    sha256 = drf.CharField()
    is_scanned = drf.BooleanField()
    received_at = drf.DateTimeField()
    received_by = drf.CharField(source="received_by__username")


class AttachmentRow(RowSerializer):
    """A document of an object; `file` is the current one, `files` are all, the newest first."""

    id = drf.IntegerField()
    subject_kind = drf.CharField()
    subject_code = drf.CharField()
    title = drf.CharField()
    kind = drf.ChoiceField(AttachmentKind.choices)
    is_shared = drf.BooleanField()
    author = drf.CharField(source="author__username")
    created_at = drf.DateTimeField()
    updated_at = drf.DateTimeField()
    withdrawn_at = drf.DateTimeField(allow_null=True)
    withdrawn_by = drf.CharField(source="withdrawn_by__username", allow_null=True)
    withdrawal_reason = drf.CharField()
    file = FileRow()
    version = drf.IntegerField()

    class Meta:
        nested: tuple[str, ...] = ("file",)


class AttachmentDetail(AttachmentRow):
    """A document with every file that was received."""

    files = FileRow(many=True)  # type: ignore[assignment]

    class Meta(AttachmentRow.Meta):
        nested = ("file", "files")


class CommentRow(RowSerializer):
    """A comment; a withdrawn one has no text any more."""

    id = drf.IntegerField()
    subject_kind = drf.CharField()
    subject_code = drf.CharField()
    parent = drf.IntegerField(source="parent_id", allow_null=True)  # type: ignore[assignment]
    anchor = drf.CharField(help_text="The part of the object; empty: the whole.")
    body = drf.CharField()
    is_shared = drf.BooleanField()
    author = drf.CharField(source="author__username")
    mentions = drf.ListField(child=drf.CharField())
    created_at = drf.DateTimeField()
    updated_at = drf.DateTimeField()
    withdrawn_at = drf.DateTimeField(allow_null=True)
    withdrawn_by = drf.CharField(source="withdrawn_by__username", allow_null=True)
    withdrawal_reason = drf.CharField()
    resolved_at = drf.DateTimeField(allow_null=True)
    resolved_by = drf.CharField(source="resolved_by__username", allow_null=True)
    version = drf.IntegerField()

    class Meta:
        nested: tuple[str, ...] = ("mentions",)


class NotificationRow(RowSerializer):
    """Something told to the caller."""

    id = drf.IntegerField()
    event = drf.ChoiceField(Event.choices)
    subject_kind = drf.CharField()
    subject_code = drf.CharField()
    actor = drf.CharField(source="actor__username", allow_null=True)
    happened_at = drf.DateTimeField()
    read_at = drf.DateTimeField(allow_null=True)


class ReadCount(drf.Serializer[Any]):
    """How many notifications were unread."""

    read = drf.IntegerField()


class SubjectFields(StrictSerializer):
    """What something is about."""

    subject_kind = TextField(max_length=24)
    subject_code = TextField(max_length=80)


class NewAttachment(SubjectFields):
    """A document to attach; sent as multipart/form-data."""

    content = drf.FileField(help_text="20 MB at most; its content says what it is.")
    title = TextField(max_length=200, required=False, allow_blank=True)
    kind = drf.ChoiceField(AttachmentKind.choices, required=False)
    is_shared = drf.BooleanField(required=False)


class NewFile(StrictSerializer):
    """A newer file of a document; sent as multipart/form-data."""

    content = drf.FileField(help_text="20 MB at most; its content says what it is.")


class AttachmentEdit(StrictSerializer):
    """Some descriptions of a document."""

    title = TextField(max_length=200, required=False)
    kind = drf.ChoiceField(AttachmentKind.choices, required=False)
    is_shared = FlagField(required=False)


class Withdrawal(StrictSerializer):
    """Why something is withdrawn."""

    reason = TextField(max_length=500)


class NewComment(SubjectFields):
    """A comment to write, or an answer to `parent`."""

    body = TextField(max_length=5000)
    parent = drf.IntegerField(  # type: ignore[assignment]
        required=False, allow_null=True, min_value=1, max_value=MAX_ID
    )
    is_shared = FlagField(required=False)
    anchor = TextField(max_length=24, required=False, allow_blank=True)


class CommentEdit(StrictSerializer):
    """The new text of a comment."""

    body = TextField(max_length=5000)
