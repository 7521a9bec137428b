"""`backup`: the database and the files of the site, while it works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dne_portfolio.backups import BackupError, Manifest, save_backup
from dne_portfolio.backups.saving import forget_old


class Command(BaseCommand):
    """Save the site into a folder and print the path of the manifest."""

    help = "Back up the database and the files, while the site works."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("folder", nargs="?", help="default: BACKUP_DIR, else var/backups")
        parser.add_argument("--keep", type=int, default=0, help="forget all but the last N backups")

    def handle(self, *args: Any, **options: Any) -> None:
        """Save, then forget the oldest."""
        default = settings.BACKUP_DIR or settings.VAR_DIR / "backups"
        folder = Path(options["folder"] or default)
        try:
            path = save_backup(folder)
        except BackupError as error:
            raise CommandError(str(error)) from error
        manifest = Manifest.read(path)
        rows = sum(pair[0] for pair in manifest.tables.values())
        self.stdout.write(f"{path}: {len(manifest.tables)} tables, {rows} rows")
        if options["keep"] > 0:
            for name in forget_old(folder, options["keep"]):
                self.stdout.write(f"removed {name}")
