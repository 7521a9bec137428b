"""What the child tells its parent: one JSON array a line, never an object of Python."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import orjson

from common.tabular_child.refusal import Refusal

_ROWS = 500
_CELLS = 20_000
# Controls that no text of a table needs, and marks that make a text read as what it is not.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
HIDDEN = re.compile(f"{_CONTROL.pattern[:-1]}{_BIDI.pattern[1:]}")


def letter(index: int) -> str:
    """Return the spreadsheet letters of a column counted from 0."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def check_texts(line: int, cells: Sequence[Any]) -> None:
    """Refuse the first text of a row that holds a control or a direction mark; its place is told.

    Raises Refusal `control_character` or `bidi_character`.
    """
    if not HIDDEN.search("".join([cell for cell in cells if isinstance(cell, str)])):
        return
    for index, cell in enumerate(cells):
        found = HIDDEN.search(cell) if isinstance(cell, str) else None
        if found:
            code = "bidi_character" if _BIDI.match(found[0]) else "control_character"
            raise Refusal(code, line=line, column=letter(index), mark=f"U+{ord(found[0]):04X}")


def _plain(cell: Any) -> Any:
    """Return a cell as JSON holds it; moments and times are objects that name their kind."""
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else str(cell)
    if isinstance(cell, dt.datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, dt.date):
        return {"day": cell.isoformat()}
    if isinstance(cell, dt.time):
        return {"time": cell.isoformat()}
    if isinstance(cell, dt.timedelta):
        return {"seconds": cell.total_seconds()}
    return cell


class Frames:
    """The pipe to the parent. Rows leave by batches; a text is checked unless told otherwise."""

    def __init__(self, stream: BinaryIO, *, checks_text: bool = True) -> None:
        self._stream = stream
        self._checks_text = checks_text
        self._batch: list[tuple[int, list[Any]]] = []
        self._cells = 0

    def tell(self, kind: str, *values: Any) -> None:
        """Send one frame, after the rows that came before it."""
        self._send_rows()
        self._write(kind, *values)

    def row(self, line: int, cells: Iterable[Any]) -> None:
        """Send one row; Refusal where a text is no text of a table."""
        values = [cell if isinstance(cell, str) else _plain(cell) for cell in cells]
        self.text_row(line, values, is_clean=False)

    def text_row(self, line: int, values: list[Any], *, is_clean: bool) -> None:
        """Send one row of texts; `is_clean` says that the file was searched already."""
        if self._checks_text and not is_clean:
            check_texts(line, values)
        self._batch.append((line, values))
        self._cells += len(values)
        if len(self._batch) >= _ROWS or self._cells >= _CELLS:
            self._send_rows()

    def drop(self) -> None:
        """Forget the rows that were not sent."""
        self._batch = []
        self._cells = 0

    def _send_rows(self) -> None:
        if self._batch:
            batch, self._batch, self._cells = self._batch, [], 0
            self._write("rows", batch)

    def _write(self, *frame: Any) -> None:
        self._stream.write(orjson.dumps(frame) + b"\n")
        self._stream.flush()
