"""Backups: one consistent picture of the database, the files of the site, and a manifest."""

from __future__ import annotations

from dne_portfolio.backups.archive import BackupError, Manifest
from dne_portfolio.backups.restoring import restore_backup
from dne_portfolio.backups.saving import save_backup

__all__ = ["BackupError", "Manifest", "restore_backup", "save_backup"]
