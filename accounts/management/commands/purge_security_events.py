"""`manage.py purge_security_events`: delete the security events older than the retention."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.retention import oldest_kept, purge_security_events


class Command(BaseCommand):
    """Delete what is older than RETENTION_SECURITY_MONTHS; one event keeps the numbers."""

    help = "Delete the security events older than the retention."

    def handle(self, *args: Any, **options: Any) -> None:
        """Purge and say how many."""
        count = purge_security_events()
        self.stdout.write(f"{count} events older than {oldest_kept():%Y-%m-%d} deleted")
