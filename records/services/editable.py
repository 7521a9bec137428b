"""Records that people edit: created, updated with their history, or left as they are."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar

from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from records.enums import RowChange
from records.importing.stage import Key, StagedRow
from records.services.plan import Changes, Found, ImportTable, Undoing, Update, Writer, chunks
from records.services.restoring import undo_records
from records.services.traces import keep, trace

ROWS_BY_INSERT = 500


class RecordTable(ImportTable):
    """A table of records known by their code, by its configuration.

    `columns` are the fields of the model by column; `references` give, by column, the field, the
    table and the lookup of the code on the object named. A column that the file does not have is
    left as it is; an empty cell empties it.
    """

    # Any: a model with a code and a data origin, whose managers and history carry no types.
    model: ClassVar[Any]
    columns: ClassVar[dict[str, str]]
    references: ClassVar[dict[str, tuple[str, str, str]]] = {}
    related: ClassVar[tuple[str, ...]] = ()
    is_tree: ClassVar[bool] = False
    # What comments and documents call a record of the table; empty when none is about it.
    subject_kind: ClassVar[str] = ""

    def find(self, keys: set[Key]) -> dict[Key, Found]:
        """Return the records of these codes."""
        found: dict[Key, Found] = {}
        for some in chunks(key[0] for key in keys):
            kept = self.model._default_manager.filter(code__in=some).order_by()
            for code, pk, origin in kept.values_list("code", "pk", "data_origin"):
                found[code,] = Found(pk, origin)
        return found

    def origin(self, row: StagedRow) -> str:
        """Return the origin that the row tells, or that the record has."""
        staged = self.plan.stage.tables[self.name]
        known = self.plan.found[self.name].get(row.key(("code",)))
        if known and "data_origin" not in staged.columns:
            return known.origin
        return str(row.values["data_origin"] or "")

    def load(self, codes: list[str]) -> dict[str, Any]:
        """Return the records of these codes, locked until the end of the transaction."""
        found: dict[str, Any] = {}
        for some in chunks(codes):
            kept = self.model._default_manager.filter(code__in=some).order_by("pk")
            kept = kept.select_related(*self.related).select_for_update(of=("self",))
            found |= {record.code: record for record in kept}
        return found

    def compare(self) -> Changes:
        """Compare the rows with the records, column by column."""
        staged = self.plan.stage.tables[self.name]
        rows = staged.sound_rows()
        known = self.load([row.values["code"] for row in rows])
        self.prepare(known)
        self.plan.seen[self.name] = sorted(record.pk for record in known.values())
        created: list[StagedRow] = []
        updated: list[Update] = []
        changes = Changes(created, updated, known=len(known))
        for row in rows:
            record = known.get(row.values["code"])
            if record is None:
                created.append(row)
                continue
            changed = self.changed_columns(row, record)
            if not changed:
                changes.unchanged += 1
            elif self.accepts(row, record, changed):
                updated.append((row, record, changed))
        return changes

    def former(self, known: Any, column: str) -> Any:
        """Return the value that a record has in a column."""
        return self.current(known, column)

    def stored_total(self, column: str, rows: list[StagedRow]) -> Decimal:
        """Return the sum of a column over the records of these rows."""
        total = Decimal(0)
        for some in chunks(row.values["code"] for row in rows):
            kept = self.model._default_manager.filter(code__in=some).order_by()
            for amount in kept.values_list(self.columns[column], flat=True):
                total += amount or 0
        return total

    def population(self) -> int:
        """Return the number of records."""
        return int(self.model._default_manager.count())

    def prepare(self, known: dict[str, Any]) -> None:
        """Read what comparing needs beside the records; nothing by default."""

    def accepts(self, row: StagedRow, record: Any, changed: set[str]) -> bool:
        """Return whether a change is allowed, a fault being recorded when it is not."""
        return True

    def changed_columns(self, row: StagedRow, record: Any) -> set[str]:
        """Return the columns whose value differs from the record's."""
        present = self.plan.stage.tables[self.name].columns
        return {
            column
            for column in present
            if column != "code" and self._differs(self.current(record, column), row, column)
        }

    @staticmethod
    def _differs(current: Any, row: StagedRow, column: str) -> bool:
        told = row.values[column]
        return bool(told != current and not (told in (None, "") and current in (None, "")))

    def current(self, record: Any, column: str) -> Any:
        """Return the value of a record as the file would write it."""
        return self.stored_value(record, column)

    def assign(self, record: Any, row: StagedRow, columns: set[str]) -> set[str]:
        """Set the columns on a record; return the names of the fields that were set."""
        fields: set[str] = set()
        for column in columns:
            if column in self.references:
                field, table, _lookup = self.references[column]
                known = self.plan.found[table].get((row.values[column],))
                setattr(record, f"{field}_id", known.pk if known else None)
                fields.add(field)
            elif column in self.columns:
                setattr(record, self.columns[column], row.values[column])
                fields.add(self.columns[column])
        return fields

    def apply(self, changes: Changes, writer: Writer) -> None:
        """Write the records, with their history where they have one, and what was done to each."""
        reason = f"import {writer.batch.code}"[:100]
        former = [self.values_of(record, changed) for _row, record, changed in changes.updated]
        for rows in self._levels(changes.created):
            self._create(rows, writer, reason)
        self._update(changes, writer, reason)
        known = self.plan.found[self.name]
        pairs = [(row, known[row.key(("code",))].pk) for row in changes.created]
        self.write_links([*pairs, *((row, record.pk) for row, record, _ in changes.updated)])
        self._trace(changes, former, writer)

    def values_of(self, record: Any, columns: set[str]) -> dict[str, Any]:
        """Return the values of a known record as the file would write them."""
        return {column: self.current(record, column) for column in sorted(columns)}

    def _trace(self, changes: Changes, former: list[dict[str, Any]], writer: Writer) -> None:
        """Keep what was done to each record."""
        known = self.plan.found[self.name]
        present = set(self.plan.stage.tables[self.name].columns)
        traces = []
        for row in changes.created:
            key = row.key(("code",))
            after = {column: row.values[column] for column in sorted(present)}
            traces.append(
                trace(writer.batch, self.name, row, key, RowChange.CREATED,
                      object_id=known[key].pk, before={}, after=after)
            )  # fmt: skip
        for (row, record, changed), before in zip(changes.updated, former, strict=True):
            after = {column: row.values[column] for column in sorted(changed)}
            traces.append(
                trace(writer.batch, self.name, row, row.key(("code",)), RowChange.UPDATED,
                      object_id=record.pk, before=before, after=after)
            )  # fmt: skip
        keep(traces)

    @classmethod
    def undo(cls, undoing: Undoing) -> list[str]:
        """Remove what the batch created, give back the former values of what it changed."""
        return undo_records(cls, undoing)

    @classmethod
    def links_of(cls, record: Any, column: str) -> Any:
        """Return the links of a record in a column that is no field of the model."""
        raise KeyError(column)

    @classmethod
    def restore_links(cls, record: Any, column: str, trace: Any) -> None:
        """Give back the former links of a record in a column that is no field of the model."""
        raise KeyError(column)

    @classmethod
    def derived_values(cls, record: Any) -> dict[str, Any]:
        """Return the fields that derive from others, for the values that a record has now."""
        return {}

    @classmethod
    def stored_value(cls, record: Any, column: str) -> Any:
        """Return the value of a record as the file would write it, read from the database."""
        if column in cls.references:
            field, _table, lookup = cls.references[column]
            named = getattr(record, field)
            return getattr(named, lookup) if named else None
        if column in cls.columns:
            return getattr(record, cls.columns[column])
        return record.code if column == "code" else cls.links_of(record, column)

    def write_links(self, rows: list[tuple[StagedRow, int]]) -> None:
        """Write what hangs on created and updated records, given by row and id; nothing here."""

    def _levels(self, rows: Collection[StagedRow]) -> list[list[StagedRow]]:
        """Return the rows so that a parent comes before its children."""
        if not self.is_tree:
            return [list(rows)] if rows else []
        left = {row.values["code"]: row for row in rows}
        levels: list[list[StagedRow]] = []
        while left:
            level = [row for row in left.values() if row.values["parent"] not in left]
            levels.append(level)
            for row in level:
                del left[row.values["code"]]
        return levels

    def _create(self, rows: list[StagedRow], writer: Writer, reason: str) -> None:
        records: list[Any] = []
        for row in rows:
            record = self.model(code=row.values["code"])
            self.assign(record, row, {*self.columns, *self.references} - {"code"})
            record.data_origin = self.origin(row)
            self.complete(record, row)
            records.append(record)
        bulk_create_with_history(
            records,
            self.model,
            batch_size=ROWS_BY_INSERT,
            default_user=writer.actor,
            default_change_reason=reason,
        )
        known = self.plan.found[self.name]
        for record in records:
            known[record.code,] = Found(record.pk, record.data_origin)

    def complete(self, record: Any, row: StagedRow) -> None:
        """Set the fields that derive from others; nothing by default."""

    def derived(self) -> set[str]:
        """Return the names of the fields that `complete` sets."""
        return set()

    def _update(self, changes: Changes, writer: Writer, reason: str) -> None:
        fields = self.derived() | {"version", "updated_at"}
        for row, record, changed in changes.updated:
            fields |= self.assign(record, row, changed)
            self.complete(record, row)
            record.version += 1
            record.updated_at = writer.now
        records = [record for _row, record, _changed in changes.updated]
        if records:
            bulk_update_with_history(
                records,
                self.model,
                sorted(fields),
                batch_size=ROWS_BY_INSERT,
                default_user=writer.actor,
                default_change_reason=reason,
            )
