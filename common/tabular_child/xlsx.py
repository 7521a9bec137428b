"""XLSX: a watch over every part, then calamine on the clean copy."""

from __future__ import annotations

import posixpath
import re
import tempfile
import zipfile
from array import array
from collections.abc import Sequence
from functools import cache
from typing import Any

from common.tabular_child.archive import Inflater, reading_archive
from common.tabular_child.frames import Frames, letter
from common.tabular_child.limits import Limits
from common.tabular_child.refusal import Refusal
from common.tabular_child.xml import Attributes, XmlPart

BOOK = "xl/workbook.xml"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MACROS = re.compile(r"(?:^|/)(?:vbaProject[^/]*\.bin$|macrosheets/)", re.IGNORECASE)
_LINKS = re.compile(r"^xl/(?:externalLinks/|connections\.xml$|queryTables/)", re.IGNORECASE)
_PARTS = (".xml", ".rels")


@cache
def _column_number(letters: str) -> int:
    """Return 1 for A, 27 for AA."""
    number = 0
    for character in letters:
        number = number * 26 + ord(character) - ord("A") + 1
    return number


def _widen(bounds: list[int], place: int) -> None:
    """Make bounds, both 0 at first, hold a place too."""
    if place > bounds[1]:
        bounds[1] = place
    if place < bounds[0] or not bounds[0]:
        bounds[0] = place


class _Types(XmlPart):
    """[Content_Types].xml: a workbook that carries macros says so."""

    def start(self, name: str, attributes: Attributes) -> None:
        if "macro" in attributes.get("ContentType", "").lower():
            raise Refusal("macros")


class _Relations(XmlPart):
    """A .rels part: where parts are, and what lies outside the file (a hyperlink may)."""

    def __init__(self, *, allows_links: bool) -> None:
        super().__init__()
        self.allows_links = allows_links
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Attributes) -> None:
        if name != "Relationship":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        is_outside = attributes.get("TargetMode") == "External" and kind != "hyperlink"
        if is_outside and not self.allows_links:
            raise Refusal("external_links")
        self.targets[attributes.get("Id", "")] = attributes.get("Target", "")


