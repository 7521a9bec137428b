"""Kinds of jobs and periodic jobs; each room registers its own in `AppConfig.ready()`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.module_loading import import_string

# A handler takes the `jobs.services.JobContext` of its job and returns the result to keep.
Handler = Callable[[Any], dict[str, Any]]
Label = str | Promise
# The verb of a kind that no person may ask for: other jobs and the clock do.
SYSTEM = ("", "")


@dataclass(frozen=True)
class JobKind:
    """A kind of job: what runs it, what people call it, who may ask for it, how long it may take.

    `needs` is the (action, resource) that allows asking for it, or SYSTEM; `time_limit`
    is in seconds; `results` labels the entries of the result that people are shown.
    """

    kind: str
    target: Handler | str
    label: Label
    needs: tuple[str, str] | None = None
    time_limit: int = 0
    results: Mapping[str, Label] = field(default_factory=dict)

    @property
    def handler(self) -> Handler:
        """Return the function that runs the kind."""
        if isinstance(self.target, str):
            found: Handler = import_string(self.target)
            return found
        return self.target


@dataclass(frozen=True)
class Daily:
    """A job asked for once a day, from an hour of Paris on; `ask` takes the day, returns a job."""

    name: str
    ask: Callable[[dt.date], Any] | str
    not_before: dt.time

    def asker(self) -> Callable[[dt.date], Any]:
        """Return the function that asks for the job."""
        if isinstance(self.ask, str):
            found: Callable[[dt.date], Any] = import_string(self.ask)
            return found
        return self.ask


_KINDS: dict[str, JobKind] = {}
_DAILY: dict[str, Daily] = {}


def register(
    kind: str,
    target: Handler | str,
    label: Label = "",
    *,
    needs: tuple[str, str] | None = None,
    time_limit: int | None = None,
    results: Mapping[str, Label] | None = None,
) -> None:
    """Register the handler of a kind; the last registration stands.

    A dotted name is loaded when the first job runs: models are not ready before. Raises
    ImproperlyConfigured above JOBS_TIME_LIMIT: the broker would send the job to a second worker.
    """
    limit = settings.JOBS_TIME_LIMIT if time_limit is None else time_limit
    if not 0 < limit <= settings.JOBS_TIME_LIMIT:
        raise ImproperlyConfigured(f"the time limit of {kind} is not within JOBS_TIME_LIMIT")
    _KINDS[kind] = JobKind(kind, target, label or kind, needs, limit, dict(results or {}))


def register_daily(
    name: str, ask: Callable[[dt.date], Any] | str, *, not_before: dt.time = dt.time(4)
) -> None:
    """Have `ask(day)` called once each day, in a transaction, after an hour of Paris.

    The default avoids the hours that a change of clock skips or repeats. A day missed while no
    scheduler ran is asked for by the first that runs, for the day that it then is.
    """
    _DAILY[name] = Daily(name, ask, not_before)


def job_kind(kind: str) -> JobKind:
    """Return a registered kind; KeyError when no room serves it."""
    return _KINDS[kind]


def label_of(kind: str) -> str:
    """Return what people call a kind."""
    return str(_KINDS[kind].label) if kind in _KINDS else kind


def kinds() -> tuple[str, ...]:
    """Return every registered kind."""
    return tuple(sorted(_KINDS))


def daily_jobs() -> tuple[Daily, ...]:
    """Return every job asked for once a day."""
    return tuple(_DAILY[name] for name in sorted(_DAILY))


def time_limit_of(kind: str) -> int:
    """Return how long a job of this kind may take, in seconds."""
    return _KINDS[kind].time_limit if kind in _KINDS else int(settings.JOBS_TIME_LIMIT)


def results_of(kind: str) -> Mapping[str, Label]:
    """Return the labels of the entries of a result that people are shown."""
    return _KINDS[kind].results if kind in _KINDS else {}
