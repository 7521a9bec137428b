"""Import a folder of tables: everything is checked, then all of it is written, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from django.db import connection, transaction
from django.utils import timezone

from accounts.services.audit import record_event
from common.collector import collector_paused
from records.enums import BatchKind
from records.importing.faults import Fault, Report
from records.importing.folder import read_folder
from records.importing.registry import registered_rooms
from records.importing.spool import Spool
from records.importing.stage import StagedRow, StagedTable
from records.models import ImportBatch
from records.services.plan import Changes, Plan, SlicedChanges, Writer
from records.services.references import check_origins, check_references, look_up
from records.services.rights import check_rights
from records.services.totals import Tally, control_totals
from records.services.traces import note_leaning

Status = Literal["applied", "dry_run", "refused", "already_imported"]
# One number for all imports of folders: they follow one another.
_ADVISORY_LOCK = 7_214_001


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did; `batch` is empty when nothing is, or was, imported.

    The first faults are kept, `errors_total` and `warnings_total` count them all.
    """

    status: Status
    batch: str = ""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    errors: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    errors_total: int = 0
    warnings_total: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the result for JSON."""
        return {
            "status": self.status,
            "batch": self.batch or None,
            "counts": self.counts,
            "errors_total": self.errors_total,
            "errors": [fault.as_dict() for fault in self.errors],
            "warnings_total": self.warnings_total,
            "warnings": [fault.as_dict() for fault in self.warnings],
        }


def import_folder(
    *,
    actor: Any,
    path: Path,
    dry_run: bool = False,
    is_new_version: bool = False,
    keeps_waiting: bool = False,
) -> ImportResult:
    """Import the tables of a folder, a zip or a workbook, or tell every fault and write nothing.

    The schemas of `schemas/` say what is right. The same content again, in whatever order, is
    `already_imported`. `dry_run` checks and counts, and writes nothing. `is_new_version` declares
    that changed facts replace the former ones, `keeps_waiting` that rows whose imputation is
    unknown wait instead of being faults. Records keep their history, facts are only added,
    each with its batch, file and line; the figures of the projects concerned are marked as
    changed. The number of queries depends on the rows by thousands only.
    """
    stage = read_folder(path)
    with transaction.atomic():
        follow_one_another()
        plan = Plan(
            stage,
            registered_rooms(),
            is_new_version=is_new_version,
            keeps_waiting=keeps_waiting,
        )
        result = run_plan(plan, actor=actor, dry_run=dry_run)
    if result.status == "refused" and not dry_run:
        record_event(
            actor=actor,
            verb="refused",
            object_kind="import_batch",
            detail={"source": stage.source, "errors": result.errors_total},
        )
    return result


def follow_one_another() -> None:
    """Wait for an import under way; SQLite has one writer at a time as it is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ADVISORY_LOCK])


@collector_paused()
def run_plan(
    plan: Plan, *, actor: Any, dry_run: bool, agree: Callable[[Plan], None] | None = None
) -> ImportResult:
    """Check the folder of a plan against the database, then apply it unless it is a dry run.

    Called in the transaction of the import, after those under way. `agree` is called between the
    two, and raises what forbids to write.
    """
    stage = plan.stage
    report = stage.report
    digest = "" if report.errors else stage.digest()
    same = ImportBatch.objects.standing().filter(kind=BatchKind.PORTFOLIO, digest=digest)
    for batch in same if digest else ():
        return _told(report, "already_imported", batch.code)
    validate(plan)
    if report.errors:
        return _told(report, "refused")
    if dry_run:
        return _told(report, "dry_run", counts=plan.counts())
    if agree:
        agree(plan)
    batch = _apply(plan, digest, actor)
    return _told(report, "applied", batch.code, plan.counts())


def _told(
    report: Report,
    status: Status,
    batch: str = "",
    counts: dict[str, dict[str, int]] | None = None,
) -> ImportResult:
    """Return the result of an import, with its faults, sorted."""
    report.sort()
    return ImportResult(
        status,
        batch,
        counts or {},
        report.errors,
        report.warnings,
        report.errors_total,
        report.warnings_total,
    )


@collector_paused()
def validate(plan: Plan) -> None:
    """Check against the database, then compare with it; a large file slice by slice."""
    tables = plan.stage.tables
    with plan.looking_at(*(staged for staged in tables.values() if staged.spool is None)):
        _check(plan)
        for name in plan.stage.tables:
            plan.changes[name] = plan.tables[name].compare()
    for name, staged in tables.items():
        if staged.spool is not None:
            plan.changes[name] = _validate_slices(plan, staged, staged.spool)
    plan.changes = {name: plan.changes[name] for name in plan.tables if name in plan.changes}


def _check(plan: Plan) -> None:
    look_up(plan)
    for room in plan.rooms:
        if room.prepare and plan.keeps_waiting:
            room.prepare(plan)
    check_references(plan)
    check_origins(plan)
    check_rights(plan)
    for room in plan.rooms:
        if room.check:
            room.check(plan)


def _validate_slices(plan: Plan, staged: StagedTable, spool: Spool[StagedRow]) -> Changes:
    """Check and compare a large file; what becomes of its rows is kept."""
    changes, tally = SlicedChanges(staged), Tally(staged)
    for index in range(spool.slices):
        part = staged.part(index)
        before = len(part.rows), sum(len(row.bad) for row in part.rows)
        with plan.looking_at(part):
            _check(plan)
            found = plan.tables[staged.schema.name].compare()
            changes.take(part, found)
            tally.take(part, found)
        # Rows that may wait are completed in place.
        if plan.keeps_waiting or before != (len(part.rows), sum(len(row.bad) for row in part.rows)):
            spool.replace(index, part.rows)
        staged.waiting += part.waiting
        staged.known += part.known
    plan.tallies[staged.schema.name] = tally
    return changes


def _apply(plan: Plan, digest: str, actor: Any) -> ImportBatch:
    """Write the plan, room by room from the bottom up."""
    person = actor if actor is not None and actor.is_authenticated else None
    batch = ImportBatch.objects.create(
        code=_free_code(digest),
        kind=BatchKind.PORTFOLIO,
        source=plan.stage.source[:200],
        digest=digest,
        imported_at=timezone.now(),
        imported_by=person,
        counts=plan.counts(),
        totals=control_totals(plan),
        warnings=[fault.as_dict() for fault in plan.stage.report.warnings],
    )
    writer = Writer(batch, batch.imported_at, person)
    for name in plan.changes:
        plan.apply(name, writer)
    for room in plan.rooms:
        if room.finish:
            room.finish(plan, writer)
    note_leaning(batch, leans_on=plan.leans_on, seen=plan.seen)
    record_event(
        actor=actor,
        verb="imported",
        object_kind="import_batch",
        object_code=batch.code,
        detail={"source": plan.stage.source, "counts": batch.counts},
    )
    return batch


def _free_code(digest: str) -> str:
    """Return the code of a batch; that of a content imported again after an undo has a number."""
    code = f"PORTFOLIO-{digest[:16]}"
    times = ImportBatch.objects.filter(code__startswith=code).count()
    return f"{code}-{times + 1}" if times else code
