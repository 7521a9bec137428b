"""Comment on an object, answer, edit within a quarter of an hour, withdraw."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Action, Resource
from accounts.models import User
from accounts.services.audit import record_event
from records.enums import Event
from records.exceptions import (
    NotTheAuthor,
    ReplyToReply,
    ThreadResolved,
    TooLateToEdit,
    Withdrawn,
    WrongThreadState,
)
from records.mentions import mentioned_names
from records.models import Comment, CommentMention
from records.models.annotations import is_outside_the_house
from records.services.annotations import (
    lock_annotation,
    refuse_reasonless,
    save_annotation,
    withdraw,
)
from records.services.notifications import follow_subject, followers, notify
from records.services.people import active_people, people_who_see, with_grants
from records.subjects import find_subject

EDITABLE_MINUTES = 15
LONGEST = 5000  # code points


@transaction.atomic
def write_comment(
    *,
    actor: Any,
    subject_kind: str,
    subject_code: str,
    body: str,
    parent_id: int | None = None,
    is_shared: bool = False,
    anchor: str = "",
) -> Comment:
    """Comment on an object that `actor` may read and write about, or answer one of its comments.

    `anchor` names a part of the object. An answer is shared and placed as its comment is; what a
    partner writes is shared. The people mentioned who may read the comment are told, then those who
    follow the object. Raises Http404, PermissionDenied, ReplyToReply, ThreadResolved, Withdrawn,
    ValidationError, Comment.DoesNotExist.
    """
    subject = find_subject(
        actor, subject_kind, subject_code, action=Action.CREATE, resource=Resource.COMMENT
    )
    if anchor and anchor not in subject.anchors:
        raise ValidationError({"anchor": _("The object has no such part.")})
    parent = None
    if parent_id is not None:
        seen = Comment.objects.visible_to(actor).on(subject_kind, subject_code)
        parent = seen.get(pk=parent_id)
        _check_parent(parent)
        is_shared, anchor = parent.is_shared, parent.anchor
    comment = Comment(
        subject_kind=subject_kind,
        subject_code=subject_code,
        author=actor,
        parent=parent,
        body=_plain(body),
        anchor=anchor,
        is_shared=is_shared or is_outside_the_house(actor, Resource.COMMENT),
    )
    comment.full_clean()
    comment._history_user = actor  # type: ignore[attr-defined]
    comment.save()
    _record(actor, "commented", comment)
    _mention(comment, actor)
    follow_subject(actor=actor, kind=subject_kind, code=subject_code)
    _tell(comment, followers(subject_kind, subject_code), Event.COMMENT, actor)
    return comment


@transaction.atomic
def edit_comment(*, actor: Any, comment_id: int, expected_version: int, body: str) -> Comment:
    """Change one's own comment within 15 minutes; the former text stays in the history.

    Raises NotTheAuthor, TooLateToEdit, Withdrawn, StaleEdit, ValidationError.
    """
    comment = lock_annotation(Comment, comment_id, expected_version)
    if comment.author_id != actor.pk:
        raise NotTheAuthor()
    if not is_editable(comment):
        raise TooLateToEdit(minutes=EDITABLE_MINUTES)
    comment.body = _plain(body)
    save_annotation(comment, actor)
    _record(actor, "comment_edited", comment)
    _mention(comment, actor)
    return comment


@transaction.atomic
def withdraw_comment(*, actor: Any, comment_id: int, expected_version: int, reason: str) -> Comment:
    """Withdraw a comment: its text is no longer shown, its place, author and reason are.

    The author may, and whoever may edit the comments of the object (the caller checks the right).
    Raises StaleEdit, Withdrawn, ValidationError (no reason).
    """
    refuse_reasonless(reason)
    comment = lock_annotation(Comment, comment_id, expected_version)
    withdraw(comment, actor, reason)
    save_annotation(comment, actor)
    _record(actor, "comment_withdrawn", comment, reason=reason)
    return comment


@transaction.atomic
def resolve_thread(*, actor: Any, comment_id: int, expected_version: int) -> Comment:
    """Say that nothing is left to answer in the thread that a comment begins.

    Whoever may comment on the object may. Raises Http404, PermissionDenied, StaleEdit, Withdrawn,
    WrongThreadState (an answer, or resolved already).
    """
    comment = _lock_thread(actor, comment_id, expected_version)
    if comment.is_resolved:
        raise WrongThreadState()
    comment.resolved_at, comment.resolved_by = timezone.now(), actor
    save_annotation(comment, actor)
    _record(actor, "comment_resolved", comment)
    return comment


@transaction.atomic
def reopen_thread(*, actor: Any, comment_id: int, expected_version: int) -> Comment:
    """Open a resolved thread again; who resolved it and when stay in the history.

    Raises Http404, PermissionDenied, StaleEdit, Withdrawn, WrongThreadState (not resolved).
    """
    comment = _lock_thread(actor, comment_id, expected_version)
    if not comment.is_resolved:
        raise WrongThreadState()
    comment.resolved_at = comment.resolved_by = None
    save_annotation(comment, actor)
    _record(actor, "comment_reopened", comment)
    return comment


def _lock_thread(actor: Any, comment_id: int, expected_version: int) -> Comment:
    comment = lock_annotation(Comment, comment_id, expected_version)
    find_subject(
        actor,
        comment.subject_kind,
        comment.subject_code,
        action=Action.CREATE,
        resource=Resource.COMMENT,
    )
    if comment.parent_id is not None:
        raise WrongThreadState()
    return comment


def is_editable(comment: Comment) -> bool:
    """Whether its author may still edit a comment."""
    limit = comment.created_at + dt.timedelta(minutes=EDITABLE_MINUTES)
    return not comment.is_withdrawn and timezone.now() <= limit


def _check_parent(parent: Comment) -> None:
    if parent.is_withdrawn:
        raise Withdrawn()
    if parent.parent_id is not None:
        raise ReplyToReply()
    if parent.is_resolved:
        raise ThreadResolved()


def _plain(text: str) -> str:
    """Return the text in NFC with plain ends of lines. Raises ValidationError (too long, NUL)."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    found = unicodedata.normalize("NFC", plain).strip()
    if len(found) > LONGEST:
        raise ValidationError({"body": _("At most %(count)s characters.") % {"count": LONGEST}})
    if "\x00" in found:
        raise ValidationError({"body": _("A null character is not allowed.")})
    return found


