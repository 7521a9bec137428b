"""manage.py print_demo_summary: the fictitious projects' indicators and the log-ins."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from web.demo.summary import summary_lines


class Command(BaseCommand):
    """Print the table that ends `make demo`."""

    help = "Print the indicators of the fictitious projects and the demonstration log-ins."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the lines."""
        for line in summary_lines():
            self.stdout.write(line)
