"""Received files on disk: outside the web root, under names that the server makes.

A file is written before the row that names it, so that a row never names nothing; what a failed
transaction leaves is found by `verify_attachments`.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from records.exceptions import AlteredFile, FileRefused, ScanRefused
from records.rules.files import LARGEST_FILE

_CHUNK = 1024 * 1024


def attachments_folder() -> Path:
    """Return the folder of the received files; it is served by no web server."""
    return Path(settings.MEDIA_ROOT) / "attachments"


def path_of(stored_name: str) -> Path:
    """Return the place of a stored file; its name is 64 hexadecimal digits made here."""
    return attachments_folder() / stored_name[:2] / stored_name


@contextmanager
def stored(stream: BinaryIO) -> Iterator[tuple[str, str, int]]:
    """Write a stream to disk for the length of a block: (stored name, SHA-256, size in bytes).

    The file is flushed to the disk, readable by the server alone, scanned when a scanner is set,
    and removed when the block fails. Raises FileRefused (too large), ScanRefused.
    """
    name = secrets.token_hex(32)
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = False
    try:
        digest, size = _write(stream, path)
        scan(path)
        yield name, digest, size
        kept = True
    finally:
        if not kept:
            path.unlink(missing_ok=True)


def _write(stream: BinaryIO, path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as target:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_FILE:
                raise FileRefused(why=_("it is larger than 20 MB."))
            digest.update(chunk)
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    return digest.hexdigest(), size


def scan(path: Path) -> bool:
    """Ask the scanner of ATTACHMENT_SCAN_COMMAND about a file; True when one was asked.

    The command gets the path as its last argument and answers 0 for a clean file. Any other
    answer, a missing program or a silence of ATTACHMENT_SCAN_SECONDS raises ScanRefused.
    """
    command: list[str] = settings.ATTACHMENT_SCAN_COMMAND
    if not command:
        return False
    try:
        # The command is the administrator's, the path is made here: nothing of a person's.
        done = subprocess.run(  # noqa: S603
            [*command, str(path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=settings.ATTACHMENT_SCAN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScanRefused() from error
    if done.returncode != 0:
        raise ScanRefused(code=done.returncode)
    return True


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a stored file. Raises AlteredFile when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise AlteredFile() from error
    return digest.hexdigest()


def open_verified(stored_name: str, sha256: str) -> BinaryIO:
    """Open a stored file whose digest is still the one received. Raises AlteredFile."""
    path = path_of(stored_name)
    if digest_of(path) != sha256:
        raise AlteredFile()
    return path.open("rb")
