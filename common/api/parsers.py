"""JSON in: bounded in depth, no NaN, no infinity, no duplicate key, no null character."""

from __future__ import annotations

import json
import math
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 20


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("duplicate key")
    return keys


def _refuse_constant(text: str) -> None:
    raise ValueError(text)


def _check_scalar(value: str | float) -> None:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("beyond the numbers of JSON")
        return
    value.encode("utf-8")
    if "\x00" in value:
        raise ValueError("null character")


def check_value(value: Any, depth: int = 0) -> None:
    """Raise ValueError on a null character, a lone surrogate or a nest deeper than `MAX_DEPTH`."""
    if depth > MAX_DEPTH:
        raise ValueError("too deep")
    if isinstance(value, (str, float)):
        _check_scalar(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            check_value(key, depth + 1)
            check_value(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            check_value(item, depth + 1)


class StrictJSONParser(BaseParser):
    """One JSON value of UTF-8 text."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Parse the body, or raise a 400."""
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise ParseError("The body is too large.")
        try:
            value = json.loads(
                body.decode("utf-8"),
                object_pairs_hook=_no_duplicates,
                parse_constant=_refuse_constant,
            )
            check_value(value)
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not a plain JSON document.") from error
        return value
