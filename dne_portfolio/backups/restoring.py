"""Restoring: into an empty database only, then compared with the manifest, row for row."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection

from dne_portfolio.backups import postgres, sqlite
from dne_portfolio.backups.archive import BackupError, Manifest, key_fingerprint, unpack_media


def restore_backup(path: Path) -> Manifest:
    """Restore a backup into the empty database of the settings, and its files.

    Raises BackupError when a file was changed, the database is not empty or of another engine, or
    when what was restored is not what was saved. Nothing is overwritten.
    """
    manifest = Manifest.read(path)
    manifest.check_files(path.parent)
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"The backup is of {manifest.engine}, DATABASE_URL names {connection.vendor}."
        )
    media = Path(settings.MEDIA_ROOT)
    if media.is_dir() and any(media.iterdir()):
        raise BackupError("MEDIA_ROOT is not empty: nothing is overwritten.")
    found = _restore_database(path.parent / manifest.dump)
    unpack_media(path.parent / manifest.media, media)
    saved = {name: tuple(pair) for name, pair in manifest.tables.items()}
    apart = sorted(
        name for name in saved.keys() | found.keys() if saved.get(name) != found.get(name)
    )
    if apart:
        raise BackupError(f"What was restored is not what was saved: {', '.join(apart)}.")
    return manifest


def _restore_database(dump: Path) -> dict[str, tuple[int, str]]:
    """Restore the dump; return the digests of the tables as they stand now."""
    if connection.vendor == "sqlite":
        return _restore_sqlite(dump)
    if not postgres.is_empty():
        raise BackupError("The database is not empty: nothing is overwritten.")
    postgres.restore_database(dump)
    return postgres.table_digests()


def _restore_sqlite(dump: Path) -> dict[str, tuple[int, str]]:
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    if not sqlite.is_empty(target):
        raise BackupError("The database is not empty: nothing is overwritten.")
    sqlite.check_database(dump)
    partial = target.with_name(f"{target.name}.restoring")
    partial.unlink(missing_ok=True)
    sqlite.copy_database(dump, partial)
    partial.chmod(0o600)
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    partial.replace(target)
    return sqlite.table_digests(target)


def has_same_key(manifest: Manifest) -> bool:
    """Tell whether the site has the key of the backup: without it, everybody logs in again."""
    return manifest.key_fingerprint == key_fingerprint(settings.SECRET_KEY)
