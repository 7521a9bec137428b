"""Extracts in a layout that nobody wrote: headings, order and styles are drawn from a seed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass, field
from decimal import Decimal

ROWS = 5_200
_SYLLABLES = "zor bu mi ka té lun dra vo pé qui sol rha nex ul fé gri".split()
# Separator of thousands, decimal mark.
_NUMBERS = ((" ", ","), ("\u00a0", ","), (".", ","), (",", "."), ("", "."), ("", ","))
_ORDERS = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}
_DATES = {"service_done": "done_on", "payments": "paid_on"}


@dataclass
class UnknownLayout:
    """How an invented source writes a ledger; `columns` gives the field of each heading, empty
    for one that no field is.
    """

    seed: int
    table: str = ""
    separator: str = ""
    encoding: str = ""
    thousands: str = ""
    mark: str = ""
    order: str = ""
    between: str = ""
    is_reversed: bool = False
    total: str = ""
    columns: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rng = random.Random(self.seed)
        self.table = rng.choice(sorted(_DATES))
        self.separator = rng.choice((";", ",", "\t"))
        self.encoding = rng.choice(("utf-8", "cp1252"))
        self.thousands, self.mark = rng.choice(_NUMBERS)
        self.order = rng.choice(sorted(_ORDERS))
        self.between = rng.choice(("/", ".", "-", ""))
        self.is_reversed = rng.random() < 0.5
        self.total = _word(rng).capitalize()
        fields = [
            "piece",
            "line",
            "commitment",
            "amount",
            _DATES[self.table],
            "fiscal_year",
            "",
            "",
        ]
        headings: list[str] = []
        while len(headings) < len(fields):
            heading = f"{_word(rng).capitalize()} {_word(rng)}"
            if heading not in headings:
                headings.append(heading)
        self.columns = dict(zip(headings, fields, strict=True))

    @property
    def date_field(self) -> str:
        """Return the field of the date of the ledger."""
        return _DATES[self.table]

    @property
    def reference(self) -> str:
        """Return the value that makes the reference: two headings, neither unique alone."""
        by_field = {name: heading for heading, name in self.columns.items()}
        return f"{{{by_field['piece']}}}-{{{by_field['line']}}}"

    def file(self, number: int) -> UnknownFile:
        """Return one file of the source: its columns in an order of their own, after a preamble,
        with lines of totals.
        """
        return UnknownFile(self, number)

    def written(self, amount: Decimal) -> str:
        """Write an amount as the source does."""
        plain = f"{-amount if self.is_reversed else amount:,.2f}"
        return plain.replace(",", "\0").replace(".", self.mark).replace("\0", self.thousands)

    def day(self, day: dt.date) -> str:
        """Write a date as the source does."""
        return day.strftime(_ORDERS[self.order].format(self.between))


class UnknownFile:
    """The bytes of a file, its headings in their order, their line, and what it adds up to."""

    def __init__(self, layout: UnknownLayout, number: int) -> None:
        rng = random.Random(f"{layout.seed}-{number}")
        self.headings = list(layout.columns)
        rng.shuffle(self.headings)
        self.header_line = rng.randrange(2, 7)
        self.total = Decimal(0)
        width = len(self.headings)
        rows = [
            [f"{_word(rng)} {_word(rng)}", *[""] * (width - 1)] for _ in range(self.header_line - 1)
        ]
        rows.append(self.headings)
        for index in range(ROWS):
            amount = Decimal(rng.randrange(-50_000, 3_000_000) or 1) / 100
            self.total += amount
            cells = {
                "piece": f"{number}{index // 2:06d}",
                "line": str(index % 2 + 1),
                "commitment": "EJ-1-1",
                "amount": layout.written(amount),
                layout.date_field: layout.day(dt.date(2026, 1, 1) + dt.timedelta(index % 300)),
                "fiscal_year": "2026",
                # Never the word of the totals, which would have the line ignored.
                "": f"n° {_word(rng)}",
            }
            rows.append([cells[layout.columns[heading]] for heading in self.headings])
            if rng.random() < 0.002 or index == ROWS - 1:
                rows.append(self._sum(layout))
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=layout.separator, lineterminator="\r\n").writerows(rows)
        self.data = stream.getvalue().encode(layout.encoding)

    def _sum(self, layout: UnknownLayout) -> list[str]:
        """Return a line of what the file adds up to so far; its first text begins with the word."""
        amounts = [
            layout.written(self.total) if layout.columns[heading] == "amount" else ""
            for heading in self.headings
        ]
        place = next(i for i, heading in enumerate(self.headings) if not layout.columns[heading])
        amounts[place] = layout.total
        return amounts


def _word(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=3))
