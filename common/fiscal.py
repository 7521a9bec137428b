"""Fiscal calendar: the exercise is the calendar year in Europe/Paris (LOLF art. 6)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def today() -> dt.date:
    """Return the current date in the project's time zone (Europe/Paris)."""
    return timezone.localdate()


def proposed_fiscal_year(day: dt.date) -> int:
    """Propose the exercise of a date; the one given by the source always wins (rule 2)."""
    return day.year


def month_start(day: dt.date) -> dt.date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month of `day`."""
    return add_months(month_start(day), 1) - dt.timedelta(days=1)


def month_index(day: dt.date) -> int:
    """Return a whole number that grows by one each month."""
    return day.year * 12 + day.month - 1


def month_of_index(index: int) -> dt.date:
    """Return the first day of the month of an index given by `month_index`."""
    return dt.date(index // 12, index % 12 + 1, 1)


def add_months(day: dt.date, months: int) -> dt.date:
    """Return the same day `months` later, brought back to the end of a shorter month."""
    index = month_index(day) + months
    first = month_of_index(index)
    last = (month_of_index(index + 1) - dt.timedelta(days=1)).day
    return first.replace(day=min(day.day, last))


def whole_months(start: dt.date, end: dt.date) -> int:
    """Return the duration in whole months, rounded to the nearest (domain §2.1: store months).

    The count of complete months, plus one when at least half of a further month has run.
    """
    months = month_index(end) - month_index(start)
    if add_months(start, months) > end:
        months -= 1
    reached = add_months(start, months)
    following = add_months(start, months + 1)
    if (end - reached).days * 2 >= (following - reached).days:
        months += 1
    return months
