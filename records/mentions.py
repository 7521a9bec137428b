"""Plain text of comments: who is mentioned, which links are safe."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A mention stands at the beginning or after something that is not of a name, so that an e-mail
# address mentions nobody.
_MENTION = re.compile(r"(?<![\w.@+-])@([\w.+-]{1,150})", re.UNICODE)
_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^\[\]]{1,500}", re.IGNORECASE)
_TAIL = ".,;:!?)»’"
MOST_MENTIONS = 20


@dataclass(frozen=True)
class Piece:
    """A part of a text: plain, a link or a mention."""

    text: str
    url: str = ""
    person: str = ""


def mentioned_names(text: str) -> list[str]:
    """Return the user names that a text may mention, each once, at most 20, in order.

    A full stop at the end of a sentence is not of the name: both readings are given.
    """
    names: dict[str, None] = {}
    for found in _MENTION.findall(text):
        names[found] = None
        names[found.rstrip(".+-")] = None
    return [name for name in names if name][: 2 * MOST_MENTIONS]


def pieces(text: str, people: set[str]) -> list[Piece]:
    """Cut a text into plain parts, http(s) links and mentions of the people named.

    Nothing is escaped here: templates do.
    """
    found: list[Piece] = []
    place = 0
    for match in re.finditer(f"{_LINK.pattern}|{_MENTION.pattern}", text, re.IGNORECASE):
        piece = _piece(match.group(), people)
        if piece is None:
            continue
        if match.start() > place:
            found.append(Piece(text[place : match.start()]))
        found.append(piece)
        place = match.start() + len(piece.text)
    if place < len(text):
        found.append(Piece(text[place:]))
    return found


def _piece(text: str, people: set[str]) -> Piece | None:
    if text.startswith("@"):
        for name in (text[1:], text[1:].rstrip(".+-")):
            if name in people:
                return Piece(f"@{name}", person=name)
        return None
    url = text.rstrip(_TAIL)
    return Piece(url, url=url)
