"""Whether the disk holds what the rows say, and nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from records.exceptions import AlteredFile
from records.models import AttachmentFile
from records.services.storage import attachments_folder, digest_of, path_of

# A file younger than this may belong to a transaction under way.
UNDER_WAY = dt.timedelta(hours=1)


@dataclass
class Verification:
    """How many files were checked, and one line for each fault."""

    checked: int = 0
    faults: list[str] = field(default_factory=list)


def verify_files() -> Verification:
    """Compare each stored file with its digest; name the files of no row, older than an hour."""
    found = Verification()
    known = set()
    rows = AttachmentFile.objects.order_by("pk").values_list("pk", "stored_name", "sha256")
    for pk, name, sha256 in rows.iterator(chunk_size=2000):
        known.add(name)
        found.checked += 1
        try:
            fault = "" if digest_of(path_of(name)) == sha256 else "altered"
        except AlteredFile:
            fault = "missing"
        if fault:
            found.faults.append(f"file {pk}: {fault} ({name})")
    limit = (timezone.now() - UNDER_WAY).timestamp()
    for path in sorted(attachments_folder().glob("*/*")):
        if path.name not in known and path.stat().st_mtime < limit:
            found.faults.append(f"file of no row: {path.name}")
    return found
