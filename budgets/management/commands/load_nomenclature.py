"""manage.py load_nomenclature: load the programmes, actions, titles and categories shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from records.services.imports import import_folder

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "nomenclature"


class Command(BaseCommand):
    """Import the folder of budgets/data by the import of everybody; again, it changes nothing."""

    help = "Load the programmes, the actions of P214, the titles and categories (LOLF art. 5)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Import and tell."""
        result = import_folder(actor=None, path=FOLDER)
        if result.status == "refused":
            for fault in result.errors:
                self.stderr.write(str(fault))
            message = _("Refused: %(count)d errors, nothing was written.")
            raise CommandError(message % {"count": len(result.errors)}, returncode=1)
        for name, counts in result.counts.items():
            line = _("%(created)d created, %(updated)d updated, %(unchanged)d unchanged")
            self.stdout.write(f"{name}: {line % counts}")
