"""Readers of one input line of `calculate`: what is not exactly what the contract says is an error.

Each reader takes a JSON value and its path, gives back the Python value, and adds to `errors` what
it refuses. Numbers arrive as int or Decimal (never float), so that nothing is rounded on the way.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, DecimalException
from typing import Any

Number = int | Decimal
Reader = Callable[[Any, str, "Errors"], Any]

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# Above it a float64 no longer holds every integer.
EXACT_LIMIT = 2**53
MOST_DECIMALS = 15


@dataclass(slots=True)
class Errors:
    """What is wrong in one line, in the order of the line."""

    found: list[dict[str, str]] = field(default_factory=list)

    def add(self, path: str, message: str) -> None:
        """Record one error; `path` is like `inputs.pairs[3][0]`, empty for the whole line."""
        self.found.append({"path": path, "message": message})


class DuplicateKey(ValueError):
    """The same key twice in one JSON object: which value is meant is unknown."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise DuplicateKey("the same key stands twice in one object")
    return read


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except DecimalException:
        # An exponent that even Decimal refuses.
        return Decimal("NaN")


_decoder = json.JSONDecoder(parse_float=_decimal, parse_constant=Decimal, object_pairs_hook=_object)


def parse_line(raw: bytes, errors: Errors) -> dict[str, Any] | None:
    """The JSON object of a line, or None with an error."""
    try:
        parsed = _decoder.decode(raw.decode("utf-8").strip(" \t\r\n"))
    except RecursionError:
        errors.add("", "the line is nested too deeply")
    except ValueError as refused:
        # JSONDecodeError, UnicodeDecodeError, DuplicateKey, and integers of thousands of digits.
        errors.add("", f"the line is not JSON: {refused}")
    else:
        if isinstance(parsed, dict):
            return parsed
        errors.add("", "the line must be a JSON object")
    return None


def read_object(
    value: Any,
    path: str,
    errors: Errors,
    required: Mapping[str, Reader],
    optional: Mapping[str, Reader] | None = None,
) -> dict[str, Any]:
    """Read each key of an object by its own reader; unknown and missing keys are errors."""
    if not isinstance(value, dict):
        errors.add(path, "an object is required")
        return {}
    readers = {**required, **(optional or {})}
    for key in value:
        if key not in readers:
            errors.add(f"{path}.{key}", "unknown key")
    read: dict[str, Any] = {}
    for key, reader in readers.items():
        if key in value:
            read[key] = reader(value[key], f"{path}.{key}", errors)
        elif key in required:
            errors.add(f"{path}.{key}", "missing key")
        else:
            read[key] = None
    return read


def number(value: Any, path: str, errors: Errors) -> Number | None:
    """A JSON number that float64 can hold; a boolean is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        errors.add(path, "a number is required")
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        errors.add(path, "a finite number is required")
        return None
    try:
        held = math.isfinite(float(value))
    except OverflowError:
        held = False
    if not held:
        errors.add(path, "the number is too large")
        return None
    return value


def number_or_null(value: Any, path: str, errors: Errors) -> Number | None:
    """A number, or null for a missing input."""
    return None if value is None else number(value, path, errors)


def integer(value: Any, path: str, errors: Errors) -> int | None:
    """A JSON integer, written without decimals."""
    if isinstance(value, bool) or not isinstance(value, int):
        errors.add(path, "an integer is required")
        return None
    return value


def text(value: Any, path: str, errors: Errors) -> str | None:
    """A JSON string."""
    if not isinstance(value, str):
        errors.add(path, "a string is required")
        return None
    return value


def choice(*allowed: str) -> Reader:
    """Reader of one string among `allowed`."""

    def read(value: Any, path: str, errors: Errors) -> str | None:
        if isinstance(value, str) and value in allowed:
            return value
        errors.add(path, f"one of {', '.join(allowed)} is required")
        return None

    return read


def day(value: Any, path: str, errors: Errors) -> date | None:
    """A date, as the string YYYY-MM-DD and no other ISO form."""
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # Falls through to the error: the day does not exist.
    errors.add(path, "a date YYYY-MM-DD is required")
    return None


def list_of(reader: Reader, least: int = 1, most: int | None = None) -> Reader:
    """Reader of a list whose items are read by `reader`, of `least` to `most` items."""

    def read(value: Any, path: str, errors: Errors) -> list[Any] | None:
        if not isinstance(value, list):
            errors.add(path, "a list is required")
            return None
        if len(value) < least or (most is not None and len(value) > most):
            wanted = f"{least} items" if least == most else f"at least {least} item"
            errors.add(path, f"a list of {wanted} is required")
            return None
        return [reader(item, f"{path}[{at}]", errors) for at, item in enumerate(value)]

    return read


def whole_units(numbers: Sequence[Number | None]) -> tuple[list[float], float]:
    """Numbers of one line in their smallest decimal unit, and how many units make 1.

    `[0.3, 0.1]` gives `([3.0, 1.0], 10.0)`: cents in the place of euros, so that differences are
    exact. Missing numbers are NaN. Numbers too long for that stay as they are, with 1.0.
    """
    exponents = [n.as_tuple().exponent for n in numbers if isinstance(n, Decimal) and n]
    decimals = -min((e for e in exponents if isinstance(e, int)), default=0)
    if 0 < decimals <= MOST_DECIMALS:
        units = 10**decimals
        if all(n is None or abs(n) <= EXACT_LIMIT // units for n in numbers):
            return [math.nan if n is None else float(n * units) for n in numbers], float(units)
    return [math.nan if n is None else float(n) for n in numbers], 1.0
