"""What an import will do: the rows read, what the database holds of them, what changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar

from accounts.enums import Action, Resource
from records.importing.schema import TableSchema
from records.importing.spool import Spool
from records.importing.stage import Key, Stage, StagedRow, StagedTable
from records.models import ImportBatch

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """A row of the database: its id, its data origin, and the project that it belongs to."""

    pk: int
    origin: str = ""
    project_id: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A fact of the database: `values` in the order of the columns of its table, its id, its
    batch, and the version of its document.
    """

    values: tuple[Any, ...]
    pk: int
    batch_id: int | None
    version: int = 1


# A row, the object or the fact that it changes, the columns changed.
Update = tuple[StagedRow, Any, set[str]]


@dataclass(slots=True)
class Changes:
    """What a table gains. `updated` holds (row, object, changed columns); `known` is how many
    rows of the file the database holds.
    """

    created: Collection[StagedRow] = ()
    updated: Collection[Update] = ()
    unchanged: int = 0
    known: int = 0

    def counts(self) -> dict[str, int]:
        """Return the numbers of rows."""
        return {
            "created": len(self.created),
            "updated": len(self.updated),
            "unchanged": self.unchanged,
        }

    def exercises(self, staged: StagedTable) -> set[int]:
        """Return the exercises of the sound rows of a table that has a column for them."""
        return {row.values["fiscal_year"] for row in staged.rows if not row.bad}

    def created_exercises(self) -> set[int]:
        """Return the exercises of the new facts."""
        return {row.values["fiscal_year"] for row in self.created}

    def parts(self, staged: StagedTable) -> Iterator[tuple[StagedTable, Changes]]:
        """Yield what is to be written together, with the rows that it comes from."""
        yield staged, self


class Created:
    """The rows of a large file that make new facts: sound, and on none of the `other` lines."""

    def __init__(self, staged: StagedTable) -> None:
        self.other: set[int] = set()
        self.count = 0
        self._staged = staged

    def of(self, part: StagedTable) -> list[StagedRow]:
        """Return those of one slice."""
        return [row for row in part.sound_rows() if row.line not in self.other]

    def __iter__(self) -> Iterator[StagedRow]:
        for part in self._staged.parts():
            yield from self.of(part)

    def __len__(self) -> int:
        return self.count

    def __contains__(self, row: object) -> bool:
        return any(row == one for one in self)


