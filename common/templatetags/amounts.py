"""The one formatter of the interface: amounts, rates, durations and dates (formats at the edge).

French: 1 234 567,89 € with U+00A0, minus U+2212; English: €1,234,567.89. A value that is absent
is never shown as 0: the filters give an empty text and the template says why. The unit that a
person chose (common/units.py) replaces that of the page; `in_unit` names it in the captions.
Source of the rules: French typography of the Imprimerie nationale; the DSFR font has no U+202F.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext

from common.units import chosen_unit, named_in_unit, unit_or

register = template.Library()

NO_BREAK = "\u00a0"
MINUS = "\u2212"
Number = Decimal | int | float | str | None
BILLION = Decimal(1_000_000_000)


def is_french() -> bool:
    """Whether the interface is in French now."""
    return (get_language() or "fr").startswith("fr")


def exact(value: Number) -> Decimal | None:
    """Return the decimal number that a value stands for; None when there is none."""
    if value is None or value == "" or isinstance(value, bool):
        return None
    number = Decimal(str(value)) if isinstance(value, float | str) else Decimal(value)
    return number if number.is_finite() else None


def grouped(number: Decimal, places: int, *, signed: bool = False) -> str:
    """Write a number rounded half up, with the grouping and the mark of the language."""
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,.{places}f}"
    if is_french():
        text = text.replace(",", NO_BREAK).replace(".", ",")
    if rounded < 0:
        return MINUS + text
    return f"+{text}" if signed and rounded > 0 else text


@register.filter
def number(value: Number, places: int = 0) -> str:
    """Write a plain number with the given decimals."""
    found = exact(value)
    return "" if found is None else grouped(found, places)


@register.filter
def signed(value: Number, places: int = 0) -> str:
    """Write a number with its sign, + included."""
    found = exact(value)
    return "" if found is None else grouped(found, places, signed=True)


def _in(value: Number, default: str, places: int | None = None) -> str:
    """Write euros in the unit in force, else in that of the page; `places` are the page's."""
    found, unit = exact(value), unit_or(default)
    if found is None:
        return ""
    wanted = unit.places if places is None or chosen_unit() else places
    return grouped(found / unit.worth, wanted)


@register.filter
def amount(value: Number) -> str:
    """Write euros to the cent, without the unit (tables name it in their caption)."""
    return _in(value, "eur")


def _with_unit(text: str, unit: str) -> str:
    """Put the currency where the language wants it: 12,00 M€ or €12.00m."""
    if is_french():
        return f"{text}{NO_BREAK}{unit}"
    tail = {"M€": "m", "k€": "k", "€": ""}[unit]
    if text[:1] in (MINUS, "+"):
        return f"{text[0]}€{text[1:]}{tail}"
    return f"€{text}{tail}"


@register.filter
def euros(value: Number) -> str:
    """Write euros to the cent, with the unit."""
    text = amount(value)
    return _with_unit(text, unit_or("eur").symbol) if text else ""


@register.filter
def millions(value: Number, places: int = 2) -> str:
    """Write an amount in millions of euros, with the unit."""
    text = in_millions(value, places)
    return _with_unit(text, unit_or("meur").symbol) if text else ""


@register.filter
def in_millions(value: Number, places: int = 2) -> str:
    """Write an amount in millions of euros, without the unit."""
    return _in(value, "meur", places)


@register.filter
def in_unit(text: Any) -> str:
    """Name the unit in force in a caption that names that of the page: M€, k€, € or euros."""
    return named_in_unit(text)


@register.filter
def in_billions(value: Number, places: int = 2) -> str:
    """Write an amount in billions of euros, without the unit: as the State prints it, always."""
    found = exact(value)
    return "" if found is None else grouped(found / BILLION, places)


@register.filter
def percent(value: Number, places: int = 1) -> str:
    """Write a ratio (0.184) as a percentage (18,4 %)."""
    found = exact(value)
    return "" if found is None else _percent(found * 100, places, signed=False)


@register.filter
def variation(value: Number, places: int = 1) -> str:
    """Write a ratio as a signed percentage (+11,2 %)."""
    found = exact(value)
    return "" if found is None else _percent(found * 100, places, signed=True)


@register.filter
def points(value: Number, places: int = 1) -> str:
    """Write a percentage that is kept as one (45.5 means 45,5 %)."""
    found = exact(value)
    return "" if found is None else _percent(found, places, signed=False)


def _percent(value: Decimal, places: int, *, signed: bool) -> str:
    text = grouped(value, places, signed=signed)
    return f"{text}{NO_BREAK}%" if is_french() else f"{text}%"


@register.filter
def months(value: Number) -> str:
    """Write a duration in months: 14 mois, or with one decimal when it is not whole."""
    return _months(value, sign=False)


@register.filter
def signed_months(value: Number) -> str:
    """Write a difference in months with its sign: +14 mois."""
    return _months(value, sign=True)


@register.filter
def signed_days(value: Number) -> str:
    """Write a difference in days with its sign: +45 j."""
    found = exact(value)
    if found is None:
        return ""
    unit = ngettext("%(count)s day", "%(count)s days", 1 if abs(found) == 1 else 2)
    return (unit % {"count": grouped(found, 0, signed=True)}).replace(" ", NO_BREAK)


def _months(value: Number, *, sign: bool) -> str:
    found = exact(value)
    if found is None:
        return ""
    places = 0 if found == found.to_integral_value() else 1
    text = grouped(found, places, signed=sign)
    # French says « 1,5 mois » and English “1.5 months”: only the count decides.
    unit = ngettext("%(count)s month", "%(count)s months", 1 if abs(found) == 1 else 2)
    return (unit % {"count": text}).replace(" ", NO_BREAK)


@register.filter
def day(value: dt.date | None) -> str:
    """Write a date for a table: 23/11/2026, or 23 Nov 2026."""
    if value is None or value == "":
        return ""
    return date_format(value, "d/m/Y" if is_french() else "j M Y")


@register.filter
def moment(value: dt.datetime | None) -> str:
    """Write a date and a time: 23/11/2026 14:02."""
    if value is None or value == "":
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return date_format(local, "d/m/Y H:i" if is_french() else "j M Y, H:i")


@register.filter
def month_name(value: dt.date | None) -> str:
    """Write a month for a figure: nov. 2028, or Nov. 2028."""
    if value is None or value == "":
        return ""
    return date_format(value, "N Y")


@register.filter
def long_day(value: dt.date | None) -> str:
    """Write a date for a sentence: 23 novembre 2026."""
    if value is None or value == "":
        return ""
    return date_format(value, "j F Y")
