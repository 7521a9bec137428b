"""Where the words that were searched stand in a text, accents and case ignored."""

from __future__ import annotations

from common.folding import folded

Segments = list[tuple[str, bool]]


def marked(text: str, words: str) -> Segments:
    """Return the text in pieces, each with whether it matches a word of the search."""
    plain, origin = _with_origin(text)
    is_hit = [False] * len(text)
    for word in folded(words).split():
        start = plain.find(word)
        while start >= 0:
            for index in range(start, start + len(word)):
                is_hit[origin[index]] = True
            start = plain.find(word, start + 1)
    pieces: Segments = []
    for sign, hit in zip(text, is_hit, strict=True):
        if pieces and pieces[-1][1] == hit:
            pieces[-1] = (pieces[-1][0] + sign, hit)
        else:
            pieces.append((sign, hit))
    return pieces


def _with_origin(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its signs the place it comes from."""
    plain, origin = "", []
    for index, sign in enumerate(text):
        piece = folded(sign)
        plain += piece
        origin += [index] * len(piece)
    return plain, origin
