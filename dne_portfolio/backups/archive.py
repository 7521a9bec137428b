"""What a backup is made of: a dump, an archive of files, and a manifest written last.

The manifest carries the digest of each file and of each table, so that a restored database can be
compared, row for row, with the picture that was saved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

CHUNK = 1 << 20
PREFIX = "portfolio-"


class BackupError(Exception):
    """A backup, or its restoration, is refused; the message is the sentence to show."""


@dataclass(frozen=True)
class Manifest:
    """The contents of a backup. `tables` gives (rows, SHA-256) by table, `files` SHA-256 by name.

    `key_fingerprint` tells which SECRET_KEY the site had, without telling the key.
    """

    engine: str
    created_at: str
    dump: str
    media: str
    files: dict[str, str]
    tables: dict[str, list[Any]]
    migrations: int
    key_fingerprint: str

    def write(self, path: Path) -> None:
        """Write the manifest; a backup without one was cut short."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=2, sort_keys=True)
        partial = path.with_suffix(".partial")
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read a manifest; BackupError when it is not one."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise BackupError(f"{path.name} is not the manifest of a backup: {error}") from error

    def check_files(self, folder: Path) -> None:
        """Raise BackupError when a file of the backup is absent or was changed."""
        for name, digest in self.files.items():
            path = folder / name
            if not path.is_file():
                raise BackupError(f"{name} is missing beside the manifest.")
            if file_digest(path) != digest:
                raise BackupError(f"{name} is not the file that was saved (its digest differs).")


def name_at(moment: dt.datetime) -> str:
    """Return the name that the files of a backup begin with."""
    return f"{PREFIX}{moment.astimezone(dt.UTC):%Y%m%dT%H%M%S.%fZ}"


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def key_fingerprint(secret: str) -> str:
    """Return what recognises a key without telling it."""
    return hashlib.sha256(b"portfolio backup\0" + secret.encode()).hexdigest()[:16]


def pack_media(source: Path, target: Path) -> None:
    """Pack the files that people gave; an absent folder makes an empty archive."""
    with tarfile.open(target, "w:gz", compresslevel=1) as archive:
        if source.is_dir():
            for path in sorted(source.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    archive.add(path, arcname=path.relative_to(source).as_posix())


def unpack_media(source: Path, target: Path) -> None:
    """Unpack the files; a name that leads outside the folder is refused by tarfile's filter."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(source, "r:gz") as archive:
        archive.extractall(target, filter="data")
