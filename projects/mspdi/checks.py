"""What holds between the rows of a file: numbers, links, cycles, levels, calendars."""

from __future__ import annotations

from projects.mspdi.facts import Fault, MspdiCalendar, MspdiLink, MspdiTask
from projects.rules.network import Link
from projects.rules.outline import find_plan_cycle

# Days of the week that the law works, 0 being Monday.
LEGAL_WEEK = frozenset(range(5))
SHOWN_IN_A_CYCLE = 10

Place = tuple[int, int]


def check_tasks(tasks: list[MspdiTask], assigned: list[tuple[str, Place]]) -> list[Fault]:
    """Return the faults between tasks, and of the assignments that name them."""
    by_uid: dict[int, int] = {}
    faults = []
    for rank, task in enumerate(tasks):
        if task.uid in by_uid:
            faults.append(Fault(*task.place, "duplicate_uid", "UID", str(task.uid), str(task.uid)))
        by_uid.setdefault(task.uid, rank)
    faults += _levels(tasks)
    links, broken = _links(tasks, by_uid)
    faults += broken
    faults += _cycles(tasks, links)
    known = {str(uid) for uid in by_uid}
    # MS Project writes assignments without a task for resources that have none.
    faults += [
        Fault(*place, "unknown_assignment", "TaskUID", uid, is_error=False)
        for uid, place in assigned
        if uid not in known and not uid.startswith("-")
    ]
    return faults


def check_calendars(
    calendars: list[MspdiCalendar], named: list[tuple[str, Place, str]]
) -> list[Fault]:
    """Return a warning for each calendar that is named and missing, or works on other days."""
    by_uid = {calendar.uid: calendar for calendar in calendars}
    faults = []
    told = set()
    for uid, place, task in named:
        if uid not in by_uid:
            faults.append(
                Fault(*place, "missing_calendar", "CalendarUID", uid, task, is_error=False)
            )
        elif uid not in told and working_week(by_uid, uid) != LEGAL_WEEK:
            told.add(uid)
            shown = by_uid[uid].name[:80]
            faults.append(
                Fault(*place, "other_working_days", "CalendarUID", shown, task, is_error=False)
            )
    return faults


def working_week(by_uid: dict[str, MspdiCalendar], uid: str) -> frozenset[int]:
    """Return the worked days of a calendar, those that it does not give being those of its base."""
    week: dict[int, bool] = {}
    seen: set[str] = set()
    while uid in by_uid and uid not in seen:
        seen.add(uid)
        week = by_uid[uid].week | week
        uid = by_uid[uid].base_uid
    return frozenset(day for day in range(7) if week.get(day, day in LEGAL_WEEK))


def _levels(tasks: list[MspdiTask]) -> list[Fault]:
    faults, former = [], 0
    for task in tasks:
        if task.is_null:
            continue
        if task.outline_level > former + 1 or task.outline_level < 0:
            shown, uid = str(task.outline_level), str(task.uid)
            faults.append(
                Fault(*task.place, "outline_jump", "OutlineLevel", shown, uid, is_error=False)
            )
        former = max(task.outline_level, 0)
    return faults


def _links(tasks: list[MspdiTask], by_uid: dict[int, int]) -> tuple[list[Link], list[Fault]]:
    """Return the links by rank, and the faults of those that name nothing or a blank row."""
    links, faults = [], []
    for rank, task in enumerate(tasks):
        for link in task.predecessors:
            code = _wrong_end(tasks, by_uid, link)
            if code:
                shown, uid = str(link.uid), str(task.uid)
                faults.append(Fault(*link.place, code, "PredecessorUID", shown, uid))
            else:
                links.append(Link(by_uid[link.uid], rank, link.kind))
    return links, faults


def _wrong_end(tasks: list[MspdiTask], by_uid: dict[int, int], link: MspdiLink) -> str:
    if link.uid not in by_uid:
        return "unknown_link"
    return "blank_link" if tasks[by_uid[link.uid]].is_null else ""


def parents_of(tasks: list[MspdiTask]) -> list[int | None]:
    """Return the rank of the row that each row stands below: the last one of a lesser level."""
    found: list[int | None] = []
    above: list[tuple[int, int]] = []
    for rank, task in enumerate(tasks):
        if task.is_null:
            found.append(None)
            continue
        while above and above[-1][0] >= task.outline_level:
            above.pop()
        found.append(above[-1][1] if above else None)
        above.append((task.outline_level, rank))
    return found


def _cycles(tasks: list[MspdiTask], links: list[Link]) -> list[Fault]:
    """Return one cycle, named, at a link that closes it."""
    parents = parents_of(tasks)
    cycle = find_plan_cycle(parents, {rank for rank in parents if rank is not None}, links)
    if not cycle:
        return []
    turn = {(a, b) for a, b in zip(cycle, [*cycle[1:], cycle[0]], strict=True)}
    closing = [link for link in links if (link.predecessor, link.successor) in turn] or links
    last = max(closing, key=lambda link: (link.successor == cycle[0], link.predecessor))
    task, uid = tasks[last.successor], tasks[last.predecessor].uid
    place = next(link.place for link in task.predecessors if link.uid == uid)
    uids = [str(tasks[rank].uid) for rank in cycle]
    first = uids[0]
    if len(uids) > SHOWN_IN_A_CYCLE:
        uids[SHOWN_IN_A_CYCLE:] = ["…"]
    shown = " → ".join([*uids, first])
    return [Fault(*place, "cycle", "PredecessorUID", shown, str(task.uid))]
