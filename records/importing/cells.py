"""Reading one cell as its field says; what cannot be read as such is a fault, never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from common.tabular import Cell, is_blank
from common.tabular.parsing import CellError, DateOrder
from common.tabular.typed import ColumnReader, Type
from records.importing.schema import Field

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# Beyond, a number of a spreadsheet is shown as it is stored.
_LARGE = 10**15
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


class CellFault(ValueError):
    """A cell is not what its column holds."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Style:
    """How a file writes a column, where it is not as usual: what its numbers are multiplied by,
    the order of its dates, its decimal mark.
    """

    factor: Decimal = Decimal(1)
    order: DateOrder = ""
    mark: str = ""


_PLAIN = Style()
# Texts of a column whose values are remembered.
_REMEMBERED = 5_000
# A number of a larger unit has more decimals than what it stands for.
_MORE_DECIMALS = 6


class CellReader:
    """Reads the cells of one column of one file.

    French and plain forms are read alike, and one column is written in one way. An empty cell
    gives the default of the field, else None ("" for a text, () for a list). `seen` are the values
    of the texts read lately: those of a column of a large file do not all stay in memory.
    """

    def __init__(self, field: Field, *, is_1904: bool = False, style: Style = _PLAIN) -> None:
        self.seen: dict[str, Any] = {}
        self._parse = _parser(field, is_1904=is_1904, style=style)
        self._empty = default_of(field)
        self._required = field.required

    def read(self, cell: Cell) -> Any:
        """Return the value of a cell.

        Raises CellFault: `required`, a code of the type, or a code of the constraint.
        """
        if is_blank(cell):
            if self._required:
                raise CellFault("required", _("A value is required."))
            return self._empty
        if not isinstance(cell, str):
            return self._parse(cell)
        value = self.seen.get(cell, self)
        if value is self:
            if len(self.seen) >= _REMEMBERED:
                self.seen.clear()
            value = self.seen[cell] = self._parse(cell)
        return value


def default_of(field: Field) -> Any:
    """Return the value of an empty cell, or of a column that is absent."""
    if field.default is not None:
        return _parser(field)(field.default)
    return {"string": "", "list": ()}.get(field.type)


def shown(cell: Cell) -> str:
    """Return a cell as a fault quotes it: dates as ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGE:
        return str(int(cell))
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _parser(field: Field, *, is_1904: bool = False, style: Style = _PLAIN) -> Callable[[Cell], Any]:
    """Return the reading of a cell that shows something: the type, then the constraints."""
    kind = _TYPES.get(field.type, "text")
    is_scaled = kind == "number" and style.factor != 1
    decimals = field.decimals + (_MORE_DECIMALS if abs(style.factor) > 1 else 0)
    column = ColumnReader(
        kind,
        decimals=decimals if is_scaled else field.decimals,
        is_1904=is_1904,
        order=style.order,
        mark=style.mark,
    )
    # Bound once: a column is read by the million.
    has_bounds = field.minimum is not None or field.maximum is not None
    bounded = _BOUNDED.get(field.type) if has_bounds else None
    finish: Callable[[Field, Any], Any] | None = _CONSTRAINED.get(field.type)
    if bounded:
        finish = partial(_bounded, read=bounded)
    read = column.read_shown

    def parse(cell: Cell) -> Any:
        try:
            value = read(cell)
        except CellError as error:
            raise CellFault(error.code, error.message) from None
        if is_scaled:
            value = _scaled(field, value, style.factor)
        return finish(field, value) if finish else value

    return parse


def _scaled(field: Field, value: Decimal, factor: Decimal) -> Decimal:
    """Return a number in the unit and with the sign of the table, without a zero of its own."""
    scaled = value * factor + 0
    if scaled != scaled.quantize(Decimal(1).scaleb(-field.decimals)):
        raise CellFault(
            "too_many_decimals",
            _("The number has at most %(count)d decimals.") % {"count": field.decimals},
        )
    return scaled


def _bounded(field: Field, value: Any, read: Callable[[str], Any]) -> Any:
    """Return the value, inside the bounds of the field."""
    if field.minimum is not None and value < read(field.minimum):
        raise CellFault(
            "below_minimum", _("The least value is %(bound)s.") % {"bound": field.minimum}
        )
    if field.maximum is not None and value > read(field.maximum):
        raise CellFault(
            "above_maximum", _("The greatest value is %(bound)s.") % {"bound": field.maximum}
        )
    return value


def _string(field: Field, text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        _refuse_marks(text)
    if field.enum and text not in field.enum:
        known = ", ".join(field.enum)
        raise CellFault("not_in_list", _("The value is one of: %(known)s.") % {"known": known})
    if field.max_length is not None and len(text) > field.max_length:
        raise CellFault(
            "too_long",
            _("The text has at most %(count)d characters.") % {"count": field.max_length},
        )
    if field.pattern and not re.fullmatch(field.pattern, text, re.ASCII):
        raise CellFault(
            "wrong_form", _("The text has the form %(pattern)s.") % {"pattern": field.pattern}
        )
    return text


def _refuse_marks(text: str) -> None:
    """Refuse characters that are not seen; a printable text in ASCII has none."""
    if _CONTROL.search(text):
        raise CellFault("control_character", _("The text holds a control character."))
    if _BIDI.search(text):
        raise CellFault(
            "bidi_character", _("The text holds a mark that changes the order of reading.")
        )


def _list(field: Field, text: str) -> tuple[str, ...]:
    """Read the items, without blanks or repetitions, in their order."""
    item = replace(field, type="string")
    parts = (part.strip() for part in text.split(field.delimiter))
    return tuple(dict.fromkeys(_string(item, part) for part in parts if part))


_CONSTRAINED: dict[str, Callable[[Field, str], Any]] = {"string": _string, "list": _list}


def _first_day(bound: str) -> dt.date:
    return dt.date.fromisoformat(f"{bound}-01")


_TYPES: dict[str, Type] = {
    "integer": "integer",
    "number": "number",
    "date": "date",
    "yearmonth": "month",
    "year": "year",
    "boolean": "boolean",
}
# How the bounds of a schema are read.
_BOUNDED: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "number": Decimal,
    "date": dt.date.fromisoformat,
    "yearmonth": _first_day,
    "year": int,
}
