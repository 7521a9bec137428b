"""Start-up checks of a deployment: what SQLite can carry, and where its file may stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info

MOUNTS = Path("/proc/mounts")
# Write-ahead logging needs memory shared by every process that opens the file: none of these has.
NETWORK_TYPES = (
    "nfs nfs4 cifs smb3 smbfs ncpfs afs 9p ceph lustre glusterfs ocfs2 gfs2 davfs coda"
).split()
NETWORK_FUSE = ("sshfs", "glusterfs", "s3fs", "rclone", "davfs", "ceph", "cifs", "smb")


def file_system_of(path: Path, mounts: str) -> str:
    """Return the type of the file system that holds a path, from the text of /proc/mounts.

    Empty when no mount holds it. The longest mount point wins, the last one when two are equal.
    """
    found, longest = "", -1
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = Path(fields[1].encode().decode("unicode_escape"))
        if path.is_relative_to(point) and len(point.parts) >= longest:
            found, longest = fields[2], len(point.parts)
    return found


def is_network_share(kind: str) -> bool:
    """Tell whether a type of file system is shared by several machines."""
    return kind in NETWORK_TYPES or (
        kind.startswith("fuse.") and any(name in kind for name in NETWORK_FUSE)
    )


def check_database_place(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Refuse an SQLite file on a network share, and say what SQLite can carry."""
    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return []
    path = Path(str(database["NAME"])).resolve()
    mounts = MOUNTS.read_text(encoding="utf-8") if MOUNTS.exists() else ""
    kind = file_system_of(path, mounts)
    found: list[CheckMessage] = [
        Info(
            "SQLite serves one machine and about ten writes a second.",
            hint="For several machines, or more writers, set DATABASE_URL to PostgreSQL.",
            id="dne_portfolio.I001",
        )
    ]
    if is_network_share(kind):
        found.append(
            Error(
                f"The SQLite file {path.name} is on a network share ({kind}): two processes"
                " would corrupt it.",
                hint="Put it on a local disk, or set DATABASE_URL to PostgreSQL.",
                id="dne_portfolio.E001",
            )
        )
    return found
