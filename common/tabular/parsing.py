"""Reading one cell: French and plain numbers, dates, yes and no; and comparing titles.

Nothing is guessed: what may be read in two ways, or in none, raises CellError.
Source of the forms: the published editions of the panorama (domain §3.6) and French usage.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from django.utils.translation import gettext as _

from common.tabular.table import Cell, is_blank

# Spaces that group digits by threes in French: plain, no-break, thin, figure, narrow no-break.
_SPACES = " \u00a0\u2009\u2007\u202f"
_NUMBER = re.compile(
    rf"(?P<sign>[+\-\u2212])?(?P<whole>[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]+)"
    r"(?:(?P<mark>[.,])(?P<fraction>[0-9]+))?(?P<after>[ ]?[\-\u2212])?"
)
# Where the decimal mark is known, the other one, or an apostrophe, groups digits as spaces do.
_OF_MARK = {
    mark: re.compile(
        rf"(?P<sign>[+\-\u2212])?(?P<whole>[0-9]{{1,3}}(?P<between>[{other}'\u2019])[0-9]{{3}}"
        rf"(?:(?P=between)[0-9]{{3}})*)(?:(?P<mark>[{mark}])(?P<fraction>[0-9]+))?"
        r"(?P<after>[ ]?[\-\u2212])?"
    )
    for mark, other in ((",", "."), (".", ","))
}
_MAX_DIGITS = 40
# What most files hold, read at once: neither sign, space nor group.
_PLAIN_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?")

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_ISO_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_FRENCH = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: 00:00(?::00)?)?")
_FRENCH_MONTH = re.compile(r"([0-9]{1,2})/([0-9]{4})")
_NAMED = re.compile(r"(?:([0-9]{1,2})(?:er)?[ \-/])?([a-z]+)\.?[ \-/]([0-9]{4}|[0-9]{2})")

_WRITTEN_DATES = (
    (_ISO, (0, 1, 2), "iso"),
    (_FRENCH, (2, 1, 0), "french"),
    (_ISO_MONTH, (0, 1), "iso"),
    (_FRENCH_MONTH, (1, 0), "french"),
)

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan",
            "fevrier fevr fev",
            "mars mar",
            "avril avr",
            "mai",
            "juin",
            "juillet juil juill",
            "aout",
            "septembre sept sep",
            "octobre oct",
            "novembre nov",
            "decembre dec",
        ),
        start=1,
    )
    for name in names.split()
}

# Day 0 of the spreadsheet calendar; from March 1900 on, serial n is n days later.
_SERIAL_ORIGIN = dt.date(1899, 12, 30)
_SERIAL_ORIGIN_1904 = dt.date(1904, 1, 1)
# Outside these years a number in a date column is a year or a mistake, not a serial.
_SERIAL_YEARS = (1950, 2149)
_TEXT_YEARS = (1900, 2199)

_TRUE = {"oui", "o", "vrai", "yes", "true"}
_FALSE = {"non", "n", "faux", "no", "false"}

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "OE", "Æ": "AE", "ß": "ss"})
_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")


class CellError(ValueError):
    """A cell cannot be read as what its column holds; `code` is stable, the text for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def clean_text(cell: Cell) -> str:
    """Return the text of a cell, composed (NFC), with each run of spaces and lines as one space."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = unicodedata.normalize("NFC", str(cell)).replace("\u200b", "").replace("\ufeff", "")
    return " ".join(text.split())


def plain_text(text: str) -> str:
    """Return a text without accents, ligatures or case."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def normalise_title(text: str) -> str:
    """Return the key by which two titles are the same: no case, accent, punctuation or space.

    A space stays between two digits, so that “lots 1 2” and “lot 12” differ.
    “SI-Samu” and “si samu” give `sisamu`. A title of punctuation only gives an empty key.
    """
    plain = plain_text(text)
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    joined = " ".join(words)
    return _BETWEEN_DIGITS.sub("\0", joined).replace(" ", "").replace("\0", " ")


