"""Versions as entity tags: `ETag: "3"` when read, `If-Match: "3"` when edited (RFC 9110 §13).

A view that says `versioned = True` gets it all: the tag on what it answers, 304 for a tag that is
still the current one, 428 without `If-Match` on PUT, PATCH and DELETE, and a 412 that shows both
versions when the service raises StaleEdit under its lock.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from common.api.errors import PreconditionRequired

# A proxy that compresses may weaken the tag: the version that it bears is the same.
_TAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})"', re.ASCII)
EDITS = frozenset({"update", "partial_update", "destroy"})


def etag_of(version: int) -> dict[str, str]:
    """Return the header of a version."""
    return {"ETag": f'"{version}"'}


def expected_version(request: Request) -> int:
    """Return the version that the caller read; 428 without `If-Match`, 400 when unreadable."""
    text: Any = request.headers.get("If-Match")
    if text is None:
        raise PreconditionRequired()
    found = _TAG.fullmatch(text.strip())
    if found is None:
        raise ValidationError({"If-Match": 'One quoted version such as "3" is expected.'})
    return int(found[1])


def needs_version(view: Any) -> bool:
    """Whether the action of the view edits a record of which the caller names the version."""
    action = getattr(view, "action", None)
    named = action in getattr(view, "if_match_actions", ())
    return named or (bool(getattr(view, "versioned", False)) and action in EDITS)


def is_fresh(request: Request, version: int) -> bool:
    """Whether the caller holds this version already: `If-None-Match` names it, or `*`.

    The comparison is the weak one of RFC 9110 §13.1.2; what is no tag of ours matches nothing.
    """
    text = request.headers.get("If-None-Match", "")
    tags = [one.strip() for one in text.split(",")]
    return "*" in tags or any(
        (found := _TAG.fullmatch(tag)) is not None and int(found[1]) == version for tag in tags
    )


def both_versions(typed: Any, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the caller sent beside what is stored, field by field."""
    if not isinstance(typed, Mapping):
        return []
    return [
        {"field": name, "yours": value, "stored": stored[name]}
        for name, value in typed.items()
        if name in stored
    ]
