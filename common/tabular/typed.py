"""Reading a column by its declared type: French and plain forms, one way of writing a column.

The same values come from a CSV, where everything is text, and from a workbook, where cells have
types. What may be read in two ways, or in none, raises CellError with a stable code.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from common.tabular.parsing import (
    CellError,
    DateOrder,
    Written,
    parse_bool,
    parse_ordered_date,
    parse_serial,
    read_written_date,
    read_written_number,
)
from common.tabular.table import Cell, is_blank

Type = Literal["text", "integer", "number", "date", "month", "year", "boolean"]
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_WHOLE_DIGITS = 15
# Every fifteen-digit number is a number of a spreadsheet, and not every longer one.
_EXACT = 10**15
# 01011900 as a number: no day of a spreadsheet counts so far.
_COMPACT_FROM = 1_011_900


class ColumnReader:
    """Reads the cells of one column of one file.

    `decimals` is the greatest number of decimals of a number. `is_1904` says that numbers which
    stand for days count from 1904. `order` is that of the parts of a date in digits, when it is
    known; the separator and the two digits of a year are then free. `mark` is the decimal mark,
    when it is known: `1,500` then leaves no doubt, and the other mark groups digits. The first cell
    that shows a decimal mark, or a date in digits, sets the style of the column; another style
    later is `mixed_styles`. `read_shown` reads a cell that is known not to be blank.
    """

    def __init__(
        self,
        kind: Type,
        *,
        decimals: int = 0,
        is_1904: bool = False,
        order: DateOrder = "",
        mark: str = "",
    ) -> None:
        self._decimals = decimals
        self._order = order
        self._is_1904 = is_1904
        self._mark = mark if kind == "number" else ""
        self._style = self._mark
        self.read_shown: Callable[[Cell], Any] = getattr(self, f"_{kind}")

    def read(self, cell: Cell) -> Any:
        """Return the value of a cell, None for a blank one; raises CellError."""
        return None if is_blank(cell) else self.read_shown(cell)

    def _set_style(self, style: str) -> None:
        """Hold the column to one way of writing."""
        if style and self._style and style != self._style:
            raise CellError(
                "mixed_styles", _("the column is written in another way above: one is enough")
            )
        self._style = self._style or style

    def _text(self, cell: Cell) -> str:
        if isinstance(cell, str):
            return cell.strip()
        # A number that a spreadsheet made of a code; a date or a fraction has lost its writing.
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            whole = int(cell) if float(cell).is_integer() else None
            if whole is not None and abs(whole) < _EXACT:
                return str(whole)
        raise CellError(
            "not_a_text", _("the spreadsheet made of this text a number or a date: type it as text")
        )

    def _written(self, cell: Cell) -> Written:
        """Return a number that is written, or typed."""
        number = read_written_number(cell, self._mark)
        if len(number.whole) > _WHOLE_DIGITS:
            raise CellError("not_a_number", _("a number of more than 15 digits"))
        return number

    def _number(self, cell: Cell) -> Decimal:
        number = self._written(cell)
        places = len(number.fraction)
        if number.is_typed and places > self._decimals:
            number = number.to_fifteen_digits()
            places = len(number.fraction)
        if (
            not self._mark
            and number.may_be_grouped
            and (number.mark == "," or self._decimals >= places)
        ):
            raise CellError(
                "not_a_number",
                _("this may be thousands or decimals: write it without one or the other"),
            )
        if places > self._decimals:
            raise CellError(
                "too_many_decimals",
                _("The number has at most %(count)d decimals.") % {"count": self._decimals},
            )
        self._set_style(number.mark)
        return number.value

    def _integer(self, cell: Cell) -> int:
        try:
            number = self._written(cell)
        except CellError:
            raise CellError("not_an_integer", _("This is not a whole number.")) from None
        if number.fraction or number.mark:
            raise CellError("not_an_integer", _("This is not a whole number."))
        return int(number.value)

    def _year(self, cell: Cell) -> int:
        text = self._text(cell) if not isinstance(cell, dt.date) else ""
        if not _YEAR.fullmatch(text):
            raise CellError("not_a_year", _("This is not a year of four digits."))
        return int(text)

    def _day_of(self, cell: Cell) -> tuple[dt.date, bool]:
        """Return a day, and whether the day itself is written, not its month alone."""
        if isinstance(cell, dt.datetime):
            return cell.date(), True
        if isinstance(cell, dt.date):
            return cell, True
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            if self._order and cell >= _COMPACT_FROM:
                return parse_ordered_date(str(int(cell)), self._order), True
            return parse_serial(cell, is_1904=self._is_1904), True
        if not isinstance(cell, str):
            raise CellError("not_a_date", _("not a date"))
        if self._order:
            return parse_ordered_date(cell, self._order), True
        written = read_written_date(cell)
        self._set_style(written.style)
        return written.day, written.has_day

    def _date(self, cell: Cell) -> dt.date:
        day, has_day = self._day_of(cell)
        if not has_day:
            raise CellError("not_a_date", _("a month where a day is expected"))
        return day

    def _month(self, cell: Cell) -> dt.date:
        try:
            day, _has_day = self._day_of(cell)
        except CellError as error:
            if error.code == "mixed_styles":
                raise
            day = dt.date.min.replace(day=2)
        if day.day != 1:
            raise CellError(
                "not_a_month", _("This is not a month such as 2026-09, nor its first day.")
            )
        return day

    def _boolean(self, cell: Cell) -> bool | None:
        return parse_bool(cell)