class Written(NamedTuple):
    """A number as a cell shows it; `mark` is its decimal mark, empty when it is typed or whole."""

    value: Decimal
    whole: str
    fraction: str = ""
    mark: str = ""
    is_grouped: bool = False
    is_typed: bool = False

    @property
    def may_be_grouped(self) -> bool:
        """Tell whether the mark may separate thousands: 1,500 or 12.345, but not 0,500."""
        return (
            bool(self.mark)
            and not self.is_grouped
            and len(self.fraction) == 3
            and len(self.whole) <= 3
            and not self.whole.startswith("0")
        )

    def to_fifteen_digits(self) -> Written:
        """Return what a spreadsheet shows: it computes in binary and keeps fifteen digits."""
        return _typed(Decimal(format(float(self.value), ".15g")))


def _typed(value: Decimal) -> Written:
    """Return a number of a cell that has a type."""
    whole, _point, fraction = format(abs(value), "f").partition(".")
    return Written(value, whole, fraction.rstrip("0"), is_typed=True)


def _finite(cell: float) -> Decimal:
    """Return the shortest decimal that a spreadsheet number stands for."""
    if not math.isfinite(cell):
        raise CellError("not_a_number", _("not a finite number"))
    return Decimal(repr(cell)) + 0  # no negative zero


def _typed_number(cell: Cell) -> Written:
    """Read a cell that is no text."""
    if isinstance(cell, bool):
        raise CellError("not_a_number", _("a yes or no where a number is expected"))
    if isinstance(cell, int):
        return _typed(Decimal(cell))
    if isinstance(cell, float):
        return _typed(_finite(cell))
    raise CellError("not_a_number", _("a date where a number is expected"))


def read_written_number(cell: Cell, mark: str = "") -> Written:
    """Read a number and how it is written; `parse_number` tells the forms.

    Where its decimal `mark` is known, the other one may group digits by threes, and so may an
    apostrophe: `1.234,56` with a comma. Raises CellError.
    """
    if not isinstance(cell, str):
        return _typed_number(cell)
    if mark != "," and (plain := _PLAIN_NUMBER.fullmatch(cell)) and len(cell) <= _MAX_DIGITS:
        whole, fraction = plain.groups("")
        return Written(Decimal(cell), whole, fraction, "." if fraction else "")
    text = cell.strip()
    accounting = text.startswith("(") and text.endswith(")")
    inner = text[1:-1].strip() if accounting else text
    match = (_OF_MARK[mark].fullmatch(inner) if mark else None) or _NUMBER.fullmatch(inner)
    if match is None or len(text) > _MAX_DIGITS:
        raise CellError("not_a_number", _("not a number"))
    sign, told, shown, fraction, after = match.group("sign", "whole", "mark", "fraction", "after")
    signs = [one for one in (accounting, sign, after) if one]
    if len(signs) > 1:
        raise CellError("not_a_number", _("not a number"))
    whole = told if told.isdigit() else "".join([c for c in told if c.isdigit()])
    value = Decimal(f"{whole}.{fraction}" if fraction else whole)
    if signs and signs != ["+"] and value:
        value = -value
    return Written(value, whole, fraction or "", shown or "", whole != told)


def parse_number(cell: Cell) -> Decimal | None:
    """Read a number; None for a blank cell.

    Accepts `6,1`, `6.1`, `1 234 567,89` (any French space), `-1`, `−1`, `1-` and `(100)` for −100:
    a comma or a point is always the decimal mark. Refuses both together, groups that are not of
    three digits, exponents, `1_000`, digits of other scripts, NaN and infinity.
    Raises CellError `not_a_number`.
    """
    return None if is_blank(cell) else read_written_number(cell).value


def _date(year: int, month: int, day: int) -> dt.date:
    """Build a date, or raise CellError `not_a_date`."""
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise CellError("not_a_date", _("no such day in the calendar")) from None


def parse_serial(number: Decimal | float | int, *, is_1904: bool = False) -> dt.date:
    """Read a spreadsheet serial, 1950 to 2149, counted from 1900 or from 1904.

    Raises CellError `not_a_date` outside these years.
    """
    origin = _SERIAL_ORIGIN_1904 if is_1904 else _SERIAL_ORIGIN
    first = (dt.date(_SERIAL_YEARS[0], 1, 1) - origin).days
    last = (dt.date(_SERIAL_YEARS[1], 12, 31) - origin).days
    if not first <= number < last + 1:
        raise CellError("not_a_date", _("a number that is no spreadsheet date"))
    return origin + dt.timedelta(days=int(number))


