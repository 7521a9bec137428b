"""Secrets never reach the logs (ASVS 16.2.5): by the name of a value, then by its shape."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

MASK = "[redacted]"

_NAMES = (
    "password|passwd|passphrase|secret|token|authorization|cookie|session_?id|session_?key|csrf"
    "|api_?key|private_?key|credential|otp|verifier|assertion"
)
_SECRET_NAME = re.compile(_NAMES, re.IGNORECASE)
# Their values are identifiers that a reader needs whole.
_KNOWN_NAMES = {"request_id", "digest", "logger", "level", "timestamp", "event_id"}

_SHAPES: tuple[tuple[re.Pattern[str], str], ...] = (
    # scheme://user:password@host
    (re.compile(r"(\w+://[^\s/:@]*):[^\s/@]+@"), rf"\1:{MASK}@"),
    # Authorization: Bearer x, Basic x
    (re.compile(r"\b(Bearer|Basic|Token)\s+[^\s'\",;]+", re.IGNORECASE), rf"\1 {MASK}"),
    # name=value, 'name': 'value', "name": "value", Name: value. A value is quoted or one word.
    (
        re.compile(
            rf"([\w-]*(?:{_NAMES})[\w-]*['\"]?\s*[=:]\s*)"
            r"(?!\[redacted\])(?:'[^']*'|\"[^\"]*\"|[^\s&;,)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
    # A signed token of three parts (JWT).
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), MASK),
    # A long run of letters with digits: a key, a digest, the token of an invitation in a path.
    (re.compile(r"(?<![\w-])(?=[\w:-]*\d)(?=[\w:-]*[A-Za-z])[\w:-]{32,}(?![\w-])"), MASK),
)


def redact_text(text: str) -> str:
    """Return the text without what looks like a secret."""
    for pattern, replacement in _SHAPES:
        text = pattern.sub(replacement, text)
    return text


def redact(value: Any, name: str = "") -> Any:
    """Return a value of a log line with its secrets masked, containers included."""
    if name and name not in _KNOWN_NAMES and _SECRET_NAME.search(name):
        return MASK
    if isinstance(value, str):
        return value if name in _KNOWN_NAMES else redact_text(value)
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    if isinstance(value, dict):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))


def redact_event(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask the secrets of a log line; the last processor before it is written."""
    return {key: redact(value, key) for key, value in event.items()}