class SlicedChanges(Changes):
    """What a large file brings, slice by slice; its rows stay on the disk."""

    created: Created
    updated: Spool[Update]

    def __init__(self, staged: StagedTable) -> None:
        super().__init__(Created(staged), Spool())
        self._sound: set[int] = set()
        self._made: set[int] = set()

    def take(self, part: StagedTable, changes: Changes) -> None:
        """Add what the next slice brings."""
        made = {row.line for row in changes.created}
        self.created.count += len(made)
        self.created.other.update(
            row.line for row in part.rows if not row.bad and row.line not in made
        )
        self.updated.add(list(changes.updated))
        self.unchanged += changes.unchanged
        self.known += changes.known
        self._sound |= changes.exercises(part)
        self._made |= changes.created_exercises()

    def exercises(self, staged: StagedTable) -> set[int]:
        """Return the exercises of the sound rows, noted as they were compared."""
        return self._sound

    def created_exercises(self) -> set[int]:
        """Return the exercises of the new facts, noted as they were compared."""
        return self._made

    def parts(self, staged: StagedTable) -> Iterator[tuple[StagedTable, Changes]]:
        """Yield each slice with what it brings."""
        for index, part in enumerate(staged.parts()):
            yield part, Changes(self.created.of(part), self.updated.load(index))


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, when, and in which batch."""

    batch: ImportBatch
    now: dt.datetime
    actor: Any


class ImportTable:
    """How a room imports one table. One instance serves one import.

    `needs` is the (action, resource) of the policy that allows it; `waits_for` the columns by
    which a row may name what is unknown and wait, in a deposit that keeps such rows.
    """

    name: ClassVar[str]
    needs: ClassVar[tuple[str, str]] = (Action.IMPORT, Resource.LEDGER)
    waits_for: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @property
    def schema(self) -> TableSchema:
        """Return the schema of the table."""
        return self.plan.stage.tables[self.name].schema

    def find(self, keys: set[Key]) -> dict[Key, Found]:
        """Return what the database holds of these keys, in a number of queries that does not
        depend on the number of rows but by thousands.
        """
        raise NotImplementedError

    def origin(self, row: StagedRow) -> str:
        """Return the data origin of a row of the folder; empty when it cannot be told."""
        raise NotImplementedError

    def reached(self, user: Any) -> Callable[[StagedRow], bool] | None:
        """Return what tells the rows within the perimeter of a person who is not everywhere.

        None, the default: the table is only for who may import it everywhere.
        """
        return None

    def known_waiting(self, rows: list[StagedRow]) -> list[StagedRow]:
        """Return those of the rows to keep waiting that wait since a former import, as they are."""
        return []

    def compare(self) -> Changes:
        """Compare the sound rows with the database; what is refused is a fault of the stage."""
        raise NotImplementedError

    def former(self, known: Any, column: str) -> Any:
        """Return the value that a known row of `Changes.updated` has in a column."""
        raise NotImplementedError

    def stored_total(self, column: str, rows: list[StagedRow]) -> Decimal:
        """Return the sum of a column of amounts over what the database holds of these rows."""
        raise NotImplementedError

    def population(self) -> int:
        """Return how many rows of the database a whole new deposit of the file would hold."""
        raise NotImplementedError

    def apply(self, changes: Changes, writer: Writer) -> None:
        """Write what `compare` found, by sets."""
        raise NotImplementedError

    @classmethod
    def undo(cls, undoing: Undoing) -> list[str]:
        """Take out what a batch wrote; return what leans on it, and write nothing, if any does."""
        raise NotImplementedError


@dataclass
class Undoing:
    """A batch being undone: by whom, and the projects whose figures change."""

    batch: ImportBatch
    actor: Any
    now: dt.datetime
    touched_projects: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class Room:
    """The tables of one room; `check` adds its rules, `finish` runs once all rooms have written.

    `prepare` runs before references are checked, in a deposit that keeps rows waiting: it may
    complete rows, and take out those that it knows. `undone` runs once a batch was undone in
    every room.
    """

    tables: tuple[type[ImportTable], ...]
    check: Callable[[Plan], None] | None = None
    finish: Callable[[Plan, Writer], None] | None = None
    undone: Callable[[Undoing], None] | None = None
    prepare: Callable[[Plan], None] | None = None


class Plan:
    """One import in progress. `found` is filled with what is created, as it is written.

    `user` is the person whose rights bound the rows; `is_new_version` declares that changed facts
    replace the former ones; `keeps_waiting` that rows whose imputation is unknown wait, in the
    tables that say for what. `replaced` gives, by table, the ids of the counter-entry and of the
    newer version by that of the former fact; `leans_on` the ids of the batches whose facts were
    found in the folder, `seen` those of the known records, by table; `refused` names the tables
    that the person may not import.
    """

    def __init__(
        self,
        stage: Stage,
        rooms: Iterable[Room],
        *,
        is_new_version: bool = False,
        keeps_waiting: bool = False,
        user: Any = None,
    ) -> None:
        self.stage = stage
        self.user = user
        self.is_new_version = is_new_version
        self.keeps_waiting = keeps_waiting
        self.replaced: dict[str, dict[int, tuple[int, int]]] = {}
        self.leans_on: set[int] = set()
        self.seen: dict[str, list[int]] = {}
        self.refused: set[str] = set()
        self.rooms = tuple(rooms)
        self.tables: dict[str, ImportTable] = {
            table.name: table(self) for room in self.rooms for table in room.tables
        }
        self.found: dict[str, dict[Key, Found]] = {name: {} for name in self.tables}
        # The keys that were looked up, found or not.
        self.asked: dict[str, set[Key]] = {name: set() for name in self.tables}
        self.changes: dict[str, Changes] = {}
        # Control totals of the large files, by table (`records.services.totals`).
        self.tallies: dict[str, Any] = {}
        self.touched_projects: set[int] = set()
        self._origins: dict[str, dict[Key, str]] = {name: {} for name in self.tables}

    @contextmanager
    def looking_at(self, *tables: StagedTable) -> Iterator[None]:
        """See these tables of the folder alone, for what they name the others standing beside.

        What was found of the rows of a slice is forgotten at the end.
        """
        whole = self.stage
        seen = {staged.schema.name: staged for staged in tables}
        self.stage = replace(whole, tables=seen, beside=whole.tables)
        try:
            yield
        finally:
            self.stage = whole
            for name in seen:
                if whole.tables[name].spool is not None:
                    self._origins[name].clear()

    def origin_of(self, table: str, key: Key) -> str:
        """Return the data origin of a row, of the folder or of the database; empty if unknown."""
        origins = self._origins[table]
        told = origins.get(key)
        if told is None:
            staged = self.stage.table(table)
            row = staged.by_key.get(key) if staged else None
            known = self.found[table].get(key)
            if row:
                told = origins[key] = "" if row.bad else self.tables[table].origin(row)
            else:
                told = origins[key] = known.origin if known else ""
        return told

    def apply(self, name: str, writer: Writer) -> None:
        """Write what a table gains; a large file slice by slice."""
        whole = self.stage.tables[name]
        for staged, changes in self.changes[name].parts(whole):
            if staged is whole:
                self.tables[name].apply(changes, writer)
                continue
            with self.looking_at(staged):
                self.tables[name].apply(changes, writer)

    def touch(self, project_id: int | None) -> None:
        """Note that the figures of a project change."""
        if project_id is not None:
            self.touched_projects.add(project_id)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return the numbers of rows by table; those that wait where the deposit keeps them."""
        found = {name: changes.counts() for name, changes in self.changes.items()}
        if self.keeps_waiting:
            for name, counts in found.items():
                counts["waiting"] = len(self.stage.tables[name].waiting)
        return found


def chunks(values: Iterable[Any], size: int = CHUNK) -> Iterator[list[Any]]:
    """Yield the values by lists that one query can name."""
    some = list(values)
    for first in range(0, len(some), size):
        yield some[first : first + size]
