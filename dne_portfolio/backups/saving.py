"""Saving: the database first, then the files that its rows name, then the manifest."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from dne_portfolio.backups import postgres, sqlite
from dne_portfolio.backups.archive import (
    Manifest,
    file_digest,
    key_fingerprint,
    name_at,
    pack_media,
)


def save_backup(folder: Path) -> Path:
    """Save the site into a folder while it works; return the path of the manifest.

    Raises BackupError. Three files: the dump, the archive of files, and the manifest, readable by
    their owner only. The SECRET_KEY is not among them: it is kept with the environment.
    """
    folder.mkdir(parents=True, exist_ok=True)
    now = timezone.now()
    name = name_at(now)
    is_sqlite = connection.vendor == "sqlite"
    dump = folder / f"{name}.{'sqlite3' if is_sqlite else 'dump'}"
    media = folder / f"{name}.media.tar.gz"
    for path in (dump, media):
        path.touch(mode=0o600)
    if is_sqlite:
        sqlite.copy_database(Path(str(connection.settings_dict["NAME"])), dump)
        sqlite.check_database(dump)
        tables = sqlite.table_digests(dump)
    else:
        tables = postgres.dump_database(dump)
    pack_media(Path(settings.MEDIA_ROOT), media)
    manifest = Manifest(
        engine=connection.vendor,
        created_at=now.isoformat(),
        dump=dump.name,
        media=media.name,
        files={path.name: file_digest(path) for path in (dump, media)},
        tables={table: list(pair) for table, pair in tables.items()},
        migrations=tables["django_migrations"][0],
        key_fingerprint=key_fingerprint(settings.SECRET_KEY),
    )
    path = folder / f"{name}.manifest.json"
    manifest.write(path)
    return path


def forget_old(folder: Path, keep: int) -> list[str]:
    """Remove all but the last `keep` complete backups; return the names of what was removed."""
    removed = []
    for path in sorted(folder.glob("portfolio-*.manifest.json"))[:-keep]:
        manifest = Manifest.read(path)
        # The manifest first: a backup that loses its files must not look complete.
        path.unlink()
        for name in manifest.files:
            (folder / name).unlink(missing_ok=True)
        removed.append(path.name)
    return removed
