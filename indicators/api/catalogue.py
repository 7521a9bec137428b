"""The catalogue as rows, filtered and paged in memory: it is code, not data."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from common.api.pagination import decode_cursor, encode_cursor, read_limit
from indicators.catalogue import INDICATORS, Indicator

_TAG = "catalogue"


def row_of(indicator: Indicator) -> dict[str, Any]:
    """Return one definition, its name in both languages."""
    names = {}
    for language in ("fr", "en"):
        with translation.override(language):
            names[language] = str(indicator.name)
    limits = indicator.thresholds
    return {
        "code": indicator.code,
        "key": indicator.key,
        "version": indicator.version,
        "family": indicator.family,
        "name": names,
        "unit": indicator.unit.value,
        "formula": indicator.formula,
        "inputs": list(indicator.inputs),
        "thresholds": limits
        and {
            "warning": str(limits.warning),
            "alert": str(limits.alert),
            "higher_is_worse": limits.higher_is_worse,
        },
        "owner": indicator.owner,
        "is_shared": indicator.is_shared,
        "source": indicator.source,
    }


def _matches(row: dict[str, Any], wanted: Any) -> bool:
    text = wanted.get("q", "").strip().casefold()
    named = [row["code"], row["key"], *row["name"].values()]
    return all(row[name] == wanted[name] for name in ("family", "unit") if name in wanted) and any(
        text in name.casefold() for name in named
    )


def catalogue_page(request: Request) -> dict[str, Any]:
    """Return one page of the envelope; the parameters were validated by the FilterSet."""
    wanted = request.query_params
    rows = [row for row in map(row_of, INDICATORS) if _matches(row, wanted)]
    limit, start = read_limit(request), _start(wanted.get("cursor"))
    url = request.build_absolute_uri()
    after, before = start + limit, max(start - limit, 0)
    return {
        "next": _link(url, after) if after < len(rows) else None,
        "previous": _link(url, before) if start else None,
        "results": rows[start:after],
    }


def _link(url: str, start: int) -> str:
    return str(replace_query_param(url, "cursor", encode_cursor([_TAG, start])))


def _start(text: str | None) -> int:
    """Return the place that a cursor names; 400 when it was not made here."""
    if text is None:
        return 0
    values = decode_cursor(text)
    known = len(values) == 2 and values[0] == _TAG and isinstance(values[1], int)
    if not known or not 0 <= values[1] <= len(INDICATORS):
        raise ValidationError({"cursor": "This cursor is not valid."})
    return values[1]
