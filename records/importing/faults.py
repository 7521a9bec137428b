"""What is wrong in a folder of tables, and exactly where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

# The first of a report, in the order of the files, are kept; the others are counted.
KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: `line` counts from 1 (None: the whole file), `code` is stable, for programs."""

    file: str
    line: int | None
    column: str
    code: str
    value: str
    message: str
    # That of the file, when its columns were matched with those of the table.
    heading: str = ""

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the fault for JSON."""
        return asdict(self)

    def moved_to(self, file: str) -> Fault:
        """Return the same fault of a file under another name."""
        return self if file == self.file else replace(self, file=file)

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [
            place,
            self.heading or self.column,
            self.code,
            repr(self.value) if self.value else "",
        ]
        return " | ".join([*(part for part in parts if part), self.message])


@dataclass(slots=True)
class Report:
    """The faults of an import; an error refuses it, a warning does not.

    The first 1 000 of each, by file, line and column, are kept, whatever found them in whatever
    order; the totals count them all. Until `sort`, a few more may be held.
    """

    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    errors_total: int = 0
    warnings_total: int = 0

    def add(
        self,
        *,
        code: str,
        message: str,
        file: str = "",
        line: int | None = None,
        column: str = "",
        value: str = "",
        heading: str = "",
        is_warning: bool = False,
    ) -> None:
        """Record a fault."""
        faults = self.warnings if is_warning else self.errors
        faults.append(Fault(file, line, column, code, value, message, heading))
        if is_warning:
            self.warnings_total += 1
        else:
            self.errors_total += 1
        if len(faults) >= 2 * KEPT:
            _keep_first(faults)

    def take(self, other: Report) -> None:
        """Add the faults of another report."""
        self.errors += other.errors
        self.warnings += other.warnings
        self.errors_total += other.errors_total
        self.warnings_total += other.warnings_total

    def sort(self) -> None:
        """Order the faults by file, line and column, whatever found them; keep the first ones."""
        _keep_first(self.errors)
        _keep_first(self.warnings)


def _keep_first(faults: list[Fault]) -> None:
    faults.sort(key=_order)
    del faults[KEPT:]


def _order(fault: Fault) -> tuple[str, int, str, str, str]:
    return fault.file, fault.line or 0, fault.column, fault.code, fault.message
