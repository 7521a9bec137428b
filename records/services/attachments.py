"""Attach, describe, replace and withdraw a document."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.services.audit import record_event
from records.enums import Event
from records.exceptions import FileRefused
from records.models import Attachment, AttachmentFile
from records.models.annotations import is_outside_the_house
from records.rules.files import MEDIA_TYPES, type_of_file
from records.rules.names import clean_file_name
from records.services.annotations import (
    lock_annotation,
    refuse_reasonless,
    save_annotation,
    withdraw,
)
from records.services.notifications import follow_subject, followers, notify
from records.services.people import with_grants
from records.services.storage import stored
from records.subjects import find_subject

EDITABLE = frozenset({"title", "kind", "is_shared"})


@transaction.atomic
def attach_document(
    *,
    actor: Any,
    subject_kind: str,
    subject_code: str,
    content: BinaryIO,
    file_name: str,
    size: int,
    title: str = "",
    kind: str = "other",
    is_shared: bool = False,
) -> Attachment:
    """Attach a document to an object that `actor` may read and write about.

    `size` is in bytes; the title is the file name by default. What a partner attaches is shared.
    Raises Http404, PermissionDenied, FileRefused, ScanRefused, ValidationError.
    """
    _may_create(actor, subject_kind, subject_code)
    name = clean_file_name(file_name)
    attachment = Attachment(
        subject_kind=subject_kind,
        subject_code=subject_code,
        author=actor,
        title=title.strip() or name,
        kind=kind,
        is_shared=is_shared or is_outside_the_house(actor, Resource.ATTACHMENT),
    )
    attachment.full_clean()
    attachment._history_user = actor  # type: ignore[attr-defined]
    attachment.save()
    _receive(attachment, 1, actor, content, name, size)
    _record(actor, "attached", attachment)
    follow_subject(actor=actor, kind=subject_kind, code=subject_code)
    _tell(attachment, actor, 1)
    return attachment


@transaction.atomic
def replace_document(
    *,
    actor: Any,
    attachment_id: int,
    expected_version: int,
    content: BinaryIO,
    file_name: str,
    size: int,
) -> Attachment:
    """Receive a newer file of a document; the former ones stay. Same refusals, and StaleEdit."""
    attachment = lock_annotation(Attachment, attachment_id, expected_version)
    newest = attachment.files.order_by("-number").values_list("number", flat=True).first() or 0
    save_annotation(attachment, actor)
    _receive(attachment, newest + 1, actor, content, clean_file_name(file_name), size)
    _record(actor, "replaced", attachment)
    _tell(attachment, actor, newest + 1)
    return attachment


@transaction.atomic
def describe_document(
    *, actor: Any, attachment_id: int, expected_version: int, changes: dict[str, Any]
) -> Attachment:
    """Change the title, the kind or the sharing of a document. Raises StaleEdit, Withdrawn.

    Raises ValidationError too; a partner cannot hide what it attached.
    """
    if set(changes) - EDITABLE:
        raise TypeError("not editable")
    attachment = lock_annotation(Attachment, attachment_id, expected_version)
    for name, value in changes.items():
        setattr(attachment, name, value)
    if is_outside_the_house(actor, Resource.ATTACHMENT):
        attachment.is_shared = True
    save_annotation(attachment, actor)
    _record(actor, "edited", attachment)
    return attachment


@transaction.atomic
def withdraw_document(
    *, actor: Any, attachment_id: int, expected_version: int, reason: str
) -> Attachment:
    """Withdraw a document: it stays, with its files, its author and the reason; nothing is erased.

    Raises StaleEdit, Withdrawn, ValidationError (no reason).
    """
    refuse_reasonless(reason)
    attachment = lock_annotation(Attachment, attachment_id, expected_version)
    withdraw(attachment, actor, reason)
    save_annotation(attachment, actor)
    _record(actor, "withdrawn", attachment, reason=reason)
    return attachment


def _may_create(actor: Any, kind: str, code: str) -> None:
    find_subject(actor, kind, code, action=Action.CREATE, resource=Resource.ATTACHMENT)


def _receive(
    attachment: Attachment, number: int, actor: Any, content: BinaryIO, name: str, size: int
) -> None:
    """Check the content, write it to disk, then write its row."""
    if not name:
        raise FileRefused(why=_("it has no name."))
    found = type_of_file(content, name, size)
    with stored(content) as (stored_name, digest, written):
        row = AttachmentFile(
            attachment=attachment,
            number=number,
            file_name=name,
            stored_name=stored_name,
            media_type=MEDIA_TYPES[found],
            size=written,
            sha256=digest,
            is_scanned=bool(settings.ATTACHMENT_SCAN_COMMAND),
            received_at=timezone.now(),
            received_by=actor,
        )
        row.full_clean()
        row.save()


def _record(actor: Any, verb: str, attachment: Attachment, *, reason: str = "") -> None:
    detail: dict[str, Any] = {"attachment": attachment.pk, "title": attachment.title}
    if reason:
        detail["reason"] = reason
    record_event(
        actor=actor,
        verb=verb,
        object_kind=attachment.subject_kind,
        object_code=attachment.subject_code,
        detail=detail,
    )


def _tell(attachment: Attachment, actor: Any, number: int) -> None:
    kind, code = attachment.subject_kind, attachment.subject_code
    notify(
        event=Event.ATTACHMENT,
        kind=kind,
        code=code,
        key=f"attachment-{attachment.pk}-{number}",
        people=[
            person
            for person in with_grants(followers(kind, code))
            if attachment.is_shared or not is_outside_the_house(person, Resource.ATTACHMENT)
        ],
        actor=actor,
        action=Action.READ,
        resource=Resource.ATTACHMENT,
    )
