"""Where the documents and comments of an object are shown."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from records.subjects import Subject, find_subject

_SECTIONS = {
    "project": "projects",
    "contract": "contracts",
    "amendment": "contracts",
    "credit_movement": "movements",
    "programming_line": "movements",
}


def section_of(kind: str) -> str:
    """Return the entry of the menu that an object belongs to."""
    return _SECTIONS.get(kind, "")


def place_of(subject: Subject) -> str:
    """Return the address where an object shows its documents and comments.

    An object that is a part of another page has a page of its own for them.
    """
    if "#" in subject.url:
        return reverse("web:records", args=[subject.kind, subject.code])
    return f"{subject.url}#records"


def subject_of(user: Any, row: Any) -> Subject:
    """Return the object of a document or comment that `user` may read."""
    return find_subject(user, row.subject_kind, row.subject_code)
