"""What a verification found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Beyond these, the rows are counted and no longer named.
NAMED = 200


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One row that does not agree: the check, the table, the row, what was wanted and found."""

    check: str
    table: str
    row: str
    wanted: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the mismatch for JSON."""
        return {
            "check": self.check,
            "table": self.table,
            "row": self.row,
            "wanted": self.wanted,
            "found": self.found,
        }

    def __str__(self) -> str:
        told = f": {self.wanted} wanted, {self.found} found" if self.wanted or self.found else ""
        return f"{self.check} {self.table} {self.row}{told}"


@dataclass(slots=True)
class Report:
    """Errors make the verification fail; alerts are facts that a person has to look at."""

    errors: list[Mismatch] = field(default_factory=list)
    alerts: list[Mismatch] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Tell whether nothing contradicts anything."""
        return not self.errors

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON; the rows beyond 200 a list are counted only."""
        return {
            "status": "sound" if self.is_sound else "broken",
            "checks": self.checks,
            "errors_total": len(self.errors),
            "errors": [one.as_dict() for one in self.errors[:NAMED]],
            "alerts_total": len(self.alerts),
            "alerts": [one.as_dict() for one in self.alerts[:NAMED]],
            "rows": self.rows,
            "digests": self.digests,
        }
