"""`run_scheduler`: the clock and the worker of an installation without Redis, in one process."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from indicators.services.runs import request_stale_refresh
from jobs.services import request_due_periods, sweep
from jobs.services.heartbeat import record_heartbeat
from records.services.watch import tell_news

logger = structlog.get_logger("dne.scheduler")


class Command(BaseCommand):
    """Run what is due, ask for the daily jobs, and say that the clock goes, until a signal."""

    help = "Run due jobs and ask for the daily ones, where there is no Redis."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--every", type=float, default=30.0, help="seconds between two rounds")
        parser.add_argument("--once", action="store_true", help="one round, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go round until SIGTERM or Ctrl-C; a round under way is finished first."""
        stopped = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopped.set()

        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, stop)
        while True:
            go_round()
            if options["once"] or stopped.wait(options["every"]):
                return


def go_round() -> int:
    """Do one round; return the number of jobs run. A database that restarts costs one round."""
    close_old_connections()
    done = 0
    try:
        record_heartbeat()
        request_due_periods()
        request_stale_refresh()
        tell_news()
        # A job may ask for others (chunks, roll-ups); one that failed is due later.
        while ran := sweep(here=True):
            done += ran
            record_heartbeat()
    except OperationalError as error:
        logger.warning("round given up", error=str(error))
    return done
