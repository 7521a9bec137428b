"""What is wrong in a folder of tables, and exactly where."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace


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
    """Every fault of an import; an error refuses it, a warning does not."""

    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

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
        fault = Fault(file, line, column, code, value, message, heading)
        (self.warnings if is_warning else self.errors).append(fault)

    def sort(self) -> None:
        """Order the faults by file, line and column, whatever found them."""
        for faults in (self.errors, self.warnings):
            faults.sort(key=lambda fault: (fault.file, fault.line or 0, fault.column, fault.code))
