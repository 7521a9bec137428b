"""The headings of a file that is no table of ours: one to three rows, below anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

from common.tabular import Row
from common.tabular.parsing import clean_text, normalise_title

# A preamble longer than this is no preamble.
HEADING_WITHIN = 100
MOST_ROWS = 3
_BETWEEN = " / "
_LENGTH = 200


def merge_headings(rows: Sequence[Row]) -> list[str]:
    """Return the heading of each column over its rows; empty where no row names the column.

    The text of an upper row stands for the blank cells on its right, as merged cells are read,
    where a lower row names the column. A heading that comes again is numbered.
    """
    width = max((len(row.cells) for row in rows), default=0)
    texts = [[clean_text(cell) for cell in row.cells] + [""] * width for row in rows]
    for above, below in pairwise(texts):
        kept = ""
        for index in range(width):
            kept = above[index] or kept
            above[index] = kept if below[index] else above[index]
    merged = [
        _BETWEEN.join(dict.fromkeys(line[index] for line in texts if line[index]))[:_LENGTH]
        for index in range(width)
    ]
    counts: dict[str, int] = {}
    for index, heading in enumerate(merged):
        counts[heading] = counts.get(heading, 0) + 1
        if heading and counts[heading] > 1:
            merged[index] = f"{heading} ({counts[heading]})"
    while merged and not merged[-1]:
        merged.pop()
    return merged


def signature_of(headings: Iterable[str]) -> str:
    """Return what two files have in common when they have the same headings, in any order."""
    keys = sorted(normalise_title(heading) for heading in headings if heading)
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def shown_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the first rows that show something, where headings are looked for."""
    return [row for row in rows if not row.is_blank][:HEADING_WITHIN]


def rows_at(rows: Sequence[Row], line: int, count: int) -> list[Row]:
    """Return the `count` shown rows from a line on; none when the line shows nothing."""
    for place, row in enumerate(rows):
        if row.line == line:
            return list(rows[place : place + count])
    return []
