"""Facts: added once, never changed; the same fact again is left, another content is refused.

A newer version of a document is not another content: see `records.services.superseding`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from itertools import repeat
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property

from records.enums import RowChange
from records.importing.stage import Key, StagedRow, keys_of
from records.services.copying import among, write_rows
from records.services.plan import (
    Changes,
    Found,
    ImportTable,
    Stored,
    Undoing,
    Update,
    Writer,
    chunks,
)
from records.services.restoring import undo_facts
from records.services.superseding import (
    free_references,
    last_versions,
    may_replace,
    refuse_moved,
    replace_facts,
)
from records.services.traces import keep, trace

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
    # The columns whose sign a counter-entry turns; a table without any has no newer versions.
    signed: ClassVar[tuple[str, ...]] = ()
    is_originated: ClassVar[bool] = True
    has_source: ClassVar[bool] = True
    # The lookups of the origin and project id, for the tables that others name.
    origin_path: ClassVar[str] = "data_origin"
    project_path: ClassVar[str] = "project_id"
    batch_path: ClassVar[str] = "batch_id"
    line_path: ClassVar[str] = "source_line"

    @cached_property
    def own_columns(self) -> tuple[str, ...]:
        """Return the columns that are fields of the model, and name no other row."""
        named = {column for _field, _table, columns in self.references for column in columns}
        return tuple(column for column in self.paths if column not in named)

    def _existing(self, keys: Iterable[Key], columns: list[str]) -> Iterable[tuple[Any, ...]]:
        """Yield the wanted lookups of the rows whose key begins as one of these."""
        first = next(iter(self.paths.values()))
        for some in chunks(dict.fromkeys(key[0] for key in keys)):
            yield from (
                self.model._default_manager.filter(**{f"{first}__in": among(some)})
                .order_by()
                .values_list(*columns)
                .iterator(chunk_size=10_000)
            )

    def find(self, keys: set[Key]) -> dict[Key, Found]:
        """Return the rows of these keys."""
        size = len(next(iter(keys))) if keys else 1
        paths = [*list(self.paths.values())[:size], "pk", self.origin_path, self.project_path]
        found = {
            row[:size]: Found(*row[size:])
            for row in self._existing(keys, paths)
            if row[:size] in keys
        }
        if self.signed and size == 1:
            columns = [*self.paths.values(), "pk", self.batch_path, "document_version"]
            later = {known.pk: key for key, known in last_versions(self, keys, columns).items()}
            for some in chunks(later):
                rows = self.model._default_manager.filter(pk__in=some).order_by()
                for known in rows.values_list("pk", self.origin_path, self.project_path):
                    found[later[known[0]]] = Found(*known)
        return found

    def origin(self, row: StagedRow) -> str:
        """Return the origin of what the row belongs to."""
        for _field, table, columns in self.references:
            key = row.key(columns)
            if None not in key and "" not in key:
                return self.plan.origin_of(table, key)
        return ""

    def stored(self, keys: Iterable[Key]) -> dict[Key, Stored]:
        """Return the facts of these keys as they stand: the last version of each document."""
        size = len(self.schema.primary_key)
        wanted = set(keys)
        columns = [*self.paths.values(), "pk", self.batch_path]
        if self.signed:
            columns.append("document_version")
        found = {
            row[:size]: Stored(row[: len(self.paths)], *row[len(self.paths) :])
            for row in self._existing(wanted, columns)
            if row[:size] in wanted
        }
        return found | last_versions(self, wanted, columns) if self.signed else found

    def compare(self) -> Changes:
        """Tell new facts from known ones; a known fact that differs is replaced, or a fault."""
        staged = self.plan.stage.tables[self.name]
        known = self.stored(staged.by_key.keys())
        primary = self.schema.primary_key
        created: list[StagedRow] = []
        updated: list[Update] = []
        changes = Changes(created, updated, known=len(known))
        for row in staged.sound_rows():
            stored = known.get(row.key(primary)) if known else None
            if stored is None:
                created.append(row)
                continue
            if stored.batch_id:
                self.plan.leans_on.add(stored.batch_id)
            changed = self._changed(row, stored)
            if not changed:
                changes.unchanged += 1
            elif may_replace(self, row, stored, changed):
                updated.append((row, stored, changed))
        if changes.updated:
            refuse_moved(self, changes)
            free_references(self, changes)
        return changes

    def _changed(self, row: StagedRow, stored: Stored) -> set[str]:
        """Return the columns whose value differs from the fact's."""
        return {
            column
            for column, value in zip(self.paths, stored.values, strict=True)
            if row.values[column] != value
            and not (row.values[column] in (None, "") and value in (None, ""))
        }

    def former(self, known: Stored, column: str) -> Any:
        """Return the value that a fact has in a column."""
        return known.values[list(self.paths).index(column)]

    def stored_total(self, column: str, rows: list[StagedRow]) -> Decimal:
        """Return the sum of a column over the facts of these rows, as they stand."""
        primary = self.schema.primary_key
        index = list(self.paths).index(column)
        found = self.stored({row.key(primary) for row in rows})
        amounts = (known.values[index] for known in found.values())
        return sum((amount for amount in amounts if amount is not None), Decimal(0))

    def population(self) -> int:
        """Return the number of facts as they stand, of the exercises of the file if it has any."""
        rows = self.model._default_manager.order_by()
        if self.signed:
            rows = rows.filter(document_reference="")
        if "fiscal_year" in self.paths:
            staged = self.plan.stage.tables[self.name]
            years = self.plan.changes[self.name].exercises(staged)
            rows = rows.filter(fiscal_year__in=years)
        return rows.count()

    def apply(self, changes: Changes, writer: Writer) -> None:
        """Insert the new facts, each with its batch, file and line."""
        if self.schema.has_independent_rows:
            self._copy(changes.created, writer)
        else:
            self._insert(changes, writer)
        if changes.updated:
            replace_facts(self, changes, writer)

    def _copy(self, rows: Collection[StagedRow], writer: Writer) -> None:
        """Write facts that no row of the folder names: their ids need not be known."""
        if not rows:
            return
        for row in rows:
            self.plan.touch(self.project_id(row))
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        columns: dict[str, Iterable[Any]] = {
            field.attname: repeat(field.get_default(), len(rows)) for field in fields
        }
        columns |= self.columns_of(rows, writer)
        write_rows(self.model, list(columns), zip(*columns.values(), strict=True))

    def _insert(self, changes: Changes, writer: Writer) -> None:
        facts = [self.build(row, writer) for row in changes.created]
        self.model._default_manager.bulk_create(facts, batch_size=ROWS_BY_INSERT)
        known = self.plan.found[self.name]
        for row, fact in zip(changes.created, facts, strict=True):
            project_id = self.project_id(row)
            self.plan.touch(project_id)
            origin = self.plan.origin_of(self.name, row.key(self.schema.primary_key))
            known[row.key(self.schema.primary_key)] = Found(fact.pk, origin, project_id)
        if not self.has_source:
            self._trace(changes, facts, writer)

    def _trace(self, changes: Changes, facts: list[Any], writer: Writer) -> None:
        """Keep what was added of the facts that do not know their batch."""
        primary = self.schema.primary_key
        keep(
            trace(writer.batch, self.name, row, row.key(primary), RowChange.CREATED,
                  object_id=fact.pk, before={}, after={c: row.values[c] for c in self.paths})
            for row, fact in zip(changes.created, facts, strict=True)
        )  # fmt: skip

    @classmethod
    def undo(cls, undoing: Undoing) -> list[str]:
        """Remove the facts that the batch added."""
        return undo_facts(cls, undoing)

    def project_id(self, row: StagedRow) -> int | None:
        """Return the project whose figures the row changes."""
        for _field, table, columns in self.references:
            known = self.plan.found[table].get(row.key(columns))
            if known and table in ("commitments", "baselines"):
                return known.project_id
            if known and table == "projects":
                return known.pk
        return None

    def project_of(self, fact: Any) -> int | None:
        """Return the project whose figures a stored fact changes."""
        owner = fact.commitment if self.project_path.startswith("commitment__") else fact
        project_id: int | None = owner.project_id
        return project_id

    def provenance(self, row: StagedRow, writer: Writer) -> dict[str, Any]:
        """Return what tells where a fact comes from, and when it was recorded."""
        return {
            "recorded_at": writer.now,
            "recorded_by_id": writer.actor.pk if writer.actor else None,
            "batch_id": writer.batch.pk,
            "source_file": self.plan.stage.tables[self.name].file,
            "source_line": row.line,
        }

    def build(self, row: StagedRow, writer: Writer) -> Any:
        """Build the stored fact."""
        return self.model(**self.values_of(row, writer))

    def values_of(self, row: StagedRow, writer: Writer) -> dict[str, Any]:
        """Return the values of the columns of the fact that a row makes."""
        return {name: value for name, (value,) in self.columns_of([row], writer).items()}

    def columns_of(self, rows: Collection[StagedRow], writer: Writer) -> dict[str, Iterable[Any]]:
        """Return by column the values of the facts that rows make, in the order of the rows."""
        told = [row.values for row in rows]
        values: dict[str, Iterable[Any]] = {
            column: [one[column] for one in told] for column in self.own_columns
        }
        for field, table, columns in self.references:
            find = self.plan.found[table].get
            found = list(map(find, keys_of(rows, columns)))
            values[f"{field}_id"] = [known.pk if known else None for known in found]
        if self.is_originated:
            primary, origin_of = self.schema.primary_key, self.plan.origin_of
            values["data_origin"] = [origin_of(self.name, key) for key in keys_of(rows, primary)]
        if self.signed:
            values["document_version"] = [one.get("document_version") or 1 for one in told]
        if self.has_source and rows:
            source = self.provenance(next(iter(rows)), writer)
            values |= {name: repeat(value, len(rows)) for name, value in source.items()}
            values["source_line"] = [row.line for row in rows]
        return values
