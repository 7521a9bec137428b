"""A read that takes some time, as on a machine that is busy: what the sites of the races share."""

from __future__ import annotations

import os
import time
from typing import Any

# The protection that a twin removes; between what is read and what is written, in seconds.
OFF = os.environ.get("RACE_OFF", "")
PAUSE = float(os.environ.get("RACE_PAUSE", "0"))


def slow(read: Any) -> Any:
    """Return the same read, then a pause."""

    def found(*args: Any, **kwargs: Any) -> Any:
        answer = read(*args, **kwargs)
        time.sleep(PAUSE)
        return answer

    return found
