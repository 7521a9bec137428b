"""`document_indicators`: write `docs/indicators.md` from the catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from indicators.documentation import indicators_page


class Command(BaseCommand):
    """Write the page."""

    help = "Write docs/indicators.md from the catalogue."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        path = Path(settings.BASE_DIR) / "docs" / "indicators.md"
        path.write_text(indicators_page(), encoding="utf-8")
        self.stdout.write("docs/indicators.md")
