"""`manage.py check_budget_rules --fiscal-year`: check the rules on the ledgers, here and now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from budgets.services.detection import detect
from common.fiscal import today
from common.models import DataOrigin


class Command(BaseCommand):
    """Tells, for each data origin, how many alerts were opened, kept and closed."""

    help = "Check the rules on the ledgers of an exercise, and bring its alerts up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --fiscal-year; the current exercise by default."""
        parser.add_argument("--fiscal-year", type=int, default=today().year)

    def handle(self, *args: Any, **options: Any) -> None:
        """Check each origin in its own transaction."""
        for origin in DataOrigin.values:
            synced = detect(fiscal_year=options["fiscal_year"], origin=origin)
            self.stdout.write(
                f"{origin}: opened {synced.opened}, kept {synced.kept}, closed {synced.closed}"
            )
