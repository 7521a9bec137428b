"""The checks that open alerts: their names and their sentences, which upper rooms register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class AlertSource:
    """A check: its code, what people call it, and how its sentences are written.

    `sentence(message, context)` writes what was found in the language in force.
    """

    code: str
    label: str | Promise
    sentence: Callable[[str, Mapping[str, Any]], str]


_PATHS: list[str] = []


def register_alert_sources(path: str) -> None:
    """Register the dotted name of a sequence of `AlertSource`; models are not ready yet."""
    if path not in _PATHS:
        _PATHS.append(path)


def alert_sources() -> dict[str, AlertSource]:
    """Return the registered checks by code."""
    return {source.code: source for path in _PATHS for source in import_string(path)}


def told(source: str, message: str, context: Mapping[str, Any]) -> str:
    """Return the sentence of an alert; the bare message when its check is not known any more."""
    known = alert_sources().get(source)
    return known.sentence(message, context) if known else message
