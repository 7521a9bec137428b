"""Read a file of MS Project XML into facts: every fault located, all of them told at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, TypeVar

from projects.enums import LinkKind
from projects.mspdi import values
from projects.mspdi.checks import check_calendars, check_tasks
from projects.mspdi.facts import (
    TASK_COSTS,
    Fault,
    MspdiBaseline,
    MspdiCalendar,
    MspdiError,
    MspdiFile,
    MspdiLink,
    MspdiTask,
)
from projects.mspdi.stream import Record, Stream, read_stream

HEADER = (
    "Title", "StartDate", "FinishDate", "StatusDate", "CurrencySymbol", "CurrencyCode",
    "CurrencyDigits", "MinutesPerDay", "MinutesPerWeek", "DaysPerMonth",
)  # fmt: skip
USUAL_DAY = 480
LONGEST_DAY = 24 * 60
MOST_TASKS = 100_000
LONGEST_NAME = 1_000
# Formats of a lag: percentages, and time that also passes at night (Microsoft's enumeration).
PERCENT_FORMATS = frozenset({"19", "20", "51", "52"})
ELAPSED_FORMATS = frozenset({"4", "6", "8", "10", "12", "36", "38", "40", "42", "44"})

T = TypeVar("T")


def read_mspdi(source: BinaryIO | str | Path) -> MspdiFile:
    """Read a file; MspdiError, with all its errors, when it cannot be applied.

    Warnings are kept beside the facts. OSError when the path cannot be read.
    """
    if isinstance(source, str | Path):
        with Path(source).open("rb") as opened:
            return read_mspdi(opened)
    builder = _Builder()
    read_stream(source, builder.stream)
    return builder.finished()


class _Builder:
    """Turn the records of a file into facts as they come."""

    def __init__(self) -> None:
        self.stream = Stream(self._take)
        self._faults = self.stream.warnings
        self._tasks: list[MspdiTask] = []
        self._calendars: list[MspdiCalendar] = []
        self._calendar_names: list[tuple[str, tuple[int, int], str]] = []
        self._counts: Counter[str] = Counter()
        self._assigned: list[tuple[str, tuple[int, int]]] = []
        self._day = 0

    def finished(self) -> MspdiFile:
        """Check the whole and return it."""
        header = {name: self.stream.header.texts.get(name) or None for name in HEADER}
        self._check_header(header)
        self._faults += check_tasks(self._tasks, self._assigned)
        self._faults += check_calendars(self._calendars, self._calendar_names)
        self._faults.sort()
        errors = [fault for fault in self._faults if fault.is_error]
        if errors:
            raise MspdiError(errors)
        return MspdiFile(
            header=header,
            minutes_per_day=self._minutes_per_day(),
            resources=self._counts["Resource"],
            assignments=self._counts["Assignment"],
            tasks=self._tasks,
            warnings=self._faults,
        )

    def _take(self, kind: str, record: Record) -> None:
        self._counts[kind] += 1
        if kind == "Task":
            if len(self._tasks) == MOST_TASKS:
                raise MspdiError([Fault(*record.place, "too_many_tasks")])
            task = self._task(record)
            if task is not None:
                self._tasks.append(task)
        elif kind == "Assignment":
            uid = record.texts.get("TaskUID", "")
            self._assigned.append((uid, record.places.get("TaskUID", record.place)))
        elif kind == "Calendar":
            self._calendars.append(_calendar(record))

    def _check_header(self, header: dict[str, str | None]) -> None:
        places, top = self.stream.header.places, self.stream.header.place
        if not self._counts["Task"]:
            self._faults.append(Fault(*top, "no_tasks"))
        self._minutes_per_day()
        for name in ("StartDate", "FinishDate", "StatusDate"):
            self._read(self.stream.header, name, values.moment)
        code, symbol = header["CurrencyCode"], header["CurrencySymbol"]
        if (code or symbol) and "EUR" not in {code} and symbol != "€":
            name = "CurrencyCode" if code else "CurrencySymbol"
            self._warn(places[name], "other_currency", name, code or symbol or "")
        named = self.stream.header.texts.get("CalendarUID")
        if named:
            self._calendar_names.append((named, places["CalendarUID"], ""))

    def _minutes_per_day(self) -> int:
        """Return what a day means, told once when it is missing or wrong."""
        if self._day:
            return self._day
        header = self.stream.header
        self._day = USUAL_DAY
        if not header.texts.get("MinutesPerDay"):
            self._warn(header.place, "day_length_missing", "MinutesPerDay")
            return self._day
        found = self._read(header, "MinutesPerDay", values.integer)
        if found is not None and 0 < found <= LONGEST_DAY:
            self._day = found
        elif found is not None:
            self._fail(header, "MinutesPerDay", "bad_integer", "")
        return self._day

    def _task(self, record: Record) -> MspdiTask | None:
        named = record.texts.get("UID", "")
        if not named:
            self._faults.append(Fault(*record.place, "missing_uid", "UID"))
            return None
        uid = self._read(record, "UID", values.integer)
        if uid is None:
            return None
        rank = self._read(record, "ID", values.integer, named)
        is_null = self._read(record, "IsNull", values.flag, named) or False
        name = record.texts.get("Name") or None
        if name is not None and len(name) > LONGEST_NAME:
            self._fail(record, "Name", "too_long", named)
        task = MspdiTask(uid, uid if rank is None else rank, name, is_null, record.place)
        if is_null:
            task.name = None
            return task
        self._fill(task, record, named)
        return task

    def _fill(self, task: MspdiTask, record: Record, uid: str) -> None:
        def read(name: str, parse: Callable[[str], T]) -> T | None:
            return self._read(record, name, parse, uid)

        task.outline_level = read("OutlineLevel", values.integer) or 0
        task.summary = read("Summary", values.flag) or False
        task.milestone = read("Milestone", values.flag) or False
        task.start, task.finish = read("Start", values.moment), read("Finish", values.moment)
        task.actual_start = read("ActualStart", values.moment)
        task.actual_finish = read("ActualFinish", values.moment)
        task.duration_minutes = read("Duration", self._minutes)
        task.percent_complete = read("PercentComplete", values.percent)
        amounts = {name: read(element, values.cost) for element, name in TASK_COSTS.items()}
        task.costs = {name: amount for name, amount in amounts.items() if amount is not None}
        if task.start and task.finish and task.finish < task.start:
            self._fail(record, "Finish", "ends_before_start", uid)
        self._hanging(task, record, uid)

    def _hanging(self, task: MspdiTask, record: Record, uid: str) -> None:
        """Read what hangs on a task: its calendar, its links, its baselines."""
        calendar = record.texts.get("CalendarUID", "-1")
        if calendar not in {"-1", ""}:
            self._calendar_names.append((calendar, record.places["CalendarUID"], uid))
        for kind, part in record.parts:
            if kind == "PredecessorLink":
                self._link(task, part)
            elif kind == "Baseline":
                self._baseline(task, part)

    def _minutes(self, text: str) -> Decimal:
        return values.minutes(text, self._minutes_per_day())

    def _link(self, task: MspdiTask, part: Record) -> None:
        uid = str(task.uid)
        predecessor = self._read(part, "PredecessorUID", values.integer, uid)
        kind = self._read(part, "Type", values.link_kind, uid)
        tenths = self._read(part, "LinkLag", values.integer, uid) or 0
        style = part.texts.get("LagFormat", "")
        if tenths and style in PERCENT_FORMATS | ELAPSED_FORMATS:
            code = "percent_lag" if style in PERCENT_FORMATS else "elapsed_lag"
            self._warn(part.places["LinkLag"], code, "LinkLag", part.texts["LinkLag"], uid)
            tenths = 0 if style in PERCENT_FORMATS else tenths
        if predecessor is None:
            if not part.texts.get("PredecessorUID"):
                self._faults.append(Fault(*part.place, "unknown_link", "PredecessorUID", "", uid))
            return
        place = part.places["PredecessorUID"]
        lag = Decimal(tenths) / 10
        kind = kind or LinkKind.FINISH_START
        task.predecessors.append(MspdiLink(predecessor, kind, lag, place))

    def _baseline(self, task: MspdiTask, part: Record) -> None:
        uid = str(task.uid)
        number = self._read(part, "Number", values.integer, uid) or 0
        start = self._read(part, "Start", values.moment, uid)
        finish = self._read(part, "Finish", values.moment, uid)
        cost = self._read(part, "Cost", values.cost, uid)
        if start and finish and finish < start:
            written = part.texts["Finish"]
            self._warn(part.places["Finish"], "baseline_ends_before_start", "Finish", written, uid)
        task.baselines.append(MspdiBaseline(number, start, finish, cost))

    def _read(
        self, record: Record, name: str, parse: Callable[[str], T], uid: str = ""
    ) -> T | None:
        """Return the value of a text; None when it is absent, empty, or a fault."""
        text = record.texts.get(name)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as fault:
            self._fail(record, name, str(fault), uid)
            return None

    def _fail(self, record: Record, name: str, code: str, uid: str) -> None:
        shown = record.texts[name][:80]
        self._faults.append(Fault(*record.places[name], code, name, shown, uid))

    def _warn(self, place: tuple[int, int], code: str, *told: str) -> None:
        """Keep a warning: its code, then the element, the value and the task."""
        element, value, uid = (*told, "", "", "")[:3]
        self._faults.append(Fault(*place, code, element, value, uid, is_error=False))


def _calendar(record: Record) -> MspdiCalendar:
    """Read the week of a calendar; days of MS Project count from Sunday, 1."""
    texts = record.texts
    found = MspdiCalendar(
        texts.get("UID", ""), texts.get("Name", ""), texts.get("BaseCalendarUID", "")
    )
    for _kind, day in record.parts:
        rank = day.texts.get("DayType", "")
        if rank in {"1", "2", "3", "4", "5", "6", "7"}:
            found.week[(int(rank) + 5) % 7] = day.texts.get("DayWorking") == "1"
    return found
