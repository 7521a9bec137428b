"""Wide snapshots × catalogue → one row an indicator, and the pages over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from common.api.pagination import decode_cursor, encode_cursor, read_limit
from indicators.catalogue import INDICATORS, Indicator
from indicators.models import IndicatorSnapshot
from indicators.selectors import published_value
from projects.models import Baseline

ORDER = {indicator.code: index for index, indicator in enumerate(INDICATORS)}
HEAD = (
    "project_id",
    "project__code",
    "project__data_origin",
    "project__figures_version",
    "as_of",
    "run_id",
    "figures_version",
    "computed_at",
    "reasons",
)
_TAG = "values"
# What the gaps are measured against (domain §2.1).
_INITIAL = {"DR-07": "full_cost", "DR-08": "end_on"}

Position = tuple[str, dt.date, int]


Methods = dict[tuple[int, str], dt.date]


def methods_of(snapshots: Sequence[dict[str, Any]]) -> Methods:
    """Return since when baseline 0 gives the initial figure of each (project, code); one query."""
    ids = {row["project_id"] for row in snapshots}
    first = Baseline.objects.filter(project__in=ids, number=0)
    return {
        (row["project_id"], code): row["approved_on"]
        for row in first.values("project_id", "approved_on", *_INITIAL.values())
        for code, column in _INITIAL.items()
        if row[column] is not None
    }


def _method(row: dict[str, Any], code: str, methods: Methods) -> str | None:
    """Name the reference of a gap: baseline 0, or the first estimate."""
    if code not in _INITIAL:
        return None
    approved_on = methods.get((row["project_id"], code))
    known = approved_on is not None and approved_on <= row["as_of"]
    return "baseline_0" if known else "first_estimate"


def explode(
    snapshots: Iterable[dict[str, Any]],
    indicators: Sequence[Indicator],
    methods: Methods,
) -> Iterator[dict[str, Any]]:
    """Yield one row an indicator, in the order of the catalogue."""
    for row in snapshots:
        for indicator in indicators:
            value = published_value(indicator, row[indicator.key])
            yield {
                "project": row["project__code"],
                "indicator": indicator.code,
                "version": indicator.version,
                "as_of": row["as_of"],
                "value": value,
                "unit": indicator.unit.value,
                "reason": _reason(row, indicator.code) if value is None else None,
                "method": None if value is None else _method(row, indicator.code, methods),
                "run": row["run_id"],
                "computed_at": row["computed_at"],
                "is_stale": row["figures_version"] != row["project__figures_version"],
                "data_origin": row["project__data_origin"],
            }


def _reason(row: dict[str, Any], code: str) -> str:
    return str(row["reasons"].get(code, "missing_input"))


def columns_of(indicators: Sequence[Indicator]) -> list[str]:
    """Return the columns to read for these indicators."""
    return [*HEAD, *(indicator.key for indicator in indicators)]


def read_position(text: str | None) -> tuple[bool, Position | None]:
    """Return the direction and place of a cursor; 400 when it was not made here."""
    if text is None:
        return False, None
    try:
        direction, tag, code, day, index = decode_cursor(text)
        position = (str(code), dt.date.fromisoformat(day), int(index))
    except (ValueError, TypeError) as error:
        raise ValidationError({"cursor": "This cursor is not valid."}) from error
    if tag != _TAG or direction not in (0, 1) or not 0 <= position[2] < len(INDICATORS):
        raise ValidationError({"cursor": "This cursor is not valid."})
    return bool(direction), position


def make_cursor(direction: int, row: dict[str, Any]) -> str:
    """Return the cursor of a row."""
    place = [row["project"], row["as_of"].isoformat(), ORDER[row["indicator"]]]
    return encode_cursor([direction, _TAG, *place])


def value_page(
    request: Request, snapshots: QuerySet[IndicatorSnapshot], indicators: Sequence[Indicator]
) -> dict[str, Any]:
    """Return one page of the envelope, by project, date and place in the catalogue."""
    limit = read_limit(request)
    backwards, position = read_position(request.query_params.get("cursor"))
    rows = read_page(snapshots, indicators, limit, position, backwards=backwards)
    more = len(rows) > limit
    rows = rows[-limit:] if backwards else rows[:limit]
    has_next, has_previous = (True, more) if backwards else (more, position is not None)
    url = remove_query_param(request.build_absolute_uri(), "cursor")
    links = {
        "next": make_cursor(0, rows[-1]) if rows and has_next else None,
        "previous": make_cursor(1, rows[0]) if rows and has_previous else None,
    }
    envelope = {
        name: cursor and replace_query_param(url, "cursor", cursor)
        for name, cursor in links.items()
    }
    return {**envelope, "results": rows}


def read_page(
    snapshots: QuerySet[IndicatorSnapshot],
    indicators: Sequence[Indicator],
    limit: int,
    position: Position | None,
    *,
    backwards: bool,
) -> list[dict[str, Any]]:
    """Return at most `limit` + 1 rows beyond a position, in reading order; two queries.

    Keyset over (project code, as-of date, place in the catalogue).
    """
    order = ["-project__code", "-as_of"] if backwards else ["project__code", "as_of"]
    if position is not None:
        code, day, _ = position
        lookup = "lt" if backwards else "gt"
        beyond = Q(**{f"project__code__{lookup}": code})
        beyond |= Q(**{"project__code": code, f"as_of__{lookup}e": day})
        snapshots = snapshots.filter(beyond)
    wanted = limit // len(indicators) + 3
    found = list(snapshots.order_by(*order).values(*columns_of(indicators))[:wanted])
    if backwards:
        found.reverse()
    rows = list(explode(found, indicators, methods_of(found)))
    if position is not None:
        rows = [row for row in rows if _is_beyond(row, position, backwards=backwards)]
    return rows[-(limit + 1) :] if backwards else rows[: limit + 1]


def _is_beyond(row: dict[str, Any], position: Position, *, backwards: bool) -> bool:
    code, day, index = position
    if (row["project"], row["as_of"]) != (code, day):
        return True
    place = ORDER[row["indicator"]]
    return place < index if backwards else place > index
