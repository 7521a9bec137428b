"""JSON in: bounded in size and depth, no NaN, no infinity, no duplicate key, composed text.

Integers are those of 64 bits. The depth is counted on the bytes, before anything recursive reads
them.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from common.text import clean_value

MAX_DEPTH = 50
_DIGITS = 20
# A whole string, ended or not, or a bracket: linear, whatever the text.
_TOKEN = re.compile(rb'"(?:[^"\\]+|\\.)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


class TooLarge(APIException):
    """A body beyond the limit."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"
    default_detail = "The body is beyond the limit."


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("duplicate key")
    return keys


def _refuse_constant(text: str) -> None:
    raise ValueError(text)


def _real(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("beyond the numbers of JSON")
    return value


def _whole(text: str) -> int:
    """Refuse what no integer of a database, nor of most readers of JSON, can hold."""
    value = int(text) if len(text) <= _DIGITS else 1 << 64
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError("beyond 64 bits")
    return value


def check_depth(body: bytes) -> None:
    """Raise ValueError when arrays and objects are nested deeper than `MAX_DEPTH`."""
    depth = 0
    for token in _TOKEN.finditer(body):
        if token[0] in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError("too deep")
        elif token[0] in b"]}":
            depth -= 1


class StrictJSONParser(BaseParser):
    """One JSON value of UTF-8 text."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Parse the body, or raise a 400; 413 beyond `API_JSON_MAX_BYTES`."""
        body = stream.read(settings.API_JSON_MAX_BYTES + 1)
        if len(body) > settings.API_JSON_MAX_BYTES:
            raise TooLarge()
        try:
            check_depth(body)
            value = json.loads(
                body.decode("utf-8"),
                object_pairs_hook=_no_duplicates,
                parse_constant=_refuse_constant,
                parse_float=_real,
                parse_int=_whole,
            )
            return clean_value(value)
        except ValueError as error:
            raise ParseError("The body is not a plain JSON document.") from error