class _Book(XmlPart):
    """The workbook: its sheets and the day 0 of its dates."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, str] = {}
        self.is_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "workbookPr":
            self.is_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "sheet":
            by_local = {key.rpartition(":")[2]: value for key, value in attributes.items()}
            self.sheets[by_local.get("id", "")] = by_local.get("name", "")


class _Any(XmlPart):
    """A part whose nature its first element tells: shared texts, a sheet, or neither."""

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self.limits = limits
        self.root = ""
        self.lengths = array("L")
        self.uses = array("L")
        self.characters = 0
        self.fault: Refusal | None = None
        self.rows = [0, 0]
        self.columns = [0, 0]
        self._line = self._column = 0
        self._kind = ""
        self._holds = self._computes = self._is_value = False
        self._length = 0
        self._digits = ""

    @property
    def cells(self) -> int:
        """Return the number of cells of the rectangle that holds something."""
        if not self.rows[1]:
            return 0
        return (self.rows[1] - self.rows[0] + 1) * (self.columns[1] - self.columns[0] + 1)

    def start(self, name: str, attributes: Attributes) -> None:
        if self.depth == 1:
            self.root = name
        if self.root == "worksheet":
            self._start_in_sheet(name, attributes)
        elif self.root == "sst" and name == "si":
            self._length = 0

    def _start_in_sheet(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._line = int(attributes.get("r", "")[:9] or self._line + 1)
            self._column = 0
        elif name in ("v", "is"):
            self._holds = self._is_value = True
        elif name == "f":
            self._computes = True

    def _start_cell(self, attributes: Attributes) -> None:
        place = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column_number(place[1]) if place else self._column + 1
        self._line = int(place[2]) if place else max(self._line, 1)
        self._kind = attributes.get("t", "n")
        self._holds = self._computes = False
        self._length = 0
        self._digits = ""

    def text(self, data: str) -> None:
        if self.root == "sst":
            self._length += len(data)
        elif self._is_value:
            self._length += len(data)
            if self._kind == "s":
                self._digits += data[:12]

    def end(self, name: str) -> None:
        if self.root == "sst" and name == "si":
            self.lengths.append(self._check_length())
        elif self.root == "worksheet" and name in ("v", "is"):
            self._is_value = False
        elif self.root == "worksheet" and name == "c" and (self._holds or self._computes):
            self._end_cell()

    def _check_length(self) -> int:
        if self._length > self.limits.cell_text:
            raise Refusal("too_large", reason="long_cell", size=self.limits.cell_text)
        return self._length

    def _end_cell(self) -> None:
        """Take note of a cell that holds something."""
        if self._kind == "e":
            self._note("error_cell")
        elif not self._holds:
            self._note("formula_without_value")
        if self._line > self.limits.book_rows + 1:
            raise Refusal("too_large", reason="many_rows", size=self.limits.book_rows)
        if self._column > self.limits.columns:
            raise Refusal("too_large", reason="many_columns", size=self.limits.columns)
        _widen(self.rows, self._line)
        _widen(self.columns, self._column)
        if self._kind == "s" and self._digits.isdecimal():
            self._use(int(self._digits))
        else:
            self.characters += self._check_length()

    def _use(self, index: int) -> None:
        """Count the use of a shared text."""
        if index >= self.limits.book_cells:
            raise Refusal("unreadable_workbook", detail="shared strings")
        if index >= len(self.uses):
            self.uses.extend([0] * (index + 1 - len(self.uses)))
        self.uses[index] += 1

    def _note(self, code: str) -> None:
        """Keep the first cell that has no value that can be trusted."""
        if self.fault is None:
            self.fault = Refusal(code, line=self._line, column=letter(self._column - 1))


def _check_names(names: Sequence[str], *, allows_links: bool) -> None:
    """Refuse macros and links to other files by the names of their parts."""
    for name in names:
        if _MACROS.search(name):
            raise Refusal("macros")
        if _LINKS.search(name) and not allows_links:
            raise Refusal("external_links")


def _check_extent(parts: dict[str, _Any], limits: Limits) -> None:
    """Refuse a workbook whose cells or texts would fill the memory."""
    lengths = max((part.lengths for part in parts.values()), key=len, default=array("L"))
    characters = sum(lengths)
    for part in parts.values():
        if part.cells > limits.book_cells:
            raise Refusal("too_large", reason="many_cells", size=limits.book_cells)
        characters += part.characters
        characters += sum(a * b for a, b in zip(part.uses, lengths, strict=False) if a)
    if characters > limits.book_text:
        raise Refusal("too_large", reason="much_text", size=limits.book_text)


def _watcher(name: str, limits: Limits, *, allows_links: bool) -> XmlPart:
    """Return the watcher of a part."""
    if name == "[Content_Types].xml":
        return _Types()
    if name == BOOK:
        return _Book()
    return _Relations(allows_links=allows_links) if name.endswith(".rels") else _Any(limits)


def read_xlsx(
    inflater: Inflater, frames: Frames, limits: Limits, *, allows_links: bool = False
) -> None:
    """Send the sheets of a workbook with typed cells: numbers as floats, dates as dates.

    A sheet that holds an error, or a formula without its value, is told as a fault. Links to other
    files are never followed; `allows_links` reads the values that they left. Raises Refusal.
    """
    names = inflater.archive.namelist()
    _check_names(names, allows_links=allows_links)
    watchers = {
        name: _watcher(name, limits, allows_links=allows_links)
        for name in names
        if name.endswith(_PARTS) and not _LINKS.search(name)
    }
    with tempfile.TemporaryFile() as clean:
        with zipfile.ZipFile(clean, "w", zipfile.ZIP_STORED) as target:
            for name, watcher in watchers.items():
                inflater.copy(name, watcher, target)
        parts = {name: part for name, part in watchers.items() if isinstance(part, _Any)}
        _check_extent(parts, limits)
        clean.seek(0)
        _send_sheets(clean, frames, watchers[BOOK], _faults(watchers))


def _faults(watchers: dict[str, XmlPart]) -> dict[str, Refusal]:
    """Return the fault of each sheet that has one, by the name of the sheet."""
    book, relations = watchers[BOOK], watchers.get("xl/_rels/workbook.xml.rels")
    found: dict[str, Refusal] = {}
    if not isinstance(book, _Book) or not isinstance(relations, _Relations):
        return found
    for identifier, sheet in book.sheets.items():
        path = posixpath.normpath(posixpath.join("/xl", relations.targets.get(identifier, "")))
        part = watchers.get(path.lstrip("/"))
        if isinstance(part, _Any) and part.fault:
            found[sheet] = part.fault
    return found


def _send_sheets(clean: Any, frames: Frames, book: XmlPart, faults: dict[str, Refusal]) -> None:
    # Imported here only: the reader is native code.
    import python_calamine as calamine  # noqa: PLC0415

    try:
        with reading_archive():
            workbook = calamine.CalamineWorkbook.from_filelike(clean)
            frames.tell("table", "xlsx", "", "", isinstance(book, _Book) and book.is_1904)
            for meta in workbook.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                frames.tell("sheet", meta.name, meta.visible != calamine.SheetVisibleEnum.Visible)
                if meta.name in faults:
                    frames.tell("fault", faults[meta.name].as_dict())
                else:
                    _send_rows(workbook.get_sheet_by_name(meta.name), frames)
    except (calamine.CalamineError, ValueError) as error:
        raise Refusal("unreadable_workbook", detail=str(error)[:200]) from None


def _send_rows(sheet: Any, frames: Frames) -> None:
    """Send the rows from the first line of the sheet on, blank ones without cells."""
    if sheet.start is None:
        return
    top, left = sheet.start
    for line in range(1, top + 1):
        frames.row(line, ())
    before = [None] * left
    for line, cells in enumerate(sheet.iter_rows(), top + 1):
        frames.row(line, before + [None if cell == "" else cell for cell in cells])
