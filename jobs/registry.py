"""Handlers of jobs by kind; each room registers its own in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

# A handler takes the `jobs.services.JobContext` of its job and returns the result to keep.
Handler = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class JobKind:
    """A kind of job: what runs it (a function or its dotted name), and what people call it."""

    kind: str
    target: Handler | str
    label: str | Promise

    @property
    def handler(self) -> Handler:
        """Return the function that runs the kind."""
        if isinstance(self.target, str):
            found: Handler = import_string(self.target)
            return found
        return self.target


_KINDS: dict[str, JobKind] = {}


def register(kind: str, target: Handler | str, label: str | Promise = "") -> None:
    """Register the handler of a kind; the last registration stands.

    A dotted name is loaded when the first job runs: models are not ready before.
    """
    _KINDS[kind] = JobKind(kind, target, label or kind)


def job_kind(kind: str) -> JobKind:
    """Return a registered kind; KeyError when no room serves it."""
    return _KINDS[kind]


def label_of(kind: str) -> str:
    """Return what people call a kind."""
    return str(_KINDS[kind].label) if kind in _KINDS else kind


def kinds() -> tuple[str, ...]:
    """Return every registered kind."""
    return tuple(sorted(_KINDS))
