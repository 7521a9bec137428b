"""Lists of the pages: one description of columns serves the table, the sort and the exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from common.tabular.columns import Column, Kind, Value
from common.templatetags import amounts

Text = str | Promise

_WRITERS: dict[str, Callable[[Any], str]] = {
    "amount": amounts.amount,
    "millions": amounts.in_millions,
    "percent": amounts.percent,
    "points": amounts.points,
    "variation": amounts.variation,
    "months": amounts.signed_months,
    "day": amounts.day,
    "moment": amounts.moment,
    "number": amounts.number,
    "number1": lambda value: amounts.number(value, 1),
    "text": str,
}
_NUMERIC = frozenset("amount millions percent points variation months number number1".split())


@dataclass(frozen=True)
class ListColumn:
    """One column of a list.

    `value` reads the exported value of a row; `show` names how the page writes it; `url` makes it
    a link; `order` are the fields that sort by it; `exported_as` is the heading of the export where
    its unit differs; `level` says which values deserve a cue.
    """

    key: str
    heading: Text
    value: Callable[[Any], Value]
    show: str = "text"
    kind: Kind = "text"
    url: Callable[[Any], str] | None = None
    order: tuple[str, ...] = ()
    unit: Text = ""
    definition: Text = ""
    level: Callable[[Any], str] | None = None
    label: Callable[[Any], Text] | None = None
    is_header: bool = False
    exported_as: Text = ""

    @property
    def is_number(self) -> bool:
        """Whether the column is aligned on the right."""
        return self.show in _NUMERIC

    def exported(self) -> Column:
        """Return the column as the writer of tables wants it."""
        return Column(
            str(self.exported_as or self.heading), self.kind, str(self.unit), str(self.definition)
        )


@dataclass(frozen=True)
class ListCell:
    """One cell as the page shows it; `raw` is None when the value was not supplied."""

    column: ListColumn
    raw: Any
    text: str
    url: str = ""
    level: str = ""


@dataclass(frozen=True)
class ListHeading:
    """One heading: a link that sorts, and the sort in force."""

    column: ListColumn
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class FilterTag:
    """A filter in force, and the address of the list without it."""

    label: str
    url: str


@dataclass
class Sorting:
    """The sort in force: a column of the list and a direction."""

    column: ListColumn | None = None
    descending: bool = False
    fields: list[str] = field(default_factory=list)


def cell(column: ListColumn, row: Any) -> ListCell:
    """Return one cell of a row."""
    raw = column.value(row)
    shown = column.label(row) if column.label else raw
    blank = shown is None or shown == ""
    text = "" if blank else _WRITERS.get(column.show, str)(shown)
    url = column.url(row) if column.url and not blank else ""
    return ListCell(column, raw, text, url, column.level(row) if column.level else "")


def cells(columns: tuple[ListColumn, ...], rows: Any) -> Iterator[list[ListCell]]:
    """Yield the cells of each row."""
    for row in rows:
        yield [cell(column, row) for column in columns]


def sorting(columns: tuple[ListColumn, ...], wanted: str, default: str) -> Sorting:
    """Read `-cost` or `cost` from the address; anything else gives the default."""
    by_key = {column.key: column for column in columns if column.order}
    for candidate in (wanted, default):
        column = by_key.get(candidate.removeprefix("-"))
        if column:
            down = candidate.startswith("-")
            return Sorting(column, down, list(column.order))
    return Sorting()
