"""The editions of the panorama, deposited by the import page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from common.tabular import TabularError
from projects.importers.panorama import read_panorama
from projects.panorama.facts import PanoramaFile
from projects.services.panorama import import_panorama
from projects.services.panorama_undo import undo_published_rows
from records.models import ImportBatch
from records.services.plan import Undoing


def _read(path: Path, name: str) -> PanoramaFile:
    return read_panorama(path.read_bytes(), file=name)


class PanoramaKind:
    """A file of the DINUM panorama, in its original layout."""

    def recognise(self, path: Path, name: str) -> dict[str, Any] | None:
        """Return what the file holds, None when it is no panorama."""
        try:
            panorama = _read(path, name)
        except TabularError:
            return None
        rows = [row for edition in panorama.editions for row in edition.rows]
        return {
            "name": "panorama",
            "title": _("DINUM panorama"),
            "file": name,
            "form": ", ".join(edition.edition for edition in panorama.editions),
            "lines": len(rows),
            "columns": [_("project")],
            "sample": [[row.line, row.title] for row in rows[:5]],
        }

    def check(self, path: Path, name: str) -> dict[str, Any]:
        """Return the report of a dry run."""
        done = import_panorama(actor=None, panorama=_read(path, name), dry_run=True)
        tables = [
            {
                "name": table,
                "title": table,
                "file": name,
                "lines": sum(counts.values()),
                "created": counts.get("created", 0),
                "updated": counts.get("updated", counts.get("written", 0)),
                "unchanged": counts.get("unchanged", 0),
                "to_check": 0,
                "errors": 0,
                "aside": 0,
            }
            for table, counts in done.counts.items()
        ]
        warnings = [
            {"file": name, "line": told["line"], "column": told["column"], "code": "",
             "value": told["value"], "message": told["message"]}
            for edition in done.editions
            for told in edition["warnings"]
        ]  # fmt: skip
        nothing: dict[str, Any] = {"totals": [], "errors": [], "errors_total": 0, "anomalies": []}
        return {**nothing, "tables": tables, "warnings": warnings[:500], "changes": [], "lines": {}}

    def apply(self, path: Path, name: str, actor: Any) -> ImportBatch | None:
        """Record the editions."""
        done = import_panorama(actor=actor, panorama=_read(path, name))
        return ImportBatch.objects.filter(code=done.batch).first()

    def undo(self, undoing: Undoing) -> None:
        """Take out the published rows; estimates, baselines and projects are tables of imports."""
        undo_published_rows(undoing)


PANORAMA = PanoramaKind()
