"""The calendar of an exercise: the days that the house begins with, and those of the year after."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from common.fiscal import add_months

FILE = Path(__file__).resolve().parent.parent / "data" / "exercise_dates.csv"


@dataclass(frozen=True, slots=True)
class Due:
    """One day of an exercise: when data are frozen, when the document is due, by whose law.

    `done_on` is when it was sent or held; None while it is expected.
    """

    kind: str
    due_on: dt.date
    data_on: dt.date | None = None
    legal_source: str = ""
    done_on: dt.date | None = None


def default_dates(fiscal_year: int) -> list[Due]:
    """Return the days of an exercise that has none before it (domain §1.5, GBCP art. 66 and 98).

    They are those of `data/exercise_dates.csv`, whose years are relative to the exercise.
    """
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))
    return [
        Due(
            kind=row["kind"],
            due_on=_day(fiscal_year, row["due_year"], row["due_day"]),
            data_on=_day(fiscal_year, row["data_year"], row["data_day"])
            if row["data_day"]
            else None,
            legal_source=row["legal_source"],
        )
        for row in rows
    ]


def _day(fiscal_year: int, years: str, day: str) -> dt.date:
    return dt.date.fromisoformat(f"{fiscal_year + int(years):04d}-{day}")


def dates_later(dates: Iterable[Due], years: int) -> list[Due]:
    """Return the same days some years later, none of them done; 29 February becomes the 28th."""
    return [
        Due(
            kind=one.kind,
            due_on=add_months(one.due_on, 12 * years),
            data_on=add_months(one.data_on, 12 * years) if one.data_on else None,
            legal_source=one.legal_source,
        )
        for one in dates
    ]
