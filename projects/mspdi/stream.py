"""One pass over the XML: no document type, no entity, no great depth; only what is read is kept.

Each record (task, resource…) is handed over as soon as it ends, its texts by name, with the
place where each begins; the memory does not grow with the file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO
from xml.sax import SAXParseException, handler  # nosec B406: constants and classes, no parser

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from projects.mspdi.facts import Fault, MspdiError

NAMESPACE = "http://schemas.microsoft.com/project"
MOST_BYTES = 100 * 1024 * 1024
MOST_DEPTH = 64
MOST_TEXT = 32_768
PIECE = 1 << 16

Place = tuple[int, int]
# The records of each list of the file, and the parts of a task that repeat.
RECORDS = {
    "Tasks": "Task",
    "Resources": "Resource",
    "Assignments": "Assignment",
    "Calendars": "Calendar",
}
PARTS = frozenset({"PredecessorLink", "Baseline"})
WANTED = frozenset(
    {
        "UID", "ID", "Name", "IsNull", "OutlineLevel", "Summary", "Milestone", "Start", "Finish",
        "ActualStart", "ActualFinish", "Duration", "PercentComplete", "Cost", "ActualCost", "ACWP",
        "BCWS", "BCWP", "CalendarUID", "PredecessorUID", "Type", "LinkLag", "LagFormat", "Number",
        "TaskUID", "BaseCalendarUID", "IsBaseCalendar", "DayType", "DayWorking",
    }
)  # fmt: skip


class Record:
    """A record of the file: its place, its texts by name with theirs, its parts."""

    __slots__ = ("parts", "place", "places", "texts")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.texts: dict[str, str] = {}
        self.places: dict[str, Place] = {}
        self.parts: list[tuple[str, Record]] = []


class Stream(handler.ContentHandler):
    """Follow the elements; `taken` receives each record with the name of its kind."""

    def __init__(self, taken: Callable[[str, Record], None]) -> None:
        super().__init__()
        self.header = Record((1, 1))
        self.warnings: list[Fault] = []
        self._taken = taken
        self._path: list[str] = []
        self._namespace: str | None = None
        self._record: Record | None = None
        self._part: Record | None = None
        self._pieces: list[str] | None = None
        self._length = 0
        self._target = self.header
        self.locator: Any = None

    @property
    def place(self) -> Place:
        """Line and column, both from 1."""
        return self.locator.getLineNumber() or 1, (self.locator.getColumnNumber() or 0) + 1

    def startElementNS(  # noqa: N802 (the name is that of SAX)
        self, name: tuple[str | None, str], qname: str | None, attrs: Any
    ) -> None:
        """See an element begin."""
        path, (namespace, local) = self._path, name
        if not path:
            self._begin(namespace, local)
        depth = len(path)
        path.append(local if namespace == self._namespace else "")
        if depth > MOST_DEPTH:
            raise MspdiError([Fault(*self.place, "too_deep")])
        self._pieces = None
        if depth == 2 and RECORDS.get(path[1]) == path[2]:
            self._record = Record(self.place)
        elif depth == 3 and self._record is not None and path[3] in PARTS:
            self._part = Record(self.place)
        else:
            target = self._target_of(depth, path)
            if target is not None:
                self._target, self._pieces, self._length = target, [], 0
                target.places[path[-1]] = self.place

    def _target_of(self, depth: int, path: list[str]) -> Record | None:
        """Return the record that takes the text of the element that begins, if any does."""
        if depth == 1:
            return self.header
        if path[-1] not in WANTED or self._record is None:
            return None
        if depth == 3:
            return self._record
        if depth == 4:
            return self._part
        if depth == 5 and path[3] == "WeekDays":
            return self._week_day(self._record, path[5])
        return None

    def characters(self, content: str) -> None:
        """See text."""
        if self._pieces is None:
            return
        self._length += len(content)
        if self._length > MOST_TEXT:
            local = self._path[-1]
            raise MspdiError([Fault(*self._target.places[local], "too_long", local)])
        self._pieces.append(content)

    def endElementNS(  # noqa: N802 (the name is that of SAX)
        self, name: tuple[str | None, str], qname: str | None
    ) -> None:
        """See an element end."""
        local = self._path.pop()
        if self._pieces is not None:
            self._target.texts[local] = "".join(self._pieces).strip()
            self._pieces = None
            return
        depth = len(self._path)
        if depth == 3 and self._part is not None and self._record is not None:
            self._record.parts.append((local, self._part))
            self._part = None
        elif depth == 2 and self._record is not None:
            record, self._record = self._record, None
            self._taken(local, record)

    def _begin(self, namespace: str | None, local: str) -> None:
        if local != "Project":
            raise MspdiError([Fault(*self.place, "wrong_root", local)])
        if namespace is None:
            self.warnings.append(Fault(*self.place, "no_namespace", local, is_error=False))
        elif namespace != NAMESPACE and not namespace.startswith(f"{NAMESPACE}/"):
            raise MspdiError([Fault(*self.place, "wrong_namespace", local, namespace)])
        self._namespace = namespace

    def _week_day(self, record: Record, local: str) -> Record:
        """Return the record of a day of the week, a new one at each DayType."""
        if local == "DayType" or not record.parts:
            record.parts.append(("WeekDay", Record(self.place)))
        return record.parts[-1][1]


def read_stream(source: BinaryIO, stream: Stream) -> None:
    """Read a file to its end; MspdiError, located, at the first thing that cannot be read."""
    parser = DefusedExpatParser(namespaceHandling=1, forbid_dtd=True)
    parser.setContentHandler(stream)
    stream.locator = parser
    read = 0
    try:
        while piece := source.read(PIECE):
            read += len(piece)
            if read > MOST_BYTES:
                raise MspdiError([Fault(*stream.place, "too_large")])
            parser.feed(piece)
        parser.close()
    except DefusedXmlException as refused:
        value = str(getattr(refused, "name", "") or "")
        raise MspdiError([Fault(*stream.place, "forbidden_declaration", "", value)]) from None
    except SAXParseException as error:
        line, column = error.getLineNumber() or 1, (error.getColumnNumber() or 0) + 1
        raise MspdiError([Fault(line, column, "malformed", "", error.getMessage())]) from None
