"""What the reports of the budgets room read in the address; 400 for what cannot be read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from budgets.enums import CreditType
from budgets.models import NomenclatureNode
from budgets.tables.perimeter import Perimeter
from common.api.fields import parse_day, parse_moment
from common.models import DataOrigin

EARMARKED = {"": None, "included": None, "only": True, "excluded": False}
# What names a perimeter, and how the documentation describes it.
PERIMETER = (
    OpenApiParameter("fiscal_year", int, required=True),
    OpenApiParameter("nomenclature", str),
    OpenApiParameter("credit_type", str, enum=sorted(CreditType.values)),
    OpenApiParameter("earmarked", str, enum=["excluded", "included", "only"]),
    OpenApiParameter("known_at", {"type": "string", "format": "date-time"}),
    OpenApiParameter("data_origin", str, enum=sorted(DataOrigin.values)),
)
NAMES = tuple(parameter.name for parameter in PERIMETER)
AS_OF = OpenApiParameter("as_of", {"type": "string", "format": "date"})


def read_perimeter(user: Any, wanted: dict[str, str]) -> Perimeter:
    """Return what the parameters ask to read; 400 for what cannot be read.

    Without `as_of`, facts of any date: a payment of January may be charged to the exercise.
    """
    credit_type = wanted["credit_type"] or CreditType.HT2
    if credit_type not in CreditType.values:
        raise ValidationError({"credit_type": f"One of: {', '.join(sorted(CreditType.values))}."})
    if wanted["earmarked"] not in EARMARKED:
        raise ValidationError({"earmarked": "One of: excluded, included, only."})
    return Perimeter(
        read_year(wanted["fiscal_year"]),
        nodes=NomenclatureNode.objects.perimeter(wanted["nomenclature"]),
        credit_type=credit_type,
        is_earmarked=EARMARKED[wanted["earmarked"]],
        origin=read_origin(wanted["data_origin"]),
        known_at=read_moment(wanted["known_at"]),
        as_of=read_day("as_of", wanted.get("as_of", "")),
        user=user,
    )


def read_year(text: str) -> int:
    """Return the exercise that a parameter names; 400 otherwise."""
    if not (len(text) == 4 and text.isascii() and text.isdigit() and 1990 <= int(text) <= 2100):
        raise ValidationError({"fiscal_year": "A year from 1990 to 2100 is expected."})
    return int(text)


def read_origin(text: str) -> str:
    """Return the data origin that a parameter names, operational by default; 400 otherwise."""
    if text and text not in DataOrigin.values:
        raise ValidationError({"data_origin": f"One of: {', '.join(sorted(DataOrigin.values))}."})
    return text or DataOrigin.OPERATIONAL


def read_day(name: str, text: str) -> dt.date | None:
    """Return the day that a parameter names, if any; 400 for what is not one."""
    found: dt.date | None = _parsed(name, text, parse_day, "A date is written YYYY-MM-DD.")
    return found


def read_moment(text: str) -> dt.datetime | None:
    """Return the moment that `known_at` names, if any; 400 for what is not one."""
    found: dt.datetime | None = _parsed(
        "known_at", text, parse_moment, "A moment is written as in ISO 8601, with its zone."
    )
    return found


def _parsed(name: str, text: str, parse: Any, message: str) -> Any:
    if not text:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise ValidationError({name: message}) from error


def read_page(text: str) -> int:
    """Return the page that a parameter names, 1 without; 400 otherwise."""
    is_number = text.isascii() and text.isdigit() and len(text) <= 7
    if text and not (is_number and 1 <= int(text) <= 10**6):
        raise ValidationError({"page": "A page is a whole number from 1."})
    return int(text or 1)
