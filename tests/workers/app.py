"""The project's Celery application, with a barrier inside the chunk of `TEST_BARRIER`.

While the file `<TEST_BARRIER>/armed` exists, the first worker that has written the snapshots of a
chunk, and not committed them, writes its process id in `<TEST_BARRIER>/held` and waits.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import django

django.setup()

from dne_portfolio.celery import app  # noqa: E402 (Django first)
from indicators.services import runs  # noqa: E402

__all__ = ["app"]

_write = runs.write_snapshots
_folder = os.environ.get("TEST_BARRIER", "")


def _write_then_wait(*args: Any, **kwargs: Any) -> int:
    written = _write(*args, **kwargs)
    armed, held = Path(_folder) / "armed", Path(_folder) / "held"
    if _folder and armed.exists() and not held.exists():
        held.write_text(str(os.getpid()))
        while armed.exists():
            time.sleep(0.02)
    return written


runs.write_snapshots = _write_then_wait
