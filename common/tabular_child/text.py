"""Text tables: the encoding, then the separator, each proved over the whole file or refused.

The file is read several times and never held: a chunk, then a record, at a time.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import BinaryIO

from common.tabular_child.frames import HIDDEN, Frames
from common.tabular_child.limits import Limits
from common.tabular_child.refusal import Refusal

SEPARATORS = (";", ",", "\t")
# How much better than the second the first separator must do.
_CLEARLY = 1.1
_CHUNK = 1 << 20
_HEADING = 1 << 16

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What accented letters and typographic signs of UTF-8 look like as bytes: next to bytes that are
# not UTF-8, they betray a file pasted together from two encodings. So do half characters of
# UTF-16 and the long form of NUL, which no program writes by accident.
_UTF8_TRACE = re.compile(
    rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x90-\xbf]|\xe2\x82\xac|\xed[\xa0-\xbf][\x80-\xbf]"
    rb"|\xc0\x80"
)
_HINT = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:!doctype|!entity|html|table|\?xml|svg)", re.IGNORECASE)
_NOTHING = '\ufeff\u200b \t\r\n;,"'


def _chunks(stream: BinaryIO) -> Iterable[bytes]:
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        yield chunk


def _utf16_without_mark(stream: BinaryIO) -> str | None:
    """Name the UTF-16 byte order when every NUL byte falls on one parity and most bytes there are.

    Text in a Latin script has a NUL for every ASCII character, always on the same side.
    """
    even = odd = size = 0
    for chunk in _chunks(stream):
        size += len(chunk)
        if b"\x00" in chunk:
            even += chunk[0::2].count(0)
            odd += chunk[1::2].count(0)
    half = size // 2
    if size % 2 == 0 and half and even == 0 and odd * 2 >= half:
        return "utf-16-le"
    if size % 2 == 0 and half and odd == 0 and even * 2 >= half:
        return "utf-16-be"
    return None


def _has_trace(stream: BinaryIO) -> bool:
    """Tell whether bytes of UTF-8 stand anywhere in the file."""
    tail = b""
    for chunk in _chunks(stream):
        if _UTF8_TRACE.search(tail + chunk):
            return True
        tail = chunk[-2:]
    return False


@dataclass(slots=True)
class _Proof:
    """What a whole reading in one encoding shows."""

    line: int = 1
    # Where the bytes stop to make sense; None when they all do.
    bad_line: int | None = None
    nul_line: int | None = None
    has_text: bool = False
    is_clean: bool = True
    separators: set[str] = field(default_factory=set)
    width: int = 0

    def take(self, text: str, limits: Limits) -> None:
        """Read one piece of the text."""
        if self.nul_line is None and "\x00" in text:
            self.nul_line = self.line + text.count("\n", 0, text.index("\x00"))
        self.has_text = self.has_text or bool(text.strip(_NOTHING))
        self.is_clean = self.is_clean and not HIDDEN.search(text)
        self.separators.update(separator for separator in SEPARATORS if separator in text)
        self.line += text.count("\n")
        last = max(text.rfind("\n"), text.rfind("\r"))
        self.width = self.width + len(text) if last < 0 else len(text) - last - 1
        if self.width > limits.text_line:
            raise Refusal("too_large", reason="long_line", line=self.line, size=limits.text_line)


def _prove(stream: BinaryIO, encoding: str, limits: Limits) -> _Proof:
    """Decode the whole file in one encoding."""
    proof = _Proof()
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(stream):
            proof.take(decoder.decode(chunk), limits)
        proof.take(decoder.decode(b"", final=True), limits)
    except UnicodeDecodeError as error:
        before = bytes(error.object[: error.start]).decode(encoding, "ignore")
        proof.bad_line = proof.line + before.count("\n")
    return proof


def find_encoding(stream: BinaryIO, limits: Limits, given: str = "") -> tuple[str, _Proof]:
    """Return the encoding, UTF-8 (mark or not), UTF-16, UTF-32 or Windows-1252, and its proof.

    One that is `given` is proved, and no other. Raises Refusal `encoding`, `nul_bytes`,
    `empty_file` or `too_large`.
    """
    stream.seek(0)
    head = stream.read(4)
    encoding = next((name for mark, name in _MARKS if head.startswith(mark)), None)
    encoding = given or encoding or _utf16_without_mark(stream) or "utf-8"
    proof = _prove(stream, encoding, limits)
    is_open = not given and encoding == "utf-8"
    if proof.bad_line is not None and is_open and not _has_trace(stream):
        in_utf8, encoding = proof.bad_line, "cp1252"
        proof = _prove(stream, encoding, limits)
        proof.bad_line = proof.bad_line and in_utf8
    if proof.bad_line is not None:
        raise Refusal("encoding", line=proof.bad_line)
    if proof.nul_line is not None:
        raise Refusal("nul_bytes", line=proof.nul_line)
    if not proof.has_text:
        raise Refusal("empty_file")
    return encoding, proof


# The line where it begins, and its cells.
Record = tuple[int, list[str]]


class _BadRecord(ValueError):
    """A record whose quotes are wrong; `line` is where it begins."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.line = line


