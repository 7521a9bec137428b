"""Facts: added once, never changed; the same fact again is left, another content is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext as _

from records.importing.stage import Key, StagedRow
from records.services.plan import Changes, Found, ImportTable, Writer, chunks

ROWS_BY_INSERT = 2_000


class FactTable(ImportTable):
    """A table of facts, by its configuration.

    `paths` gives the lookup of each column from the model, in the order of the primary key first;
    `references` the field, the table and the columns of each foreign key, the first one filled
    giving the data origin; the other columns are fields of the model.
    """

    model: ClassVar[type[models.Model]]
    paths: ClassVar[dict[str, str]]
    references: ClassVar[tuple[tuple[str, str, tuple[str, ...]], ...]]
    is_originated: ClassVar[bool] = True
    has_source: ClassVar[bool] = True
    # The lookups of the origin and project id, for the tables that others name.
    origin_path: ClassVar[str] = "data_origin"
    project_path: ClassVar[str] = "project_id"

    def _existing(self, keys: Iterable[Key], columns: list[str]) -> Iterable[tuple[Any, ...]]:
        """Yield the wanted lookups of the rows whose key begins as one of these."""
        first = next(iter(self.paths.values()))
        for some in chunks(dict.fromkeys(key[0] for key in keys)):
            yield from (
                self.model._default_manager.filter(**{f"{first}__in": some})
                .order_by()
                .values_list(*columns)
                .iterator(chunk_size=10_000)
            )

    def find(self, keys: set[Key]) -> dict[Key, Found]:
        """Return the rows of these keys."""
        size = len(next(iter(keys))) if keys else 1
        paths = [*list(self.paths.values())[:size], "pk", self.origin_path, self.project_path]
        return {
            row[:size]: Found(*row[size:])
            for row in self._existing(keys, paths)
            if row[:size] in keys
        }

    def origin(self, row: StagedRow) -> str:
        """Return the origin of what the row belongs to."""
        for _field, table, columns in self.references:
            key = row.key(columns)
            if not {None, ""}.intersection(key):
                return self.plan.origin_of(table, key)
        return ""

    def compare(self) -> Changes:
        """Tell new facts from known ones; a known fact that differs is a fault."""
        staged = self.plan.stage.tables[self.name]
        size = len(self.schema.primary_key)
        columns = list(self.paths)
        keys = staged.by_key.keys()
        known = {
            row[:size]: row
            for row in self._existing(keys, list(self.paths.values()))
            if row[:size] in keys
        }
        changes = Changes()
        for row in staged.sound_rows():
            stored = known.get(row.key(self.schema.primary_key))
            if stored is None:
                changes.created.append(row)
            elif self._same(row, columns, stored):
                changes.unchanged += 1
        return changes

    def _same(self, row: StagedRow, columns: list[str], stored: tuple[Any, ...]) -> bool:
        for column, value in zip(columns, stored, strict=True):
            told = row.values[column]
            if told != value and not (told in (None, "") and value in (None, "")):
                message = _(
                    "The fact is recorded with %(value)s: it never changes, add a correction."
                ) % {"value": "-" if value in (None, "") else value}
                self.plan.stage.fault(self.name, row, column, "fact_changed", message)
                return False
        return True

    def apply(self, changes: Changes, writer: Writer) -> None:
        """Insert the new facts, each with its batch, file and line."""
        facts = [self.build(row, writer) for row in changes.created]
        self.model._default_manager.bulk_create(facts, batch_size=ROWS_BY_INSERT)
        known = self.plan.found[self.name]
        for row, fact in zip(changes.created, facts, strict=True):
            project_id = self.project_id(row)
            self.plan.touch(project_id)
            origin = self.plan.origin_of(self.name, row.key(self.schema.primary_key))
            known[row.key(self.schema.primary_key)] = Found(fact.pk, origin, project_id)

    def project_id(self, row: StagedRow) -> int | None:
        """Return the project whose figures the row changes."""
        for _field, table, columns in self.references:
            known = self.plan.found[table].get(row.key(columns))
            if known and table in ("commitments", "baselines"):
                return known.project_id
            if known and table == "projects":
                return known.pk
        return None

    def build(self, row: StagedRow, writer: Writer) -> models.Model:
        """Build the stored fact."""
        named = {column for _field, _table, columns in self.references for column in columns}
        values = {column: row.values[column] for column in self.paths if column not in named}
        for field, table, columns in self.references:
            known = self.plan.found[table].get(row.key(columns))
            values[f"{field}_id"] = known.pk if known else None
        if self.is_originated:
            values["data_origin"] = self.plan.origin_of(self.name, row.key(self.schema.primary_key))
        if self.has_source:
            values |= {
                "recorded_at": writer.now,
                "recorded_by": writer.actor,
                "batch": writer.batch,
                "source_file": self.schema.file,
                "source_line": row.line,
            }
        return self.model(**values)
