"""File names as people gave them, made harmless; the name on disk is never one of them."""

from __future__ import annotations

import re
import unicodedata

LONGEST_NAME = 120
# Controls, separators of lines, and the characters that reorder or hide text (bidi, zero width).
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_RESERVED = re.compile(r'[<>:"|?*]')


def clean_file_name(given: str) -> str:
    """Return the last part of a name, NFC, without hidden characters, at most 120 code points.

    Folders, drive letters and leading dots are dropped; the extension is kept. Empty when nothing
    is left.
    """
    text = unicodedata.normalize("NFC", given.encode("utf-8", "ignore").decode("utf-8"))
    last = re.split(r"[\\/]", text)[-1]
    plain = _RESERVED.sub("_", _HIDDEN.sub("", last)).strip(" .")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        return plain[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(extension) - 1].rstrip(' .')}.{extension}"


def extension_of(file_name: str) -> str:
    """Return the extension in lower case, without its dot; empty without one."""
    return file_name.rpartition(".")[2].lower() if "." in file_name else ""
