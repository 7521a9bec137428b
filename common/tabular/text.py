"""Text tables: the encoding, then the separator, each proved over the whole file or refused."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.tabular.errors import TabularError
from common.tabular.table import Row, is_blank

SEPARATORS = (";", ",", "\t")
# How much better than the second the first separator must do.
_CLEARLY = 1.1

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What accented letters and typographic signs of UTF-8 look like as bytes: next to bytes that are
# not UTF-8, they betray a file pasted together from two encodings.
_UTF8_TRACE = re.compile(rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|\xe2\x80[\x90-\xbf]|\xe2\x82\xac")
_HINT = re.compile(r"sep=([;,\t])\r?\n", re.IGNORECASE)
_MARKUP = re.compile(r"\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)


def _utf16_without_mark(data: bytes) -> str | None:
    """Name the UTF-16 byte order when every NUL byte falls on one parity and most bytes there are.

    Text in a Latin script has a NUL for every ASCII character, always on the same side.
    """
    even, odd = data[0::2].count(0), data[1::2].count(0)
    half = len(data) // 2
    if len(data) % 2 == 0 and half and even == 0 and odd * 2 >= half:
        return "utf-16-le"
    if len(data) % 2 == 0 and half and odd == 0 and even * 2 >= half:
        return "utf-16-be"
    return None


def _encoding_error(file: str, data: bytes, position: int) -> TabularError:
    """Locate bytes that belong to no encoding that we read."""
    return TabularError(
        _("the encoding cannot be told: save the file as UTF-8"),
        code="encoding",
        file=file,
        line=data.count(b"\n", 0, position) + 1,
    )


def _decode_unmarked(data: bytes, file: str) -> tuple[str, str]:
    """Decode bytes without a mark: valid UTF-8 is UTF-8, the rest Windows-1252 when it can be."""
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if _UTF8_TRACE.search(data):
            raise _encoding_error(file, data, error.start) from None
    try:
        return data.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        raise _encoding_error(file, data, error.start) from None


def decode(data: bytes, file: str) -> tuple[str, str]:
    """Return the text and the encoding: UTF-8 (mark or not), UTF-16, UTF-32 or Windows-1252.

    Raises TabularError `encoding` or `nul_bytes`.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None and b"\x00" in data:
        encoding = _utf16_without_mark(data)
    if encoding is None:
        text, encoding = _decode_unmarked(data, file)
    else:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            raise _encoding_error(file, data, error.start) from None
    nul = text.find("\x00")
    if nul >= 0:
        raise TabularError(
            _("the file contains NUL bytes: it is not a text table"),
            code="nul_bytes",
            file=file,
            line=text.count("\n", 0, nul) + 1,
        )
    return text, encoding


class _BadRecord(ValueError):
    """A record whose quotes are wrong; `line` is where it begins."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(detail)
        self.line = line


def _records(text: str, separator: str, *, strict: bool, first_line: int) -> Iterator[Row]:
    """Yield the records of a text with the line where each begins; raises _BadRecord."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    line = first_line
    try:
        for cells in reader:
            yield Row(line, tuple(cells))
            line = first_line + reader.line_num
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


def _regularity(text: str, separator: str) -> _Reading:
    """Measure the share of the records that have the most frequent width (above 1)."""
    widths: Counter[int] = Counter()
    try:
        for row in _records(text, separator, strict=False, first_line=1):
            if not all(is_blank(cell) for cell in row.cells):
                widths[len(row.cells)] += 1
    except _BadRecord:
        # A field beyond the size limit: the strict reading will say where.
        widths[1] += 1
    total = sum(widths.values())
    candidates = [(count, width) for width, count in widths.items() if width > 1]
    if not candidates:
        return _Reading(separator, 0.0, 1)
    count, width = max(candidates)
    return _Reading(separator, count / total, width)


def find_separator(text: str, file: str) -> str:
    """Return the separator under which the whole file is clearly the most regular.

    Raises TabularError `not_a_table` when no separator makes two columns, and
    `ambiguous_separator` when two do so on every line, or about as well as each other.
    """
    readings = sorted(
        (_regularity(text, separator) for separator in SEPARATORS if separator in text),
        key=lambda reading: reading.weight,
        reverse=True,
    )
    if not readings or readings[0].share == 0:
        raise TabularError(
            _("this is not a table: no separator (; , or tab) makes columns"),
            code="not_a_table",
            file=file,
        )
    first, *others = readings
    for other in others:
        if other.share == first.share == 1 or first.weight < _CLEARLY * other.weight:
            raise TabularError(
                _("“%(first)s” and “%(second)s” may both be the separator")
                % {
                    "first": first.separator.replace("\t", "tab"),
                    "second": other.separator.replace("\t", "tab"),
                },
                code="ambiguous_separator",
                file=file,
            )
    return first.separator


def parse_text(text: str, file: str, separator: str | None = None) -> tuple[tuple[Row, ...], str]:
    """Return the rows of a text table and its separator (found over the whole file if not given).

    Quoted cells may hold separators and line ends. An Excel first line `sep=;` is obeyed.
    Raises TabularError `quotes` where a quoted cell is not closed, `not_a_table` for markup.
    """
    if _MARKUP.match(text):
        raise TabularError(
            _("this is a web page or XML, not a table"), code="not_a_table", file=file, line=1
        )
    first_line = 1
    hint = _HINT.match(text)
    if hint:
        separator = separator or hint.group(1)
        text = text[hint.end() :]
        first_line = 2
    separator = separator or find_separator(text, file)
    try:
        rows = tuple(_records(text, separator, strict=True, first_line=first_line))
    except _BadRecord as error:
        raise TabularError(
            _("a quoted cell is not closed, or text follows its closing quote (%(detail)s)")
            % {"detail": error},
            code="quotes",
            file=file,
            line=error.line,
        ) from None
    return rows, separator
