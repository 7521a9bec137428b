"""Text that comes in: composed (NFC), without what hides or reorders what people read.

Refused in the fields of the API and of the pages alike: the null character, lone surrogates, and
the marks that embed, override or isolate the direction of the text (a name could read as another).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_REFUSED = re.compile("[\x00\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def refused_mark(text: str) -> str | None:
    """Return the first refused character as `U+202E`; None when there is none."""
    found = _REFUSED.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def composed(text: str) -> str:
    """Return the text in its composed form (NFC): one way to write « é »."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def clean_value(value: Any) -> Any:
    """Return a JSON value with its texts composed; ValueError on a refused character."""
    if isinstance(value, str):
        mark = refused_mark(value)
        if mark:
            raise ValueError(mark)
        return composed(value)
    if isinstance(value, list):
        return [clean_value(item) for item in value]
    if isinstance(value, dict):
        return {clean_value(key): clean_value(item) for key, item in value.items()}
    return value
