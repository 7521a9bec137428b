"""Plans of MS Project for the tests: a fictitious one, large ones, and seeded damage.

A damage returns the damaged text, and either the code and the place of what must be told, or
nothing: the plan must then be that of the file as it came, but for what it says of blank rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from projects.mspdi.stream import MOST_DEPTH

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
DEFAULT = "http://schemas.microsoft.com/project"


@dataclass(frozen=True)
class Damage:
    """A damaged text; `code` is empty when the plan is to be read as it was."""

    text: str
    code: str = ""
    offset: int = -1
    encoding: str = "utf-8"
    blank_rows: int = 0

    @property
    def data(self) -> bytes:
        return self.text.encode(self.encoding)

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the offset, from 1."""
        before = self.text[: self.offset]
        return before.count("\n") + 1, self.offset - before.rfind("\n")


def uids(text: str) -> list[int]:
    """Return the numbers of the tasks that are not blank."""
    tasks = re.findall(r"<Task>.*?</Task>", text, re.DOTALL)
    shown = [task for task in tasks if "<IsNull>1</IsNull>" not in task]
    return [int(re.search(r"<UID>(\d+)</UID>", task).group(1)) for task in shown]


def task_span(text: str, uid: int) -> tuple[int, int]:
    """Return where the element of a task begins, and where its end tag does."""
    start = re.search(rf"<Task>\s*<UID>{uid}</UID>", text).start()
    return start, text.index("</Task>", start)


def into_task(text: str, xml: str, code: str, *, mark: str = "", uid: int | None = None) -> Damage:
    """Put elements last in a task; what is told stands where `mark` (or they) begin."""
    _start, end = task_span(text, uids(text)[-1] if uid is None else uid)
    return Damage(text[:end] + xml + text[end:], code, end + xml.index(mark))


def link(uid: int, kind: int = 1) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{uid}</PredecessorUID><Type>{kind}</Type>"
        "<LinkLag>0</LinkLag><LagFormat>7</LagFormat></PredecessorLink>"
    )


def _no_namespace(text: str) -> Damage:
    text = text.replace(f' xmlns="{DEFAULT}"', "", 1)
    return Damage(text, "no_namespace", text.index("<Project"))


def _prefixed(text: str) -> Damage:
    text = re.sub(r"<(/?)([A-Za-z])", r"<\1m:\2", text)
    return Damage(text.replace("xmlns=", "xmlns:m=", 1))


def _other_namespace(text: str) -> Damage:
    text = text.replace(DEFAULT, "http://example.org/plan", 1)
    return Damage(text, "wrong_namespace", text.index("<Project"))


def _another_vocabulary(text: str) -> Damage:
    start, _end = task_span(text, uids(text)[-1])
    place = start + len("<Task>")
    foreign = '<x:Start xmlns:x="http://example.org/x">never</x:Start>'
    return Damage(text[:place] + foreign + text[place:])


def _no_calendars(text: str) -> Damage:
    text = re.sub(r"<Calendars>.*</Calendars>", "", text, flags=re.DOTALL)
    return Damage(text, "missing_calendar", text.index("<CalendarUID>"))


def _task_calendar(text: str) -> Damage:
    return into_task(text, "<CalendarUID>987</CalendarUID>", "missing_calendar")


def _blank_rows(text: str) -> Damage:
    blank = "<Task><UID>9001</UID><ID>9001</ID><IsNull>1</IsNull></Task>"
    end = text.index("</Tasks>")
    return Damage(text[:end] + blank + text[end:], blank_rows=1)


def _link_to_a_blank_row(text: str) -> Damage:
    blank = "<Task><UID>9001</UID><ID>9001</ID><IsNull>1</IsNull></Task>"
    damage = into_task(text, link(9001), "blank_link", mark="<PredecessorUID>")
    end = damage.text.index("</Tasks>")
    return Damage(damage.text[:end] + blank + damage.text[end:], damage.code, damage.offset)


def _unknown_link(text: str) -> Damage:
    return into_task(text, link(98_765), "unknown_link", mark="<PredecessorUID>")


def _cycle(text: str) -> Damage:
    return into_task(text, link(uids(text)[-1]), "cycle", mark="<PredecessorUID>")


def _bomb(text: str) -> Damage:
    doubled = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    kind = f'<!DOCTYPE Project [<!ENTITY a0 "boom">{doubled}]>'
    place = text.index("<Project")
    text = text[:place] + kind + text[place:]
    return Damage(text.replace("<Project ", "<Project a='&a11;' ", 1), "forbidden_declaration")


def _file_of_the_server(text: str) -> Damage:
    place = text.index("<Project")
    kind = '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return Damage(text[:place] + kind + text[place:], "forbidden_declaration")


def _depth(text: str) -> Damage:
    damage = into_task(text, "<a>" * 200 + "</a>" * 200, "too_deep")
    # A task is the third level: its children are at depth 3.
    refused = damage.offset + len("<a>") * (MOST_DEPTH - 2)
    return Damage(damage.text, damage.code, refused)


