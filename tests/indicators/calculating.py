"""What the tests of `calculate` share: one line in, one strict JSON object out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from indicators.calculators import calculate_lines

CASES = Path(__file__).resolve().parents[1] / "cases"
CODES = {
    "zero_denominator",
    "missing_input",
    "not_started",
    "not_applicable",
    "unreachable",
    "not_published",
}


def cases(file: str, key: str = "cases") -> list[dict[str, Any]]:
    """Reference cases of tests/cases/<file>.json."""
    read: list[dict[str, Any]] = json.loads((CASES / f"{file}.json").read_text())[key]
    return read


def refused(constant: str) -> None:
    raise AssertionError(f"{constant} is not strict JSON")


def strict(line: str) -> dict[str, Any]:
    """The object of an output line, read by a parser that refuses NaN and infinity."""
    read: dict[str, Any] = json.loads(line, parse_constant=refused)
    return read


def answers(family: str, lines: Sequence[Any]) -> list[dict[str, Any]]:
    """Answers to raw lines (bytes) or to objects."""
    raw = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
    return [strict(answer) for answer, _ in calculate_lines(family, raw)]


def answer(family: str, inputs: Any, **top: Any) -> dict[str, Any]:
    """Answer to one line of inputs."""
    return answers(family, [{"id": "x", "inputs": inputs, **top}])[0]


def value(family: str, inputs: Any, key: str, **top: Any) -> tuple[Any, str | None]:
    """Value of a key, and its reason."""
    found = answer(family, inputs, **top)
    assert "errors" not in found, found
    return found["values"][key], found["reasons"].get(key)


def error_paths(family: str, inputs: Any, **top: Any) -> list[str]:
    """Paths of the errors of one line; the contract of a bad line is checked on the way."""
    found = answer(family, inputs, **top)
    assert set(found) == {"id", "values", "reasons", "errors"}, found
    assert found["values"] == {}
    assert found["reasons"] == {}
    assert all(error["message"] for error in found["errors"])
    return [error["path"] for error in found["errors"]]
