"""Check that every received file is still the one received, and that no file is left alone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from records.services.verification import verify_files


class Command(BaseCommand):
    """One line for each fault; exit code 1 when there is one."""

    help = "Check the stored files of the attachments against their digests."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the faults and the count of what was checked."""
        found = verify_files()
        for fault in found.faults:
            self.stderr.write(fault)
        self.stdout.write(f"{found.checked} files checked, {len(found.faults)} faults")
        if found.faults:
            raise CommandError("some files are missing, altered or of no row", returncode=1)
