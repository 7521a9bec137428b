"""Plain text: decoded, without controls, and no page, drawing or program in disguise."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from records.exceptions import FileRefused

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(
    r"^\s*(?:<!doctype|<html|<\?|<svg|<!--|#!)|<(?:script|iframe|svg|object|embed|html)\b",
    re.IGNORECASE,
)


def check_text(content: bytes) -> None:
    """Refuse what is not text in UTF-8, UTF-16 or cp1252, or what a browser or a shell would run.

    Raises FileRefused.
    """
    text = _decoded(content)
    if text is None or _CONTROL.search(text):
        raise FileRefused(why=_("this type of document is not kept."))
    if _MARKUP.search(text):
        raise FileRefused(why=_("pages, drawings and scripts are not kept."))


def _decoded(content: bytes) -> str | None:
    encodings = ["utf-8-sig", "cp1252"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
