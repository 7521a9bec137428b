"""ODS: one pass over content.xml, a row at a time, with the types that the file declares."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from common.tabular_child.archive import Inflater
from common.tabular_child.frames import Frames, letter
from common.tabular_child.limits import Limits
from common.tabular_child.refusal import Refusal
from common.tabular_child.xml import Attributes, XmlPart

CONTENT = "content.xml"
MANIFEST = "META-INF/manifest.xml"
_MACROS = re.compile(r"^(?:Basic|Scripts)/", re.IGNORECASE)
_LINKS = frozenset({"dde-link", "dde-source", "table-source", "cell-range-source"})
# What stands in a sheet or a cell and is no part of its values.
_ASIDE = frozenset(
    {"annotation", "shapes", "tracked-changes", "dde-links", "frame", "custom-shape"}
)
_DURATION = re.compile(r"PT([0-9]{1,6})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]+)?S")
# XML cannot hold these: they stand for spaces that are written as elements.
_SPACE, _TAB, _BREAK = "\x01", "\x02", "\x03"
_RUN = re.compile("[ \t\r\n]+")
_WRITTEN = str.maketrans({_SPACE: " ", _TAB: "\t", _BREAK: "\n"})


class _Manifest(XmlPart):
    """The manifest: what is encrypted says so."""

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "encryption-data":
            raise Refusal("encrypted")


class _Content(XmlPart):
    """The sheets. Rows are sent as they end; blank ones at the end of a sheet are not."""

    def __init__(self, frames: Frames, limits: Limits) -> None:
        super().__init__()
        self._frames = frames
        self._limits = limits
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._aside = 0
        self._in_sheet = False
        self._told = False
        self._is_1904 = False
        self._line = self._blank = self._repeat = 0
        self._cells: list[Any] = []
        self._cell: Attributes | None = None
        self._paragraphs: list[str] = []
        self._pieces: list[str] | None = None
        self._length = self._characters = 0
        self._fault: Refusal | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        if name in _LINKS:
            raise Refusal("external_links")
        if name == "event-listener" or (name == "script" and "script:language" in attributes):
            raise Refusal("macros")
        if self._aside or name in _ASIDE:
            self._aside += 1
            return
        handler = getattr(self, f"_start_{name.replace('-', '_')}", None)
        if handler:
            handler(attributes)

    def end(self, name: str) -> None:
        if self._aside:
            self._aside -= 1
            return
        handler = getattr(self, f"_end_{name.replace('-', '_')}", None)
        if handler:
            handler()

    def text(self, data: str) -> None:
        if self._pieces is not None and not self._aside:
            self._length += len(data)
            if self._length > self._limits.cell_text:
                raise self._too_large("long_cell", self._limits.cell_text)
            self._pieces.append(data)

    def _too_large(self, reason: str, size: int) -> Refusal:
        return Refusal("too_large", reason=reason, line=self._line or None, size=size)

    def _start_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("style:name", "")

    def _start_table_properties(self, attributes: Attributes) -> None:
        if attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _start_null_date(self, attributes: Attributes) -> None:
        self._is_1904 = attributes.get("table:date-value", "").startswith("1904-01-01")

    def _start_table(self, attributes: Attributes) -> None:
        if not self._told:
            self._told = True
            self._frames.tell("table", "ods", "", "", self._is_1904)
        hidden = attributes.get("table:style-name", "") in self._hidden_styles
        self._frames.tell("sheet", attributes.get("table:name", ""), hidden)
        self._in_sheet = True
        self._line = self._blank = 0
        self._fault = None

    def _end_table(self) -> None:
        self._in_sheet = False
        if self._fault:
            self._frames.drop()
            self._frames.tell("fault", self._fault.as_dict())

    def _count(self, attributes: Attributes, name: str) -> int:
        """Return how often an element is repeated."""
        text = attributes.get(f"table:number-{name}-repeated", "1")
        if not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise Refusal("unreadable_workbook", detail=f"number-{name}-repeated")
        return max(int(text), 1)

    def _start_table_row(self, attributes: Attributes) -> None:
        self._repeat = self._count(attributes, "rows")
        self._cells = []

    def _end_table_row(self) -> None:
        while self._cells and self._cells[-1] is None:
            self._cells.pop()
        if not self._cells:
            self._blank += self._repeat
            return
        first = self._line + self._blank + 1
        last = first + self._repeat - 1
        if last > self._limits.book_rows + 1:
            raise self._too_large("many_rows", self._limits.book_rows)
        self._characters += self._repeat * sum(
            len(cell) for cell in self._cells if isinstance(cell, str)
        )
        if self._characters > self._limits.book_text:
            raise self._too_large("much_text", self._limits.book_text)
        if self._fault is None:
            self._send(first, last)
        self._line, self._blank = last, 0

    def _send(self, first: int, last: int) -> None:
        for line in range(self._line + 1, first):
            self._frames.row(line, ())
        for line in range(first, last + 1):
            self._frames.row(line, self._cells)

    def _start_table_cell(self, attributes: Attributes) -> None:
        if self._in_sheet:
            self._cell = attributes
            self._paragraphs = []
            self._length = 0

    _start_covered_table_cell = _start_table_cell

    def _end_table_cell(self) -> None:
        if self._cell is None:
            return
        value = self._value(self._cell)
        count = self._count(self._cell, "columns")
        self._cell = None
        if len(self._cells) + count > self._limits.columns:
            if value is not None:
                raise self._too_large("many_columns", self._limits.columns)
            count = max(self._limits.columns - len(self._cells), 0)
        self._cells.extend([value] * count)

    _end_covered_table_cell = _end_table_cell

    def _start_p(self, _attributes: Attributes) -> None:
        if self._cell is not None:
            self._pieces = []

    def _end_p(self) -> None:
        if self._pieces is not None:
            written = _RUN.sub(" ", "".join(self._pieces)).strip(" ")
            self._paragraphs.append(written.translate(_WRITTEN))
            self._pieces = None

    def _start_s(self, attributes: Attributes) -> None:
        text = attributes.get("text:c", "1")
        self.text(_SPACE * (int(text[:7]) if text.isascii() and text.isdecimal() else 1))

    def _start_tab(self, _attributes: Attributes) -> None:
        self.text(_TAB)

    def _start_line_break(self, _attributes: Attributes) -> None:
        self.text(_BREAK)

    def _value(self, attributes: Attributes) -> Any:
        """Return the value of the cell that ends; None for a blank one."""
        kind = attributes.get("office:value-type", "")
        text = attributes.get("office:string-value") or "\n".join(self._paragraphs)
        if attributes.get("calcext:value-type") == "error":
            return self._note("error_cell")
        if not kind and "table:formula" in attributes:
            return self._note("formula_without_value")
        try:
            return _READERS.get(kind, _text)(attributes, text)
        except (KeyError, ValueError):
            raise Refusal(
                "unreadable_workbook",
                line=self._line + self._blank + 1,
                column=letter(len(self._cells)),
                detail=f"office:value-type={kind[:20]}",
            ) from None

    def _note(self, code: str) -> str:
        """Keep the first cell that has no value that can be trusted."""
        if self._fault is None:
            line = self._line + self._blank + 1
            self._fault = Refusal(code, line=line, column=letter(len(self._cells)))
        return "#"


def _text(_attributes: Attributes, text: str) -> str | None:
    return text or None


def _number(attributes: Attributes, _text: str) -> float:
    return float(attributes["office:value"])


def _boolean(attributes: Attributes, _text: str) -> bool:
    return {"true": True, "false": False}[attributes["office:boolean-value"]]


def _date(attributes: Attributes, _text: str) -> dt.date:
    text = attributes["office:date-value"]
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


def _time(attributes: Attributes, _text: str) -> dt.time | dt.timedelta:
    found = _DURATION.fullmatch(attributes["office:time-value"])
    if found is None:
        raise ValueError(attributes["office:time-value"])
    hours, minutes, seconds = (int(part) for part in found.groups())
    if hours < 24:
        return dt.time(hours, minutes, seconds)
    return dt.timedelta(hours=hours, minutes=minutes, seconds=seconds)


_READERS = {
    "float": _number,
    "percentage": _number,
    "currency": _number,
    "boolean": _boolean,
    "date": _date,
    "time": _time,
}


def read_ods(inflater: Inflater, frames: Frames, limits: Limits) -> None:
    """Send the sheets of an OpenDocument spreadsheet with typed cells; Refusal otherwise."""
    names = inflater.archive.namelist()
    for name in names:
        if _MACROS.search(name):
            raise Refusal("macros")
    if CONTENT not in names:
        raise Refusal("unreadable_workbook", detail=CONTENT)
    if MANIFEST in names:
        _scan(inflater, MANIFEST, _Manifest())
    _scan(inflater, CONTENT, _Content(frames, limits))


def _scan(inflater: Inflater, name: str, part: XmlPart) -> None:
    for piece in inflater.pieces(name):
        part.feed(piece)
    part.close()
