"""What the writers of workbooks share: exact numbers, local moments, the rows of a sheet."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError

# A sheet has 1 048 576 rows, of which one is the heading.
MAX_ROWS = 1_048_575


class TooManyRows(DomainError):
    """A sheet cannot hold the rows."""

    code = "too_many_rows"
    message = _("A workbook holds 1,048,575 rows: filter, or export to CSV.")


def plain_number(value: int | float | Decimal) -> str:
    """Write a number in full, without an exponent or grouping; NaN and infinity are blank."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return format(exact, "f") if exact.is_finite() else ""


def exact_float(value: int | float | Decimal) -> float | None:
    """Return the spreadsheet number that shows exactly this value, if there is one.

    A spreadsheet keeps fifteen digits.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        return None
    number = float(format(exact, ".15g"))
    return number if Decimal(repr(number)) == exact else None


def local_moment(value: dt.date) -> dt.date:
    """Return a day, or a moment of local time without its zone, which no sheet can hold."""
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        return timezone.make_naive(value)
    return value
