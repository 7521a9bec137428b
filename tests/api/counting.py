"""One process that counts calls from many threads, and prints how many were allowed.

    python -m tests.api.counting SUBJECT LIMIT THREADS CALLS honest|naive

It says « ready », waits for a line, then every thread begins at once. The clock stands still, so
that the run never passes from one minute to the next. `naive` reads the count, then writes it.
"""

from __future__ import annotations

import sys
import threading
import time

import django
from django.db import OperationalError, connections

django.setup()

from accounts.models import RateCounter  # noqa: E402 (models come after the set-up)
from accounts.services import limits  # noqa: E402

MOMENT = 1_800_000_000.0


def count_naively(*, subject: str, limit: int):
    """The twin: what is read is written back later, as a cache without increment does.

    A call that the database keeps waiting too long is refused: that is not what the twin shows.
    """
    minute = int(MOMENT) // limits.WINDOW
    try:
        row, _ = RateCounter.objects.get_or_create(subject=subject, minute=minute)
        time.sleep(0.001)  # what a request does between the two
        RateCounter.objects.filter(pk=row.pk).update(count=row.count + 1)
    except OperationalError:
        return limits.Allowance(limit, limit + 1, 60)
    return limits.Allowance(limit, row.count + 1, 60)


def main(subject: str, limit: int, threads: int, calls: int, how: str) -> None:
    limits.time.time = lambda: MOMENT
    count = limits.count_call if how == "honest" else count_naively
    start = threading.Barrier(threads + 1)
    allowed: list[int] = []

    def work() -> None:
        start.wait(60)
        try:
            found = [count(subject=subject, limit=limit).allowed for _ in range(calls)]
            allowed.append(sum(found))
        finally:
            connections.close_all()

    crew = [threading.Thread(target=work) for _ in range(threads)]
    for thread in crew:
        thread.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    start.wait(60)
    for thread in crew:
        thread.join()
    assert len(allowed) == threads, "a thread failed"
    sys.stdout.write(f"{sum(allowed)}\n")


if __name__ == "__main__":
    _, name, most, crowd, each, way = sys.argv
    main(name, int(most), int(crowd), int(each), way)
