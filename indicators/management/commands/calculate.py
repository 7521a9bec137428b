"""`manage.py calculate FAMILY [FILE|-]`: redo any figure, from JSON Lines to JSON Lines."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from indicators.calculators import FAMILIES, calculate_lines

BATCH = 500


class Command(BaseCommand):
    """Exit 0; 1 when a line is in error, the others being computed; 2 for a wrong call."""

    help = "Compute a family of indicators on JSON Lines, without a database."
    # A calculation needs neither settings, nor database, nor migrations.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare FAMILY and FILE."""
        parser.add_argument("family", help=", ".join(FAMILIES))
        parser.add_argument("file", nargs="?", default="-", help="JSON Lines, - = standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one output line per input line, in order."""
        family = options["family"]
        if family not in FAMILIES:
            known = ", ".join(FAMILIES)
            raise CommandError(f"unknown family {family}; known: {known}", returncode=2)
        with opened(options["file"]) as lines:
            bad = self.write(calculate_lines(family, lines))
        if bad:
            raise CommandError(f"lines in error: {bad}", returncode=1)

    def write(self, answers: Iterable[tuple[str, bool]]) -> int:
        """Write the answers by batches; number of lines in error."""
        bad, batch = 0, []
        for answer, in_error in answers:
            bad += in_error
            batch.append(answer)
            if len(batch) == BATCH:
                self.stdout.write("\n".join(batch))
                batch.clear()
        if batch:
            self.stdout.write("\n".join(batch))
        return bad


@contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The input as bytes: lines end with \\n only, and a wrong encoding is an error of its line."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        with Path(name).open("rb") as stream:
            yield stream
    except OSError as refused:
        raise CommandError(f"cannot read {name}: {refused.strerror}", returncode=2) from refused
