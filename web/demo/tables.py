"""Import tables in memory, and as a folder of CSV files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from records.importing.schema import load_schemas


class Tables:
    """Rows by table, as `import_portfolio` reads them."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in load_schemas()}

    def add(self, table: str, **values: Any) -> None:
        """Add a row; columns that are not given are empty."""
        self.rows[table].append(values)

    def write(self, folder: Path) -> None:
        """Write a folder that `import_portfolio` reads, in the order of the schemas."""
        for name, schema in load_schemas().items():
            columns = [field.name for field in schema.fields]
            path = folder / schema.file
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(columns)
                for row in self.rows[name]:
                    writer.writerow([_text(row.get(column)) for column in columns])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
