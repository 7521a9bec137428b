"""Handlers of jobs by kind; each room registers its own in `AppConfig.ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from jobs.services.running import JobContext

Handler = Callable[["JobContext"], dict[str, Any]]


@dataclass(frozen=True)
class JobKind:
    """A kind of job: what runs it, and what people call it."""

    kind: str
    handler: Handler
    label: str | Promise


_KINDS: dict[str, JobKind] = {}


def register(kind: str, handler: Handler, label: str | Promise = "") -> None:
    """Register the handler of a kind; the last registration stands."""
    _KINDS[kind] = JobKind(kind, handler, label or kind)


def job_kind(kind: str) -> JobKind:
    """Return a registered kind; KeyError when no room serves it."""
    return _KINDS[kind]


def label_of(kind: str) -> str:
    """Return what people call a kind."""
    return str(_KINDS[kind].label) if kind in _KINDS else kind