def _mention(comment: Comment, actor: Any) -> None:
    """Keep the mentions of the people who may read the comment, and tell those who are new."""
    names = mentioned_names(comment.body)
    people = active_people().filter(username__in=names)
    seen = people_who_see(
        comment.subject_kind,
        comment.subject_code,
        people,
        action=Action.READ,
        resource=Resource.COMMENT,
    )
    told = [person for person in seen if comment.is_shared or _inside(person)]
    comment.mentions.exclude(person__in=told).delete()
    CommentMention.objects.bulk_create(
        [CommentMention(comment=comment, person=person) for person in told], ignore_conflicts=True
    )
    _tell(comment, told, Event.MENTION, actor)


def _inside(person: User) -> bool:
    return not is_outside_the_house(person, Resource.COMMENT)


def _tell(comment: Comment, people: list[User], event: str, actor: Any) -> None:
    """Tell people once of a comment: a mention comes first, so that it is the one told."""
    notify(
        event=event,
        kind=comment.subject_kind,
        code=comment.subject_code,
        key=f"comment-{comment.pk}",
        people=[person for person in with_grants(people) if comment.is_shared or _inside(person)],
        actor=actor,
        action=Action.READ,
        resource=Resource.COMMENT,
    )


def _record(actor: Any, verb: str, comment: Comment, *, reason: str = "") -> None:
    detail: dict[str, Any] = {"comment": comment.pk}
    if reason:
        detail["reason"] = reason
    record_event(
        actor=actor,
        verb=verb,
        object_kind=comment.subject_kind,
        object_code=comment.subject_code,
        detail=detail,
    )
