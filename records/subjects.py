"""What attachments, comments and notifications are about: an object known by its kind and code.

Records stand below the rooms that own these objects: each registers, in `AppConfig.ready()`, the
dotted name of a `SubjectKind`. What is not registered cannot be written about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.enums import Action


@dataclass(frozen=True)
class SubjectKind:
    """A kind of object, and how its owner looks one up with rights.

    `seen(user)` keeps the objects that a person may read; `allowing(user, action, resource)` those
    on which the reach of the policy opens `action` on `resource` (attachment, comment); `code` is
    the column that names one; `describe` gives a label and an address. `annotated` says whether
    people may attach files and write comments; the others only have notifications. `alerted` says
    whether checks open alerts on them. `anchors` names the parts of an object that a comment may be
    about; `former` gives the objects that one continues: what was said of them is read there too.
    `shared` says whether partners read some of them.
    """

    kind: str
    resource: str
    label: str | Promise
    seen: Callable[[Any], QuerySet[Any]]
    allowing: Callable[[Any, str, str], QuerySet[Any]]
    describe: Callable[[Any], tuple[str, str]]
    code: str = "code"
    annotated: bool = True
    alerted: bool = False
    anchors: Callable[[Any], Mapping[str, str]] | None = None
    former: Callable[[Any], QuerySet[Any]] | None = None
    shared: bool = True


@dataclass(frozen=True)
class Subject:
    """One object, as records know it: no foreign key, no amount."""

    kind: str
    code: str
    label: str
    url: str
    resource: str
    kind_label: str
    anchors: Mapping[str, str] = field(default_factory=dict)


# Dotted names, in the order of registration: that of the rooms, from the bottom up.
_PATHS: dict[str, str] = {}


def register_subject(kind: str, path: str) -> None:
    """Register the dotted name of the `SubjectKind`; models are not ready yet."""
    _PATHS[kind] = path


def subject_kind(kind: str) -> SubjectKind:
    """Return a registered kind; Http404 when no room owns it."""
    if kind not in _PATHS:
        raise Http404
    found: SubjectKind = import_string(_PATHS[kind])
    return found


def subject_kinds(*, annotated: bool = False) -> tuple[SubjectKind, ...]:
    """Return the registered kinds; `annotated` keeps those that people write about."""
    kinds = [subject_kind(kind) for kind in _PATHS]
    return tuple(found for found in kinds if found.annotated or not annotated)


def find_subject(
    user: Any, kind: str, code: str, *, action: str = Action.READ, resource: str = ""
) -> Subject:
    """Return the object when `user` may read it, and do `action` on `resource` there.

    Http404 when the object is unseen, whatever the reach of the resource; PermissionDenied when
    it is seen and the verb is refused. Without `resource`, reading the object is enough.
    """
    owner = subject_kind(kind)
    if resource and not owner.annotated:
        raise Http404
    row = owner.seen(user).filter(**{owner.code: code}).first()
    if row is None:
        raise Http404
    if resource and not owner.allowing(user, action, resource).filter(pk=row.pk).exists():
        raise PermissionDenied
    return _subject(owner, row)


def _subject(owner: SubjectKind, row: Any) -> Subject:
    label, url = owner.describe(row)
    code = str(getattr(row, owner.code))
    anchors = owner.anchors(row) if owner.anchors else {}
    return Subject(owner.kind, code, label, url, owner.resource, str(owner.label), anchors)


def subjects_read_at(user: Any, kind: str, code: str) -> dict[str, Subject]:
    """Return an object that `user` may read with those that it continues, by code.

    Two queries; empty when the object is unseen.
    """
    owner = subject_kind(kind)
    row = owner.seen(user).filter(**{owner.code: code}).first()
    if row is None:
        return {}
    former = owner.seen(user).filter(pk__in=owner.former(row).values("pk")) if owner.former else ()
    found = (_subject(owner, one) for one in (row, *former))
    return {subject.code: subject for subject in found}


def sees_subject(user: Any, kind: str, code: str, *, action: str = "", resource: str = "") -> bool:
    """Whether `user` may read the object, and do `action` on `resource` there."""
    try:
        find_subject(user, kind, code, action=action or Action.READ, resource=resource)
    except (Http404, PermissionDenied):
        return False
    return True


def about_visible_subjects(user: Any, action: str = "", resource: str = "", *, kind: str = "") -> Q:
    """Return the condition that keeps what is about an object that `user` may read.

    With `action` and `resource`, the reach of the policy counts too. The number of queries depends
    on the number of kinds only.
    """
    condition = Q(pk__in=())
    kinds = (subject_kind(kind),) if kind else subject_kinds(annotated=bool(resource))
    for owner in kinds:
        rows = owner.seen(user)
        if resource:
            rows = rows.filter(pk__in=owner.allowing(user, action, resource).values("pk"))
        codes = rows.order_by().values(owner.code)
        condition |= Q(subject_kind=owner.kind, subject_code__in=codes)
    return condition


def alerted_subjects(user: Any, action: str, resource: str) -> Q:
    """Return the condition that keeps what is about an object of `alerted` kind within a reach.

    The object is one that `user` may read, and where the policy opens `action` on `resource`.
    """
    condition = Q(pk__in=())
    for owner in subject_kinds():
        if owner.alerted:
            rows = owner.seen(user)
            allowed = owner.allowing(user, action, resource)
            codes = rows.filter(pk__in=allowed.order_by().values("pk")).order_by()
            condition |= Q(subject_kind=owner.kind, subject_code__in=codes.values(owner.code))
    return condition


def subjects_of(user: Any, pairs: set[tuple[str, str]]) -> dict[tuple[str, str], Subject]:
    """Return the objects that `user` may read among (kind, code) pairs; a query a kind."""
    found = {}
    for kind in sorted({kind for kind, _code in pairs} & set(_PATHS)):
        owner = subject_kind(kind)
        codes = [code for of, code in pairs if of == kind]
        for row in owner.seen(user).filter(**{f"{owner.code}__in": codes}):
            subject = _subject(owner, row)
            found[kind, subject.code] = subject
    return found
