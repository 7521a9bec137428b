"""manage.py import_portfolio: load tables (CSV, XLSX, ODS), all of them or nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from records.services.imports import ImportResult, import_folder


class Command(BaseCommand):
    """Import a folder, a zip or a workbook (docs/imports.md); exit code 1 when it is refused."""

    # The pages and their addresses are no concern of an import: reading them all takes a second.
    requires_system_checks: list[str] = []
    help = "Import a folder, a zip or a workbook of the tables of schemas/ (docs/imports.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare PATH, --dry-run, --new-version, --keep-waiting, --format."""
        parser.add_argument("path", metavar="PATH")
        parser.add_argument("--dry-run", action="store_true", help="check all, write nothing")
        parser.add_argument(
            "--new-version", action="store_true", help="changed facts replace the former ones"
        )
        parser.add_argument(
            "--keep-waiting", action="store_true", help="lines of unknown imputation wait"
        )
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import and tell."""
        result = import_folder(
            actor=None,
            path=Path(options["path"]),
            dry_run=options["dry_run"],
            is_new_version=options["new_version"],
            keeps_waiting=options["keep_waiting"],
        )
        if options["format"] == "json":
            self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False, indent=2))
        else:
            self._tell(result)
        if result.status == "refused":
            message = _("Refused: %(count)d errors, nothing was written.")
            raise CommandError(message % {"count": result.errors_total}, returncode=1)

    def _tell(self, result: ImportResult) -> None:
        """Print a line by fault, then by table, then what was done."""
        for title, faults in ((_("Error"), result.errors), (_("Warning"), result.warnings)):
            for fault in faults:
                self.stdout.write(f"{title} {fault}")
        for name, counts in result.counts.items():
            line = _("%(created)d created, %(updated)d updated, %(unchanged)d unchanged")
            self.stdout.write(f"{name}: {line % counts}")
            if counts.get("waiting"):
                self.stdout.write(f"{name}: {_('%(waiting)d waiting') % counts}")
        told = {
            "applied": _("Applied as batch %(batch)s."),
            "dry_run": _("Dry run: nothing was written."),
            "already_imported": _("This content was imported already, as batch %(batch)s."),
        }
        if result.status in told:
            self.stdout.write(told[result.status] % {"batch": result.batch})
