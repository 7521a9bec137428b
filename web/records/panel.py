"""What the panel of an object shows: documents, comments, whether one follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.enums import Action, Resource
from accounts.permissions import can
from records.models.annotations import is_outside_the_house
from records.selectors import Document, Remark, comments_of, documents_of
from records.services.notifications import follows
from records.subjects import subject_kind


@dataclass(frozen=True)
class Panel:
    """The documents and comments of one object, as one person sees them."""

    kind: str
    code: str
    documents: list[Document] | None
    comments: list[Remark] | None
    may_attach: bool
    may_comment: bool
    follows: bool
    is_outside: bool


def panel_of(user: Any, kind: str, code: str) -> Panel:
    """Return the panel of an object that `user` reads already; None where a right is missing."""
    reads_documents = can(user, Action.READ, Resource.ATTACHMENT)
    reads_comments = can(user, Action.READ, Resource.COMMENT)
    return Panel(
        kind=kind,
        code=code,
        documents=documents_of(user, kind, code) if reads_documents else None,
        comments=comments_of(user, kind, code) if reads_comments else None,
        may_attach=may_add(user, kind, code, Resource.ATTACHMENT),
        may_comment=may_add(user, kind, code, Resource.COMMENT),
        follows=follows(user, kind, code),
        is_outside=is_outside_the_house(user, Resource.COMMENT),
    )


def may_add(user: Any, kind: str, code: str, resource: str) -> bool:
    """Whether `user` may attach a file to, or comment, an object that they read."""
    if not can(user, Action.CREATE, resource):
        return False
    owner = subject_kind(kind)
    reached = owner.allowing(user, Action.CREATE, resource)
    return reached.filter(**{owner.code: code}).exists()