def _digits_are_ascii(text: str) -> bool:
    """Tell whether every digit of a text is one of 0 to 9."""
    return all(c.isascii() for c in text if c.isnumeric())


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as a text shows it: `style` is iso or french, empty for a month in letters."""

    day: dt.date
    has_day: bool
    style: str = ""


def _named_date(text: str) -> WrittenDate | None:
    """Read « juillet 2011 », « 1er sept. 2014 », « octobre 14 »; None when no month is named."""
    # Compared without accents, but digits of other scripts stay what they are: no date.
    match = _NAMED.fullmatch(plain_text(text)) if _digits_are_ascii(text) else None
    if match is None:
        return None
    day, name, year = match.groups()
    month = _MONTHS.get(name)
    if month is None:
        return None
    # Two digits are a year only after a French month in letters, and of this century.
    found = _date(int(year) + (2000 if len(year) == 2 else 0), month, int(day or 1))
    return WrittenDate(found, bool(day))


def read_written_date(cell: str) -> WrittenDate:
    """Read the written forms of a date, which `parse_date` tells; CellError `not_a_date`."""
    text = clean_text(cell)
    for pattern, order, style in _WRITTEN_DATES:
        match = pattern.fullmatch(text)
        if match:
            parts = [int(match.groups()[index]) for index in order]
            has_day = len(parts) == 3
            found = _date(parts[0], parts[1], parts[2] if has_day else 1)
            return WrittenDate(found, has_day, style)
    named = _named_date(text)
    if named is None:
        raise CellError("not_a_date", _("not a date"))
    return named


DateOrder = Literal["", "dmy", "mdy", "ymd"]
_ORDERED = re.compile(r"([0-9]{1,4})([-./ ])([0-9]{1,2})\2([0-9]{1,4})", re.ASCII)


def parse_ordered_date(text: str, order: DateOrder) -> dt.date:
    """Read a date in digits whose order is known: `30.09.2026`, `30/09/26`, `30092026`.

    Two digits of a year are of this century. A text of digits alone has all its digits, but for a
    zero that a spreadsheet took off its beginning. Raises CellError `not_a_date`.
    """
    plain = clean_text(text)
    match = _ORDERED.fullmatch(plain)
    if match:
        parts = [match[1], match[3], match[4]]
    elif plain.isascii() and plain.isdigit() and len(plain) in (7, 8):
        plain = plain.zfill(8)
        cuts = (4, 6) if order == "ymd" else (2, 4)
        parts = [plain[: cuts[0]], plain[cuts[0] : cuts[1]], plain[cuts[1] :]]
    else:
        raise CellError("not_a_date", _("not a date"))
    told = dict(zip(order, parts, strict=True))
    if len(told["y"]) not in (2, 4) or len(told["m"]) > 2 or len(told["d"]) > 2:
        raise CellError("not_a_date", _("not a date"))
    year = int(told["y"]) + (2000 if len(told["y"]) == 2 else 0)
    return _date(year, int(told["m"]), int(told["d"]))


def parse_date(cell: Cell) -> dt.date | None:
    """Read a date; None for a blank cell. A month alone is its first day.

    Accepts dates of spreadsheets and their serial numbers (a numeric cell), `2016-11-03`,
    `2016-11`, `03/11/2016`, `11/2016`, « novembre 2016 », « nov. 16 », « 1er nov. 2016 ».
    Refuses `03/11/16`, a year alone, other separators. Raises CellError `not_a_date`.
    """
    if is_blank(cell):
        return None
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return parse_serial(_finite(float(cell)))
    if not isinstance(cell, str):
        raise CellError("not_a_date", _("not a date"))
    day = read_written_date(cell).day
    if not _TEXT_YEARS[0] <= day.year <= _TEXT_YEARS[1]:
        raise CellError("not_a_date", _("a date outside the calendar of projects"))
    return day


def parse_bool(cell: Cell) -> bool | None:
    """Read Oui/Non, O/N, Vrai/Faux (any case) or a logical cell; None for a blank cell.

    Raises CellError `not_a_boolean`.
    """
    if is_blank(cell):
        return None
    if isinstance(cell, bool):
        return cell
    word = plain_text(clean_text(cell))
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise CellError("not_a_boolean", _("neither yes nor no"))
