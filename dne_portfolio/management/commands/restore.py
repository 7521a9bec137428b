"""`restore`: a backup into an empty database; compared with the manifest, then verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dne_portfolio.backups import BackupError, restore_backup
from dne_portfolio.backups.restoring import has_same_key
from indicators.services.verification import verify_ledger


class Command(BaseCommand):
    """Restore a backup and say whether it is whole."""

    help = "Restore a backup into an empty database, compare it with its manifest, verify it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("manifest", help="portfolio-….manifest.json, beside its files")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, compare, verify."""
        try:
            manifest = restore_backup(Path(options["manifest"]))
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(pair[0] for pair in manifest.tables.values())
        self.stdout.write(
            f"restored the backup of {manifest.created_at}:"
            f" {len(manifest.tables)} tables, {rows} rows, every digest equal"
        )
        if not has_same_key(manifest):
            self.stdout.write("SECRET_KEY is not that of the backup: everybody logs in again.")
        report = verify_ledger()
        if not report.is_sound:
            raise CommandError(f"The ledgers are broken: {report.errors[0]}")
        self.stdout.write(f"ledgers sound, {len(report.alerts)} alerts")
