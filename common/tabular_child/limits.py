"""What a file may hold and what reading it may cost (docs/files.md)."""

from __future__ import annotations

import resource
from dataclasses import asdict, dataclass
from pathlib import Path

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds, texts in characters."""

    # A text is streamed; a workbook and an archive are copied and checked first.
    text_bytes: int = 200 * MEGABYTE
    text_rows: int = 1_000_000
    text_line: int = 4_000_000
    archive_bytes: int = 20 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    ratio: int = 100
    members: int = 200
    book_rows: int = 100_000
    # The reader of XLSX holds the whole rectangle of a sheet.
    book_cells: int = 4_000_000
    book_text: int = 100_000_000
    columns: int = 200
    cell_text: int = 100_000
    # What the child may use: address space, so that its memory stays under it; and time.
    memory: int = 512 * MEGABYTE
    seconds: int = 60

    def as_dict(self) -> dict[str, int]:
        """Return the limits for the child."""
        return asdict(self)


def confine(limits: Limits) -> None:
    """Bind this process, for ever: memory, time, files; no core dump, no other process."""
    for name, value in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_FSIZE, limits.unpacked_bytes + 16 * MEGABYTE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(name, (value, value))


def peak_memory() -> int:
    """Return the greatest memory that this process has held, in bytes; 0 where it is not told."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    lines = status.read_text(encoding="ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


def grant_time(limits: Limits) -> None:
    """Give the next file its own processor time, counted from what is spent already."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + limits.seconds, hard))
