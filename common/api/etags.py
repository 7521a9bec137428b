"""Versions as entity tags: `ETag: "3"` when read, `If-Match: "3"` when edited (RFC 9110 §13)."""

from __future__ import annotations

import re
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from common.api.errors import PreconditionRequired

# A proxy that compresses may weaken the tag: the version that it bears is the same.
_TAG = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})"', re.ASCII)


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
