"""One French table, to be written in every way; and its one digest."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from common.tabular import Table
from common.tabular.parsing import CellError
from common.tabular.typed import ColumnReader, Type

HEADINGS = ("Référence", "Libellé", "Montant", "Échéance", "Interministériel", "Lots")
KINDS: tuple[Type, ...] = ("text", "text", "number", "date", "boolean", "integer")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("EJ-1", "École numérique ; « été »", Decimal("1234567.89"), dt.date(2026, 12, 31), True, 3),
    ("EJ-2", 'Œuvre "pilote", 2\u00a0000 €', Decimal("-1234.50"), dt.date(2025, 2, 3), False, 12),
    ("EJ-3", "Deux\nlignes", Decimal("0.05"), dt.date(2024, 2, 29), True, 0),
    ("EJ-4", "", Decimal("-0.99"), None, None, None),
)
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"


def _grouped(value: Decimal, space: str, mark: str) -> str:
    text = f"{abs(value):,.2f}"
    return text.replace(",", "@").replace(".", mark).replace("@", space)


def _signed(space: str, mark: str, minus: str = "-") -> Callable[[Decimal], str]:
    return lambda value: (minus if value < 0 else "") + _grouped(value, space, mark)


NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "plain": _signed("", "."),
    "comma": _signed("", ","),
    "space": _signed(" ", ","),
    "no-break": _signed("\u00a0", ","),
    "narrow": _signed("\u202f", ","),
    "minus": _signed("\u00a0", ",", "\u2212"),
    "space and point": _signed(" ", "."),
    "accounting": lambda v: f"({_grouped(v, ' ', ',')})" if v < 0 else _grouped(v, " ", ","),
    "trailing": lambda v: _grouped(v, " ", ",") + ("-" if v < 0 else ""),
    # Refused: the mark may be that of thousands.
    "english": _signed(",", "."),
    "german": _signed(".", ","),
}
REFUSED_NUMBERS = {"english", "german"}
DATES: dict[str, Callable[[dt.date], str]] = {
    "iso": lambda day: day.isoformat(),
    "french": lambda day: f"{day:%d/%m/%Y}",
    "short": lambda day: f"{day.day}/{day.month}/{day.year}",
    "letters": lambda day: f"{day.day} {MONTHS.split()[day.month - 1]} {day.year}",
    # Refused: two digits of a year, the month first, another separator.
    "two digits": lambda day: f"{day:%d/%m/%y}",
    "american": lambda day: f"{day:%m/%d/%Y}",
    "dots": lambda day: f"{day:%d.%m.%Y}",
}
REFUSED_DATES = {"two digits", "american", "dots"}
BOOLEANS = {"iso": ("true", "false")}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be-sig")
SEPARATORS = (";", ",", "\t")


def texts(number: str, date: str) -> list[list[str]]:
    """Return the rows as texts, in one style of numbers and of dates."""
    yes, no = BOOLEANS.get(date, ("Oui", "Non"))
    return [
        [
            reference,
            label,
            NUMBERS[number](amount),
            DATES[date](day) if day else "",
            {True: yes, False: no, None: ""}[flag],
            "" if lots is None else str(lots),
        ]
        for reference, label, amount, day, flag, lots in ROWS
    ]


def csv_file(rows: list[list[str]], encoding: str, separator: str) -> bytes | None:
    """Return a CSV; None where the encoding has no such character, so that no such file exists."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows([HEADINGS, *rows])
    text = stream.getvalue()
    if encoding == "utf-16-be-sig":
        return b"\xfe\xff" + text.encode("utf-16-be")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def digest(table: Table) -> str | tuple[int, str, str]:
    """Return the digest of the values, or the line, the column and the code of the first fault."""
    readers = [ColumnReader(kind, decimals=2, is_1904=table.is_1904) for kind in KINDS]
    header, *rows = next(sheet for sheet in table if not sheet.is_blank).rows
    assert header.cells == HEADINGS
    content = []
    for row in rows:
        values = []
        for heading, reader, cell in zip(HEADINGS, readers, row.cells, strict=True):
            try:
                values.append(str(_plain(reader.read(cell))))
            except CellError as error:
                return row.line, heading, error.code
        content.append(values)
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return value.quantize(Decimal("0.01")) if isinstance(value, Decimal) else value


def expected() -> str:
    """Return the digest of the values themselves."""
    content = [[str(_plain(value if value != "" else None)) for value in row] for row in ROWS]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()
