"""The next day of the calendar of exercises in one line of text, and those that are late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.selectors.exercises import Deadline, Deadlines
from common.templatetags.amounts import day as full_day

MOST_LATE = 2


@dataclass(frozen=True)
class DeadlineLine:
    """One sentence, the address of its exercise, whether it says a delay."""

    text: str
    url: str
    is_late: bool


def deadline_lines(found: Deadlines, today: dt.date) -> list[DeadlineLine]:
    """Return what is late, the oldest first, then what comes next; nothing when all is done."""
    shown = found.late[:MOST_LATE]
    lines = [DeadlineLine(_late(one, today), _page(one), is_late=True) for one in shown]
    if left := len(found.late) - len(shown):
        words = ngettext("%(count)s other is late", "%(count)s others are late", left)
        told = words % {"count": left}
        lines.append(DeadlineLine(told, reverse("web:exercises"), is_late=True))
    if one := found.coming:
        lines.append(DeadlineLine(_coming(one, today), _page(one), is_late=False))
    return lines


def _page(one: Deadline) -> str:
    return reverse("web:exercise", args=[one.exercise_id])


def _late(one: Deadline, today: dt.date) -> str:
    return _("Late: %(label)s %(year)s, expected on %(due)s") % {
        "label": one.label,
        "year": one.fiscal_year,
        "due": _day(one.due_on, today),
    }


def _coming(one: Deadline, today: dt.date) -> str:
    words = {"label": one.label, "due": _day(one.due_on, today)}
    if one.data_on is None:
        return _("Next date: %(label)s, on %(due)s") % words
    data = _day(one.data_on, today)
    return _("Next date: %(label)s, data as of %(data)s, due on %(due)s") % {**words, "data": data}


def _day(day: dt.date, today: dt.date) -> str:
    """Return a day as people say it: without its year in the year that runs."""
    return f"{day:%d/%m}" if day.year == today.year else full_day(day)
