"""Form fields that read what people type: French or plain amounts and dates."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.money import to_cents
from common.tabular.parsing import CellError, parse_date, parse_number
from common.templatetags import amounts

_UNITS = {"": 1, "€": 1, "k€": 1_000, "m€": 1_000_000}
_UNIT = re.compile(r"^(?P<number>.*?)\s*(?P<unit>[kKmM]?€)?$", re.DOTALL)
# A point that groups by threes, as in 9.750.000,50, which no other reading allows.
_GROUPED = re.compile(r"^[+\-\u2212(]?\d{1,3}(\.\d{3})+(,\d+)?\)?$")


def read_amount(text: str) -> Decimal:
    """Read euros as typed: 1 234 567,89, 1234567.89, 9.750,50, 2,5 M€, 4 980 k€, (100).

    Raises ValueError when it is no amount, or no whole number of cents.
    """
    match = _UNIT.match(text.strip())
    body = (match["number"] if match else text).strip()
    unit = (match["unit"] or "") if match else ""
    if _GROUPED.match(body) and ("," in body or body.count(".") > 1):
        body = body.replace(".", "")
    number = parse_number(body)
    if number is None:
        raise ValueError(text)
    euros = number * _UNITS[unit.lower()]
    to_cents(euros)
    return euros


class AmountField(forms.CharField):
    """Euros; keeps what was typed when it cannot be read."""

    default_error_messages = {
        "amount": _("“%(value)s” is not an amount. Write for example 1 234 567,89 or 2,5 M€."),
        "negative": _("A cost is not negative."),
    }

    def __init__(self, *, allow_negative: bool = False, **kwargs: Any) -> None:
        self.allow_negative = allow_negative
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")

    def to_python(self, value: Any) -> Any:
        """Return the amount, or None."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = read_amount(text)
        except ValueError as error:
            raise ValidationError(
                self.error_messages["amount"], code="amount", params={"value": text}
            ) from error
        if found < 0 and not self.allow_negative:
            raise ValidationError(self.error_messages["negative"], code="negative")
        return found

    def prepare_value(self, value: Any) -> Any:
        """Show euros as people write them, whatever the unit of the page."""
        return amounts.number(value, 2) if isinstance(value, Decimal) else value


class PercentInput(forms.CharField):
    """A percentage from 0 to 100 with at most two decimals."""

    default_error_messages = {
        "percent": _("“%(value)s” is not a percentage between 0 and 100."),
    }

    def to_python(self, value: Any) -> Any:
        """Return the percentage, or None."""
        text = (super().to_python(value) or "").strip().removesuffix("%").strip()
        if not text:
            return None
        try:
            found = parse_number(text)
        except CellError:
            found = None
        if found is None or not 0 <= found <= 100 or found != round(found, 2):
            raise ValidationError(
                self.error_messages["percent"], code="percent", params={"value": text}
            )
        return found

    def prepare_value(self, value: Any) -> Any:
        """Show a percentage as people write it."""
        return amounts.number(value, 2) if isinstance(value, Decimal) else value


class DayField(forms.CharField):
    """A date: DD/MM/YYYY, AAAA-MM-JJ or « 3 novembre 2026 »; never two digits of a year."""

    default_error_messages = {
        "day": _("“%(value)s” is not a date. Write for example 30/11/2027."),
    }

    def to_python(self, value: Any) -> Any:
        """Return the date, or None."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            return parse_date(text)
        except CellError as error:
            raise ValidationError(
                self.error_messages["day"], code="day", params={"value": text}
            ) from error

    def prepare_value(self, value: Any) -> Any:
        """Show a date as people write it."""
        return value.strftime("%d/%m/%Y") if isinstance(value, dt.date) else value
