"""What the panel of an object shows: documents, comments, whether one follows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.enums import Action, Resource
from accounts.permissions import can
from records.models.annotations import is_outside_the_house
from records.selectors import Document, Remark, comments_of, documents_of
from records.services.notifications import follows
from records.subjects import subject_kind, subjects_of


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
    may_share: bool
    anchors: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""

    @property
    def open_threads(self) -> list[Remark]:
        """Return the threads that are not resolved, those about `anchor` first.

        Those whose comment is withdrawn stay among them.
        """
        here = self.anchors.get(self.anchor)
        found = [one for one in self.comments or () if not one.comment.is_resolved]
        return sorted(found, key=lambda one: here is not None and one.place != here)

    @property
    def resolved_threads(self) -> list[Remark]:
        """Return the threads that are resolved."""
        return [one for one in self.comments or () if one.comment.is_resolved]

    @property
    def count(self) -> int:
        """Return how many threads wait for an answer."""
        return sum(not one.comment.is_withdrawn for one in self.open_threads)


def panel_of(user: Any, kind: str, code: str, *, anchor: str = "") -> Panel:
    """Return the panel of an object that `user` reads already; None where a right is missing.

    `anchor` is the part of the object that a new comment is about, unless its author says so.
    """
    subject = subjects_of(user, {(kind, code)}).get((kind, code)) if has_anchors(kind) else None
    reads_documents = can(user, Action.READ, Resource.ATTACHMENT)
    reads_comments = can(user, Action.READ, Resource.COMMENT)
    return Panel(
        kind=kind,
        code=code,
        documents=documents_of(user, kind, code) if reads_documents else None,
        comments=comments_of(user, kind, code) if reads_comments else None,
        anchors=subject.anchors if subject else {},
        anchor=anchor,
        may_attach=may_add(user, kind, code, Resource.ATTACHMENT),
        may_comment=may_add(user, kind, code, Resource.COMMENT),
        follows=follows(user, kind, code),
        is_outside=is_outside_the_house(user, Resource.COMMENT),
        may_share=may_share(user, kind, Resource.COMMENT),
    )


def has_anchors(kind: str) -> bool:
    """Whether the parts of objects of a kind may be commented."""
    return subject_kind(kind).anchors is not None


def may_share(user: Any, kind: str, resource: str) -> bool:
    """Whether `user` says if a partner reads what they add: not where none reads, nor as one."""
    return subject_kind(kind).shared and not is_outside_the_house(user, resource)


def may_add(user: Any, kind: str, code: str, resource: str) -> bool:
    """Whether `user` may attach a file to, or comment, an object that they read."""
    if not can(user, Action.CREATE, resource):
        return False
    owner = subject_kind(kind)
    reached = owner.allowing(user, Action.CREATE, resource)
    seen = owner.seen(user).filter(**{owner.code: code})
    return seen.filter(pk__in=reached.order_by().values("pk")).exists()
