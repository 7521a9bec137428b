"""Files that are no table of the schemas: how a room recognises, checks and records one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

from records.models import ImportBatch
from records.services.plan import Undoing


class FileKind(Protocol):
    """A kind of file. Files are kept under names of ours: `name` is the one that people know."""

    def recognise(self, path: Path, name: str) -> dict[str, Any] | None:
        """Return what the file is (name, title, file, form, lines, columns, sample), or None."""

    def check(self, path: Path, name: str) -> dict[str, Any]:
        """Return the report of a dry run, in the form of `records.services.reports`."""

    def apply(self, path: Path, name: str, actor: Any) -> ImportBatch | None:
        """Record the file and return its batch; None when it changes nothing."""

    def undo(self, undoing: Undoing) -> None:
        """Take out what a batch of the kind wrote beside the tables of the schemas."""
