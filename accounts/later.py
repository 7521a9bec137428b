"""Work for later: accounts stand below the queue, whose room registers how it is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.module_loading import import_string

_QUEUE: list[str] = []


def register_queue(path: str) -> None:
    """Register the dotted name of the service that queues a job; the last one stands."""
    _QUEUE[:] = [path]


def ask_later(*, kind: str, key: str, payload: dict[str, Any], due_at: dt.datetime) -> None:
    """Queue a job in the transaction of the caller, due at a moment."""
    import_string(_QUEUE[0])(kind=kind, key=key, payload=payload, due_at=due_at)
