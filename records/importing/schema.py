"""The Table Schemas of `schemas/`: the only statement of what a table may hold.

Standard: Table Schema, Data Package 2.0 (datapackage.org). Seven properties are ours: `kind` of a
table (records, which people edit, or facts, which are only added), `independentRows` of a table
that no other names and whose rows are each judged alone, its `rules` across the cells of a row,
`decimals` of a number, `default` of a field that is empty, `synonyms` of a field in the
files of others, and foreign keys of a list, which hold for each of its items.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

# The order in which tables are read, written and told: each leans on those before it.
TABLES = (
    "portfolios projects baselines planned_values progress estimates nomenclature movements"
    " commitments service_done payment_requests payments scheduled_payments partners contracts"
    " amendments"
).split()


@dataclass(frozen=True, slots=True)
class Field:
    """One column. Bounds are kept as they are written, to be read by the type."""

    name: str
    type: str
    title: str
    description: str = ""
    required: bool = False
    max_length: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None
    decimals: int = 0
    delimiter: str = ""
    default: str | None = None
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns that name a row of another table."""

    fields: tuple[str, ...]
    table: str
    reference: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule across the cells of a row, or across the rows of a table."""

    name: str
    fields: tuple[str, ...]
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class TableSchema:
    """What one table may hold."""

    name: str
    title: str
    description: str
    kind: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    unique_keys: tuple[tuple[str, ...], ...]
    foreign_keys: tuple[ForeignKey, ...]
    rules: tuple[Rule, ...]
    # A file of any length is then read, checked and written by slices.
    has_independent_rows: bool = False

    @property
    def file(self) -> str:
        """Return the name of the file that holds the table."""
        return f"{self.name}.csv"

    def field(self, name: str) -> Field:
        """Return a field by its name; KeyError otherwise."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


@cache
def load_schemas(folder: Path | None = None) -> dict[str, TableSchema]:
    """Return the schemas by table, in the order of `TABLES`."""
    root = folder or Path(settings.BASE_DIR) / "schemas"
    return {
        name: _table(json.loads((root / f"{name}.json").read_text(encoding="utf-8")))
        for name in TABLES
    }


def _table(content: dict[str, Any]) -> TableSchema:
    return TableSchema(
        name=content["name"],
        title=content["title"],
        description=content["description"],
        kind=content["kind"],
        fields=tuple(_field(item) for item in content["fields"]),
        primary_key=tuple(content["primaryKey"]),
        unique_keys=tuple(tuple(key) for key in content.get("uniqueKeys", ())),
        foreign_keys=tuple(_foreign_keys(content.get("foreignKeys", ()))),
        rules=tuple(
            Rule(item["rule"], tuple(item["fields"]), item.get("severity") == "warning")
            for item in content.get("rules", ())
        ),
        has_independent_rows=content.get("independentRows", False),
    )


def _field(content: dict[str, Any]) -> Field:
    constraints = content.get("constraints", {})
    bounds = {name: constraints.get(name) for name in ("minimum", "maximum")}
    return Field(
        name=content["name"],
        type=content["type"],
        title=content["title"],
        description=content.get("description", ""),
        required=constraints.get("required", False),
        max_length=constraints.get("maxLength"),
        pattern=constraints.get("pattern"),
        enum=tuple(constraints.get("enum", ())),
        decimals=content.get("decimals", 0),
        delimiter=content.get("delimiter", ""),
        default=content.get("default"),
        synonyms=tuple(content.get("synonyms", ())),
        **{name: None if bound is None else str(bound) for name, bound in bounds.items()},
    )


def _foreign_keys(content: Iterable[dict[str, Any]]) -> Iterable[ForeignKey]:
    for item in content:
        reference = item["reference"]
        yield ForeignKey(tuple(item["fields"]), reference["resource"], tuple(reference["fields"]))
