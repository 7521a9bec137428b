"""manage.py import_panorama: load an edition of the DINUM « panorama des grands projets »."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from common.tabular import TabularError
from projects.importers.panorama import read_panorama
from projects.panorama.facts import SummaryDict
from projects.services.panorama import PanoramaImport, import_panorama


class Command(BaseCommand):
    """Import any published edition in its original layout, or a file of several editions."""

    help = "Import an edition of the DINUM panorama (CSV, XLSX or ODS, in its original layout)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare FILE, --edition, --sheet, --dry-run, --format."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument(
            "--edition", metavar="YYYY-MM", help="the edition, when the file may be wrong or mute"
        )
        parser.add_argument("--sheet", help="the sheet to read, when several hold projects")
        parser.add_argument("--dry-run", action="store_true", help="tell the same, write nothing")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read, import and tell. Exit code 1 and one line when the file is refused."""
        as_json = options["format"] == "json"
        try:
            panorama = read_panorama(
                options["file"], edition=options["edition"], sheet=options["sheet"]
            )
        except TabularError as error:
            if as_json:
                self._print({"error": error.as_dict()})
            raise CommandError(" ".join(str(error).split()), returncode=1) from error
        done = import_panorama(actor=None, panorama=panorama, dry_run=options["dry_run"])
        if as_json:
            self._print({"editions": done.editions, "applied": done.applied})
        else:
            self._tell(done)

    def _print(self, content: dict[str, Any]) -> None:
        """Print one JSON document."""
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=2))

    def _tell(self, done: PanoramaImport) -> None:
        """Print a line per edition, its warnings below."""
        for summary in done.editions:
            self.stdout.write(self._line(summary))
            for warning in summary["warnings"]:
                place = _("line %(line)s") % {"line": warning["line"] or "-"}
                parts = [place, warning["column"], warning["value"], warning["message"]]
                self.stdout.write("  " + " | ".join(part for part in parts if part))
        self.stdout.write(_("Applied.") if done.applied else _("Dry run: nothing was written."))

    @staticmethod
    def _line(summary: SummaryDict) -> str:
        """Return the key figures of an edition on one line."""
        return _(
            "%(edition)s: %(projects)d projects, %(interministerial)d interministerial,"
            " %(total_cost_meur)s M€ (%(projects_with_cost)d),"
            " %(mean_duration_years)s years (%(projects_with_duration)d)"
        ) % {name: value for name, value in summary.items() if name != "warnings"}