@dataclass(frozen=True, slots=True)
class _Text:
    """A file in a known encoding, to be read as often as needed; `skipped` lines come first."""

    stream: BinaryIO
    encoding: str
    skipped: int = 0

    def head(self) -> str:
        """Return the beginning of the text, without its mark."""
        self.stream.seek(0)
        data = self.stream.read(_HEADING)
        decoder = codecs.getincrementaldecoder(self.encoding)(errors="ignore")
        return decoder.decode(data).removeprefix("\ufeff")

    def records(self, separator: str, *, strict: bool) -> Generator[Record, None, None]:
        """Yield the records with the line where each begins; raises _BadRecord."""
        self.stream.seek(0)
        lines = io.TextIOWrapper(self.stream, encoding=self.encoding, newline="")
        try:
            for _line in range(self.skipped):
                lines.readline()
            yield from self._read(lines, separator, strict=strict)
        finally:
            lines.detach()

    def _read(
        self, lines: io.TextIOWrapper, separator: str, *, strict: bool
    ) -> Generator[Record, None, None]:
        reader = csv.reader(lines, delimiter=separator, strict=strict)
        line = 1 + self.skipped
        try:
            for cells in reader:
                if cells and line == 1:
                    cells[0] = cells[0].removeprefix("\ufeff")
                yield line, cells
                line = 1 + self.skipped + reader.line_num
        except csv.Error as error:
            raise _BadRecord(line, str(error)) from None


@dataclass(frozen=True, slots=True)
class _Reading:
    """How regular the file looks with one separator."""

    separator: str
    share: float
    width: int

    @property
    def weight(self) -> float:
        """Weigh regularity first, then the number of columns that it holds for."""
        return self.share * self.share * (self.width - 1)


def _regularity(text: _Text, separator: str) -> _Reading:
    """Measure the share of the records that have the most frequent width (above 1)."""
    widths: Counter[int] = Counter()
    try:
        for _line, cells in text.records(separator, strict=False):
            if any(cell.strip() for cell in cells):
                widths[len(cells)] += 1
    except _BadRecord:
        # A field beyond the size limit: the strict reading will say where.
        widths[1] += 1
    total = sum(widths.values())
    candidates = [(count, width) for width, count in widths.items() if width > 1]
    if not candidates:
        return _Reading(separator, 0.0, 1)
    count, width = max(candidates)
    return _Reading(separator, count / total, width)


def _find_separator(text: _Text, present: set[str]) -> str:
    """Return the separator under which the whole file is clearly the most regular.

    Raises Refusal `not_a_table` when no separator makes two columns, and `ambiguous_separator`
    when two do so on every line, or about as well as each other.
    """
    readings = sorted(
        (_regularity(text, separator) for separator in SEPARATORS if separator in present),
        key=lambda reading: reading.weight,
        reverse=True,
    )
    if not readings or readings[0].share == 0:
        raise Refusal("not_a_table", reason="no_separator")
    first, *others = readings
    for other in others:
        if other.share == first.share == 1 or first.weight < _CLEARLY * other.weight:
            raise Refusal(
                "ambiguous_separator",
                first=first.separator.replace("\t", "tab"),
                second=other.separator.replace("\t", "tab"),
            )
    return first.separator


def _separator_of(head: str, headings: Sequence[str]) -> str:
    """Return the separator under which the first line names the most known headings, or none."""
    names = set(headings)
    line = head.lstrip("\r\n").split("\n", 1)[0]
    counts = {
        separator: sum(cell.strip(' \r"') in names for cell in line.split(separator))
        for separator in (",", *SEPARATORS)
    }
    best = max(counts, key=lambda separator: counts[separator])
    return best if counts[best] else ""


def read_text(
    stream: BinaryIO,
    frames: Frames,
    limits: Limits,
    *,
    separator: str = "",
    encoding: str = "",
    headings: Sequence[str] = (),
) -> None:
    """Send the rows of a text table.

    Quoted cells may hold separators and line ends. An Excel first line `sep=;` is obeyed. The
    separator is the one given, else the one under which the first line names known `headings`,
    else the one that the whole file proves. Raises Refusal, located.
    """
    csv.field_size_limit(limits.cell_text)
    encoding, proof = find_encoding(stream, limits, encoding)
    text = _Text(stream, encoding)
    head = text.head()
    if _MARKUP.match(head):
        raise Refusal("not_a_table", reason="markup", line=1)
    hint = _HINT.match(head)
    if hint:
        separator = separator or hint[1]
        text = _Text(stream, text.encoding, skipped=1)
    separator = (
        separator or _separator_of(head, headings) or _find_separator(text, proof.separators)
    )
    frames.tell("table", "csv", text.encoding, separator, False)  # noqa: FBT003
    frames.tell("sheet", "", False)  # noqa: FBT003
    try:
        with closing(text.records(separator, strict=True)) as records:
            _send(records, frames, limits, is_clean=proof.is_clean)
    except _BadRecord as error:
        if "field limit" in str(error):
            raise Refusal(
                "too_large", reason="long_cell", line=error.line, size=limits.cell_text
            ) from None
        raise Refusal("quotes", line=error.line, detail=str(error)) from None


def _send(records: Iterable[Record], frames: Frames, limits: Limits, *, is_clean: bool) -> None:
    """Send the records; Refusal beyond the rows and columns of a table."""
    for count, (line, cells) in enumerate(records):
        # One more than the rows: the heading.
        if count > limits.text_rows:
            raise Refusal("too_large", reason="many_rows", line=line, size=limits.text_rows)
        if len(cells) > limits.columns:
            raise Refusal("too_large", reason="many_columns", line=line, size=limits.columns)
        frames.text_row(line, cells, is_clean=is_clean)
