"""From the texts of a file to values; each function raises ValueError with the code of a fault."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from projects.enums import LinkKind
from projects.mspdi.facts import HUNDREDTH, MINUTES_PER_HOUR

LINK_KINDS = {
    "0": LinkKind.FINISH_FINISH,
    "1": LinkKind.FINISH_START,
    "2": LinkKind.START_FINISH,
    "3": LinkKind.START_START,
}
# Beyond these a value is no value of a plan; they also keep them inside the columns.
LARGEST_INTEGER = 2_147_483_647
LARGEST_COST = Decimal(10) ** 15
LONGEST_MINUTES = 100 * 366 * 24 * MINUTES_PER_HOUR

_INTEGER = re.compile(r"-?\d{1,10}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.0+)?", re.ASCII)
_DURATION = re.compile(
    r"P(?:(?P<days>\d{1,6}(?:\.\d{1,6})?)D)?"
    r"(?:T(?:(?P<hours>\d{1,8}(?:\.\d{1,6})?)H)?(?:(?P<minutes>\d{1,8}(?:\.\d{1,6})?)M)?"
    r"(?:(?P<seconds>\d{1,8}(?:\.\d{1,6})?)S)?)?",
    re.ASCII,
)


def integer(text: str) -> int:
    """Read a whole number of 32 bits."""
    if not _INTEGER.fullmatch(text) or abs(int(text)) > LARGEST_INTEGER:
        raise ValueError("bad_integer")
    return int(text)


def flag(text: str) -> bool:
    """Read 0 or 1, or the words that XML Schema allows."""
    if text in {"0", "false"}:
        return False
    if text in {"1", "true"}:
        return True
    raise ValueError("bad_flag")


def moment(text: str) -> dt.datetime:
    """Read a date and time, without time zone."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("bad_date")
    try:
        return dt.datetime.fromisoformat(text[:19])
    except ValueError:
        raise ValueError("bad_date") from None


def minutes(text: str, minutes_per_day: int) -> Decimal:
    """Read a working time in minutes; a day of it is a working day of the file."""
    found = _DURATION.fullmatch(text)
    if found is None or text[-1] in "PT":
        raise ValueError("bad_duration")
    parts = {name: Decimal(value) for name, value in found.groupdict("0").items()}
    whole = parts["days"] * minutes_per_day + parts["hours"] * MINUTES_PER_HOUR
    whole += parts["minutes"] + parts["seconds"] / 60
    if whole > LONGEST_MINUTES:
        raise ValueError("bad_duration")
    return whole


def cost(text: str) -> Decimal:
    """Read an amount given in hundredths of the unit."""
    if not _NUMBER.fullmatch(text) or abs(Decimal(text)) > LARGEST_COST:
        raise ValueError("bad_cost")
    return Decimal(text) * HUNDREDTH


def percent(text: str) -> int:
    """Read a percentage between 0 and 100."""
    if not _INTEGER.fullmatch(text) or not 0 <= int(text) <= 100:
        raise ValueError("bad_percent")
    return int(text)


def link_kind(text: str) -> LinkKind:
    """Read the type of a link."""
    if text not in LINK_KINDS:
        raise ValueError("bad_link_type")
    return LINK_KINDS[text]
