"""`verify_ledger`: sums at every level, references, digests; exit code 1 on a mismatch."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from indicators.services.verification import Report, verify_ledger
from indicators.services.verification.report import NAMED


class Command(BaseCommand):
    """Verify the ledgers and name every row that does not agree."""

    help = "Verify the ledgers: sums at every level, references, stored figures, digests."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report; exit with 1 when something is broken."""
        report = verify_ledger()
        if options["format"] == "json":
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
        else:
            self._print(report)
        if not report.is_sound:
            sys.exit(1)

    def _print(self, report: Report) -> None:
        for kind, found in (("error", report.errors), ("alert", report.alerts)):
            for one in found[:NAMED]:
                self.stdout.write(f"{kind}: {one}")
            if len(found) > NAMED:
                self.stdout.write(f"{kind}: {len(found) - NAMED} more")
        for label, digest in report.digests.items():
            self.stdout.write(f"{label}: {report.rows[label]} rows, sha256 {digest}")
        verdict = "sound" if report.is_sound else "broken"
        self.stdout.write(
            f"ledgers {verdict}: {len(report.errors)} errors, {len(report.alerts)} alerts"
        )
