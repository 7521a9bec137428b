"""Keyset pagination: opaque cursors over any declared ordering, nulls last, on both engines."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import F, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

DEFAULT_LIMIT = 50
MAX_LIMIT = 1000


def read_limit(request: Request) -> int:
    """Return the page size asked for; 400 when it is not a whole number from 1 to 1 000."""
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_LIMIT):
        raise ValidationError({"limit": f"A whole number from 1 to {MAX_LIMIT} is expected."})
    return int(text)


def encode_cursor(values: list[Any]) -> str:
    """Return an opaque, URL-safe cursor for a list of JSON values."""
    text = json.dumps(values, default=str, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(text: str) -> list[Any]:
    """Return the values of a cursor; 400 when it was not made here."""
    try:
        padded = text + "=" * (-len(text) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise ValidationError({"cursor": "This cursor is not valid."}) from error
    if not isinstance(values, list) or not all(_is_scalar(value) for value in values):
        raise ValidationError({"cursor": "This cursor is not valid."})
    return values


def _is_scalar(value: Any) -> bool:
    """Whether a value of a cursor may reach the database."""
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, int) or (isinstance(value, str) and "\0" not in value)


class Cursor(BasePagination):
    """Pages by keyset on the queryset's own ordering, completed by `id`.

    Envelope: `{"next", "previous", "results"}`. Rows may be models or `.values()` dictionaries
    that carry the ordering fields.
    """

    next_link: str | None = None
    previous_link: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return one page of rows and prepare its two links."""
        limit = read_limit(request)
        ordering = [name for name in queryset.query.order_by if isinstance(name, str)]
        if "id" not in ordering and "-id" not in ordering:
            ordering.append("id")
        text = request.query_params.get("cursor")
        backwards, position = self._position(text, ordering)
        try:
            rows = list(self._page(queryset, ordering, position, backwards=backwards)[: limit + 1])
        except (ValueError, TypeError, ModelValidationError, OverflowError) as error:
            raise ValidationError({"cursor": "This cursor is not valid."}) from error
        more, rows = len(rows) > limit, rows[:limit]
        if backwards:
            rows.reverse()
        has_next, has_previous = (True, more) if backwards else (more, position is not None)
        url = remove_query_param(request.build_absolute_uri(), "cursor")
        if rows and has_next:
            self.next_link = self._link(url, 0, rows[-1], ordering)
        if rows and has_previous:
            self.previous_link = self._link(url, 1, rows[0], ordering)
        return rows

    @staticmethod
    def _position(text: str | None, ordering: list[str]) -> tuple[bool, list[Any] | None]:
        if text is None:
            return False, None
        values = decode_cursor(text)
        # The cursor names its ordering: with another one it would skip rows in silence.
        valid = len(values) == len(ordering) + 2 and values[0] in (0, 1)
        if not valid or values[1] != ",".join(ordering):
            raise ValidationError({"cursor": "This cursor is not valid."})
        return bool(values[0]), values[2:]

    @staticmethod
    def _page(
        queryset: QuerySet[Any], ordering: list[str], position: list[Any] | None, *, backwards: bool
    ) -> QuerySet[Any]:
        orders = []
        for name in ordering:
            field, descending = F(name.lstrip("-")), name.startswith("-") != backwards
            nulls: dict[str, Any] = {"nulls_first": True} if backwards else {"nulls_last": True}
            orders.append(field.desc(**nulls) if descending else field.asc(**nulls))
        if position is not None:
            queryset = queryset.filter(_beyond(ordering, position, backwards=backwards))
        return queryset.order_by(*orders)

    @staticmethod
    def _link(url: str, direction: int, row: Any, ordering: list[str]) -> str:
        values = [_value(row, name.lstrip("-")) for name in ordering]
        return str(
            replace_query_param(
                url, "cursor", encode_cursor([direction, ",".join(ordering), *values])
            )
        )

    def get_paginated_response(self, data: Any) -> Response:
        """Return the envelope."""
        return Response({"next": self.next_link, "previous": self.previous_link, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the envelope."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe `limit` and `cursor`."""
        return [
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MAX_LIMIT,
                    "default": DEFAULT_LIMIT,
                },
                "description": "Number of rows a page.",
            },
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "Opaque position, taken from `next` or `previous`.",
            },
        ]


def _value(row: Any, path: str) -> Any:
    if isinstance(row, Mapping):
        return row[path]
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _beyond(ordering: list[str], position: list[Any], *, backwards: bool) -> Q:
    """Return the rows strictly after (or before) a position, in lexicographic order, nulls last."""
    condition, equal = Q(pk__in=()), Q()
    for name, value in zip(ordering, position, strict=True):
        field, descending = name.lstrip("-"), name.startswith("-")
        if value is None:
            # Nothing follows a null; everything that is not null precedes it.
            further = Q(**{f"{field}__isnull": False}) if backwards else Q(pk__in=())
            same = Q(**{f"{field}__isnull": True})
        else:
            lookup = "gt" if descending == backwards else "lt"
            further = Q(**{f"{field}__{lookup}": value})
            if not backwards:
                further |= Q(**{f"{field}__isnull": True})
            same = Q(**{field: value})
        condition |= equal & further
        equal &= same
    return condition
