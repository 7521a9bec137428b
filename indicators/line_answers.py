"""Engine of `manage.py calculate`: JSON Lines in, JSON Lines out, one for one, in order.

A family says how it reads the inputs of a line and how it answers many lines at once; this module
reads the lines, keeps the good ones together, and spreads arrays of outcomes over answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

import numpy as np

from indicators.formulas.outcome import NOTICE_TEXTS, Notice, Outcome, Reason
from indicators.line_inputs import Errors, number, parse_line

Inputs = dict[str, Any]
CHUNK_LINES = 4096


@dataclass(slots=True)
class Answer:
    """What one good line gives."""

    values: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Family:
    """How a family reads the inputs of a line and answers many lines at once."""

    read: Callable[[dict[str, Any], Errors], Inputs]
    answer: Callable[[Sequence[Inputs]], list[Answer]]
    top_keys: frozenset[str] = frozenset({"id", "inputs"})


def spread(
    outcomes: Mapping[str, Outcome],
    keys: Sequence[str],
    units: Sequence[float],
    amounts: frozenset[str] = frozenset(),
    integers: frozenset[str] = frozenset(),
) -> list[Answer]:
    """Answers of N lines from arrays (N,); `amounts` are divided by the `units` of the line."""
    answers = [Answer() for _ in units]
    for key in keys:
        outcome = outcomes[key]
        rows = zip(answers, outcome.value.tolist(), outcome.reason.tolist(), units, strict=True)
        for answer, value, reason, unit in rows:
            if reason:
                answer.values[key] = None
                answer.reasons[key] = Reason(reason).code
            else:
                value = value / unit if key in amounts else value
                answer.values[key] = int(value) if key in integers else value
        for row in np.flatnonzero(outcome.notice).tolist():
            message = NOTICE_TEXTS[Notice(int(outcome.notice[row]))]
            if message not in answers[row].warnings:
                answers[row].warnings.append(message)
    return answers


def padded(rows: Sequence[Sequence[float]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of unequal lengths → (N, M) float64 padded with 0, and their lengths (N,)."""
    lengths = np.array([len(row) for row in rows])
    table = np.zeros((len(rows), int(lengths.max())))
    for at, row in enumerate(rows):
        table[at, : len(row)] = row
    return table, lengths


def answer_lines(family: Family, lines: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """Answer JSON Lines: (output line without its end, whether it is in error), in order.

    Lines are read and computed by chunks, so that the file may be longer than the memory.
    """
    remaining = iter(lines)
    while chunk := list(islice(remaining, CHUNK_LINES)):
        yield from _answer_chunk(family, chunk)


def _answer_chunk(family: Family, chunk: Sequence[bytes]) -> Iterator[tuple[str, bool]]:
    read = [_read_line(family, raw) for raw in chunk]
    good = [inputs for _, inputs, errors in read if not errors.found]
    answers = iter(family.answer(good) if good else [])
    for line_id, _, errors in read:
        output: dict[str, Any] = {"id": line_id, "values": {}, "reasons": {}}
        if errors.found:
            output["errors"] = errors.found
        else:
            answer = next(answers)
            output["values"], output["reasons"] = answer.values, answer.reasons
            output["warnings"] = answer.warnings
        yield json.dumps(output, allow_nan=False), bool(errors.found)


def _read_line(family: Family, raw: bytes) -> tuple[Any, Inputs, Errors]:
    errors = Errors()
    line = parse_line(raw, errors)
    if line is None:
        return None, {}, errors
    for key in line:
        if key not in family.top_keys:
            errors.add(key, "unknown key")
    line_id = _read_id(line, errors)
    if "inputs" not in line:
        errors.add("inputs", "missing key")
        return line_id, {}, errors
    return line_id, family.read(line, errors), errors


def _read_id(line: Mapping[str, Any], errors: Errors) -> Any:
    """The id to send back: a string or a number."""
    if "id" not in line:
        errors.add("id", "missing key")
        return None
    value = line["id"]
    if isinstance(value, str):
        return value
    if number(value, "id", Errors()) is None:
        errors.add("id", "a string or a number is required")
        return None
    return float(value) if isinstance(value, Decimal) else value