def _cut(text: str) -> Damage:
    return Damage(text[: len(text) * 2 // 3], "malformed")


def _twice(text: str) -> Damage:
    start, end = task_span(text, uids(text)[-1])
    copy = text[start : end + len("</Task>")]
    close = text.index("</Tasks>")
    return Damage(text[:close] + copy + text[close:], "duplicate_uid", close)


def _no_uid(text: str) -> Damage:
    start, _end = task_span(text, uids(text)[-1])
    text = text[:start] + re.sub(r"<UID>\d+</UID>", "", text[start:], count=1)
    return Damage(text, "missing_uid", start)


def _value(element: str, value: str, code: str) -> Callable[[str], Damage]:
    def damage(text: str) -> Damage:
        return into_task(text, f"<{element}>{value}</{element}>", code)

    return damage


def _link_type(text: str) -> Damage:
    return into_task(text, link(uids(text)[0], kind=7), "bad_link_type", mark="<Type>")


def _backwards(text: str) -> Damage:
    xml = "<Start>2026-03-02T08:00:00</Start><Finish>2026-03-01T17:00:00</Finish>"
    return into_task(text, xml, "ends_before_start", mark="<Finish>")


def _line_ends(text: str) -> Damage:
    return Damage(text.replace("\n", "\r\n").replace("</Task>", "\r\n\t</Task>"))


def _sixteen_bits(text: str) -> Damage:
    text = re.sub(r"<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-16"?>', text, count=1)
    return Damage(text, encoding="utf-16")


def _no_day_length(text: str) -> Damage:
    text = re.sub(r"<MinutesPerDay>\d+</MinutesPerDay>", "", text, count=1)
    return Damage(text, "day_length_missing", 0)


def _no_task(text: str) -> Damage:
    return Damage(re.sub(r"<Tasks>.*</Tasks>", "<Tasks/>", text, flags=re.DOTALL), "no_tasks", 0)


def _not_a_plan(text: str) -> Damage:
    text = re.sub(r"(</?)Project(?=[ >])", r"\1Portfolio", text)
    return Damage(text, "wrong_root", text.index("<Portfolio"))


DAMAGES: dict[str, Callable[[str], Damage]] = {
    "no namespace": _no_namespace,
    "prefixed names": _prefixed,
    "another namespace": _other_namespace,
    "a vocabulary of others": _another_vocabulary,
    "no calendars": _no_calendars,
    "a task on a missing calendar": _task_calendar,
    "blank rows": _blank_rows,
    "a link to a blank row": _link_to_a_blank_row,
    "an unknown link": _unknown_link,
    "a cycle": _cycle,
    "a bomb of entities": _bomb,
    "an external entity": _file_of_the_server,
    "two hundred levels": _depth,
    "cut in the middle": _cut,
    "a UID twice": _twice,
    "no UID": _no_uid,
    "a date in French": _value("Start", "30/09/2026", "bad_date"),
    "a day that is not": _value("Finish", "2026-02-30T08:00:00", "bad_date"),
    "a duration in words": _value("Duration", "3 jours", "bad_duration"),
    "a cost with a comma": _value("Cost", "12,50", "bad_cost"),
    "a percentage beyond all": _value("PercentComplete", "130", "bad_percent"),
    "a name without end": _value("Name", "x" * 40_000, "too_long"),
    "a type of link that is not": _link_type,
    "an end before the start": _backwards,
    "other ends of lines": _line_ends,
    "sixteen bits": _sixteen_bits,
    "no length of the day": _no_day_length,
    "no task": _no_task,
    "not a plan": _not_a_plan,
}


# What MS Project also writes of each task, and that no plan reads.
UNREAD = "".join(
    f"<{name}>{value}</{name}>"
    for name, value in (
        ("EarlyStart", "2026-03-02T08:00:00"), ("EarlyFinish", "2026-03-02T17:00:00"),
        ("LateStart", "2026-03-02T08:00:00"), ("LateFinish", "2026-03-02T17:00:00"),
        *((f"Unread{number}", "PT0H0M0S") for number in range(70)),
    )
)  # fmt: skip


def large_plan(count: int, unread: str = "") -> bytes:
    """Return a plan of `count` tasks in chains of fifty, with costs and a baseline each."""
    rows = []
    for uid in range(1, count + 1):
        day = 1 + uid % 28
        linked = link(uid - 1) if uid % 50 != 1 else ""
        rows.append(
            f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>Tâche {uid}</Name><IsNull>0</IsNull>"
            f"<WBS>{uid}</WBS><OutlineLevel>1</OutlineLevel><Priority>500</Priority>"
            f"<Start>2026-03-{day:02}T08:00:00</Start><Finish>2026-05-{day:02}T17:00:00</Finish>"
            "<Duration>PT320H0M0S</Duration><DurationFormat>7</DurationFormat>"
            "<Work>PT0H0M0S</Work><Milestone>0</Milestone><Summary>0</Summary>"
            "<PercentComplete>0</PercentComplete><Cost>125000</Cost><FixedCost>0</FixedCost>"
            f"<ConstraintType>0</ConstraintType>{unread}{linked}"
            f"<Baseline><Number>0</Number><Start>2026-03-{day:02}T08:00:00</Start>"
            f"<Finish>2026-04-{day:02}T17:00:00</Finish><Cost>100000</Cost></Baseline></Task>"
        )
    header = (
        "<StartDate>2026-03-01T08:00:00</StartDate><CurrencyCode>EUR</CurrencyCode>"
        "<MinutesPerDay>480</MinutesPerDay>"
    )
    body = f'<Project xmlns="{DEFAULT}">{header}<Tasks>{"".join(rows)}</Tasks></Project>'
    return (HEAD + body).encode()
