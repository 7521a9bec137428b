"""What the pages show of an object: its documents, its comments, what happened to them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.enums import Action
from records.mentions import Piece, pieces
from records.models import Attachment, AttachmentFile, Comment, Notification
from records.subjects import Subject, subject_kind, subjects_of, subjects_read_at

EDITABLE_FOR = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Document:
    """A document with its files, the newest first."""

    attachment: Attachment
    files: list[AttachmentFile]
    is_changeable: bool

    @property
    def current(self) -> AttachmentFile:
        """Return the newest file."""
        return self.files[0]


@dataclass
class Remark:
    """A comment as it is shown, with its answers.

    `place` names the part of the object that it is about; `former` is the object that it was
    written about, where it is one that this one continues.
    """

    comment: Comment
    text: list[Piece]
    is_editable: bool
    is_changeable: bool
    answers: list[Remark] = field(default_factory=list)
    place: str = ""
    former: Subject | None = None
    is_edited: bool = False


@dataclass(frozen=True)
class Told:
    """A notification with its object; None when there is none to link to."""

    notification: Notification
    subject: Subject | None


@dataclass(frozen=True)
class RecordsEvent:
    """Something that happened to the documents or comments of an object."""

    at: dt.datetime
    kind: str
    who: str
    what: str
    reason: str


def documents_of(user: Any, kind: str, code: str) -> list[Document]:
    """Return the documents of an object that `user` may read, withdrawn ones included.

    A constant number of queries.
    """
    rows = Attachment.objects.of_kind(user, kind).on(kind, code)
    attachments = list(rows.select_related("author", "withdrawn_by").order_by("id"))
    return with_files(user, attachments)


def with_files(user: Any, attachments: list[Attachment]) -> list[Document]:
    """Return documents with their files and whether `user` may change them; three queries."""
    files: dict[int, list[AttachmentFile]] = defaultdict(list)
    received = AttachmentFile.objects.filter(attachment__in=attachments)
    for row in received.select_related("received_by").order_by("-number"):
        files[row.attachment_id].append(row)
    changeable = _changeable(user, Attachment, attachments)
    return [
        Document(row, files[row.pk], not row.is_withdrawn and row.pk in changeable)
        for row in attachments
        if files[row.pk]
    ]


def _changeable(user: Any, model: Any, rows: list[Any]) -> set[int]:
    """Return the ids that `user` may change, of one object: by right to edit, or as author."""
    ids = [row.pk for row in rows]
    if not ids:
        return set()
    kind = rows[0].subject_kind
    edited = model.objects.allowing(user, Action.UPDATE, kind).filter(pk__in=ids)
    own = model.objects.allowing(user, Action.CREATE, kind).filter(pk__in=ids, author_id=user.pk)
    return set(edited.values_list("pk", flat=True)) | set(own.values_list("pk", flat=True))


def comments_of(user: Any, kind: str, code: str) -> list[Remark]:
    """Return the comments of an object that `user` may read, the oldest first, with answers.

    Those of the objects that it continues stand among them.
    """
    owner = subject_kind(kind)
    # Most objects have no parts and continue no other: their comments say enough.
    is_plain = owner.anchors is None and owner.former is None
    subjects = {} if is_plain else subjects_read_at(user, kind, code)
    codes = [code] if is_plain else list(subjects)
    rows = Comment.objects.of_kind(user, kind).filter(subject_code__in=codes)
    comments = list(
        rows.filter(subject_kind=kind)
        .annotate(is_edited=Exists(_other_texts()))
        .select_related("author", "withdrawn_by", "resolved_by")
        .prefetch_related("mentions__person")
        .order_by("id")
    )
    changeable = _changeable(user, Comment, comments)
    remarks = {row.pk: _remark(row, user, row.pk in changeable) for row in comments}
    first: list[Remark] = []
    for remark in remarks.values():
        subject = subjects.get(remark.comment.subject_code)
        if subject:
            remark.place = subject.anchors.get(remark.comment.anchor, "")
            remark.former = None if subject.code == code else subject
        parent = remarks.get(remark.comment.parent_id or 0)
        (parent.answers if parent else first).append(remark)
    return first


def _other_texts() -> Any:
    """Return what the history of a comment says of it in another text: resolving is no edit."""
    return Comment.history.filter(id=OuterRef("pk")).exclude(body=OuterRef("body"))


def _remark(comment: Comment, user: Any, may_change: bool) -> Remark:  # noqa: FBT001
    people = {mention.person.username for mention in comment.mentions.all()}
    standing = not comment.is_withdrawn
    recent = timezone.now() <= comment.created_at + EDITABLE_FOR
    return Remark(
        comment=comment,
        text=pieces(comment.body, people) if standing else [],
        is_editable=standing and recent and may_change and comment.author_id == user.pk,
        is_changeable=standing and may_change,
        is_edited=standing and comment.is_edited,  # type: ignore[attr-defined]
    )


def events_of(user: Any, kind: str, code: str) -> list[RecordsEvent]:
    """Return what happened to the documents and comments of an object, for its history."""
    events = []
    for document in documents_of(user, kind, code):
        row = document.attachment
        for file in document.files:
            what = f"{row.title} ({file.file_name}, {file.number})"
            who = str(file.received_by)
            events.append(RecordsEvent(file.received_at, "attachment", who, what, ""))
        events += _withdrawal(row, "attachment_withdrawn", row.title)
    comments = Comment.objects.of_kind(user, kind).on(kind, code)
    for comment in comments.select_related("author", "withdrawn_by"):
        who = str(comment.author)
        events.append(RecordsEvent(comment.created_at, "comment", who, "", ""))
        events += _withdrawal(comment, "comment_withdrawn", "")
    return events


def _withdrawal(row: Any, kind: str, what: str) -> list[RecordsEvent]:
    if not row.is_withdrawn:
        return []
    who, reason = str(row.withdrawn_by), row.withdrawal_reason
    return [RecordsEvent(row.withdrawn_at, kind, who, what, reason)]


def notifications_of(user: Any, rows: list[Notification]) -> list[Told]:
    """Return notifications with the objects that `user` may read; a query a kind of object."""
    subjects = subjects_of(user, {(row.subject_kind, row.subject_code) for row in rows})
    return [Told(row, subjects.get((row.subject_kind, row.subject_code))) for row in rows]
