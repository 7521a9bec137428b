"""Honest limits: one statement counts a call and says how many there were (`reliability.md` J3).

Windows are minutes of the clock. Counting and reading are the same statement on both engines, so
that neither threads nor processes can pass together; nothing is kept in memory.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.db import connection

from accounts.models import RateCounter

WINDOW = 60

# `refused` grows with the calls that come after the limit.
_COUNT = """
INSERT INTO accounts_ratecounter AS known (subject, minute, count, refused) VALUES (%s, %s, 1, 0)
ON CONFLICT (subject, minute) DO UPDATE SET
  count = known.count + 1,
  refused = known.refused + CASE WHEN known.count >= %s THEN 1 ELSE 0 END
RETURNING count
"""


@dataclass(frozen=True)
class Allowance:
    """What one subject may still call: calls a window, calls counted, seconds to the next one."""

    limit: int
    counted: int
    reset: int

    @property
    def allowed(self) -> bool:
        """Whether the call that was counted is within the limit."""
        return self.counted <= self.limit

    @property
    def remaining(self) -> int:
        """Return the calls left in the window."""
        return max(self.limit - self.counted, 0)


def count_call(*, subject: str, limit: int) -> Allowance:
    """Count one call of a subject; the caller refuses what is beyond `limit` calls a minute."""
    now = time.time()
    minute, second = divmod(int(now), WINDOW)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [subject, minute, limit])
        (counted,) = cursor.fetchone()
    return Allowance(limit, counted, WINDOW - second)


def purge_counters(*, before_minute: int, prefix: str) -> int:
    """Forget the minutes of one kind of subject before a minute; return how many rows."""
    old = RateCounter.objects.filter(subject__startswith=prefix, minute__lt=before_minute)
    return old.delete()[0]
