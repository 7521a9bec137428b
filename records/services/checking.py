"""Check a deposit without writing, and record it: all of it or nothing, by a job."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from records.enums import BatchKind, DraftState
from records.exceptions import AlreadyImported, NotReady, TotalsDiffer, WrongDraftState
from records.importing.reading import Reading
from records.importing.registry import file_kind, registered_rooms
from records.models import DraftFile, ImportBatch, ImportDraft
from records.services.anomalies import Anomaly, find_anomalies, money_columns
from records.services.deposits import read_deposit
from records.services.imports import follow_one_another, run_plan, validate
from records.services.plan import Plan
from records.services.reports import build_report

# What a worker tells of its progress: the step reached, of STEPS.
Tell = Callable[[int], None]
STEPS = 4


def check_draft(*, draft_id: int) -> ImportDraft:
    """Check a deposit with its corrections, and keep what the check told; nothing is imported.

    Raises WrongDraftState when it is being recorded, was, or was abandoned.
    """
    began = time.monotonic()
    draft = ImportDraft.objects.select_related("author").get(pk=draft_id)
    version = draft.version
    report = _report(draft)
    with transaction.atomic():
        draft = ImportDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
        if draft.state in (DraftState.COMMITTING, DraftState.APPLIED, DraftState.ABANDONED):
            raise WrongDraftState(state=draft.get_state_display())
        if draft.version == version:
            draft.report = report
            draft.state = DraftState.CHECKED
            draft.checked_at = timezone.now()
            draft.seconds = round(time.monotonic() - began)
            draft.save(update_fields=["report", "state", "checked_at", "seconds", "updated_at"])
    return draft


def _report(draft: ImportDraft) -> dict[str, Any]:
    known = known_batch(draft)
    if known is not None:
        return {"already": known.code}
    if draft.kind != BatchKind.PORTFOLIO:
        file = draft.files.get()
        report: dict[str, Any] = file_kind(draft.kind).check(file.path, file.name)
        return report
    stage = read_deposit(draft)
    with transaction.atomic():
        plan = _plan(draft, stage)
        if not stage.report.errors:
            same = ImportBatch.objects.standing().filter(
                kind=BatchKind.PORTFOLIO, digest=stage.digest()
            )
            for batch in same:
                return {"already": batch.code}
        validate(plan)
        anomalies = find_anomalies(plan)
    return build_report(plan, anomalies)


def known_batch(draft: ImportDraft) -> ImportBatch | None:
    """Return the standing batch that recorded the very same files; None when there is none."""
    sums = sorted(draft.files.values_list("sha256", flat=True))
    first = DraftFile.objects.filter(
        sha256=sums[0], draft__state=DraftState.APPLIED, draft__batch__isnull=False
    )
    for file in first.exclude(draft=draft).select_related("draft__batch").order_by("-pk"):
        others = sorted(file.draft.files.values_list("sha256", flat=True))
        batch = file.draft.batch
        if others == sums and batch is not None and batch.state != "undone":
            return batch
    return None


def _plan(draft: ImportDraft, stage: Any) -> Plan:
    return Plan(
        stage,
        registered_rooms(),
        is_new_version=draft.is_new_version,
        keeps_waiting=draft.keeps_waiting or _mapping_keeps_waiting(draft),
        user=draft.author,
    )


def _mapping_keeps_waiting(draft: ImportDraft) -> bool:
    """Whether a mapping by which a file of the deposit is read says that lines wait."""
    readings = [Reading.from_dict(file.reading) for file in draft.files.all() if file.reading]
    return any(reading.options.keeps_waiting for reading in readings)


def is_ready(draft: ImportDraft) -> bool:
    """Whether a checked deposit can be recorded: no error, every anomaly confirmed, some change."""
    report = draft.report
    if draft.state != DraftState.CHECKED or report.get("already") or "tables" not in report:
        return False
    told = {anomaly["key"] for anomaly in report["anomalies"]}
    return not report["errors_total"] and told <= set(draft.confirmed)


def commit_draft(
    *,
    draft_id: int,
    tell: Tell = lambda step: None,
    hold: Callable[[], None] = lambda: None,
    done: Callable[[dict[str, Any]], None] = lambda result: None,
) -> dict[str, Any]:
    """Record a deposit in one transaction; one that is recorded already is left as it is.

    `tell` is told of each step, `hold` is called first in the transaction, and `done` last, with
    the result. Raises NotReady when the database changed so that an error or an anomaly appears,
    AlreadyImported, TotalsDiffer; the deposit can then be checked again.
    """
    draft = ImportDraft.objects.select_related("author").get(pk=draft_id)
    tell(0)
    stage = read_deposit(draft) if draft.kind == BatchKind.PORTFOLIO else None
    tell(1)
    with transaction.atomic():
        follow_one_another()
        hold()
        draft = _locked(draft_id)
        if draft.state != DraftState.APPLIED:
            batch = _apply_tables(draft, stage) if stage else _apply_file(draft)
            draft.batch, draft.state = batch, DraftState.APPLIED
            draft.version += 1
            draft.save()
        result = {"draft": draft.pk, "batch": draft.batch.code if draft.batch else ""}
        done(result)
    return result


def _locked(draft_id: int) -> ImportDraft:
    draft = ImportDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    if draft.state not in (DraftState.COMMITTING, DraftState.APPLIED):
        raise WrongDraftState(state=draft.get_state_display())
    return draft


def _apply_tables(draft: ImportDraft, stage: Any) -> ImportBatch:
    plan = _plan(draft, stage)
    result = run_plan(
        plan,
        actor=draft.author,
        dry_run=False,
        agree=lambda checked: _agree(find_anomalies(checked), draft),
    )
    if result.status == "already_imported":
        raise AlreadyImported(batch=result.batch)
    if result.status != "applied":
        raise NotReady()
    compare_totals(plan)
    return ImportBatch.objects.get(code=result.batch)


def _agree(anomalies: list[Anomaly], draft: ImportDraft) -> None:
    if {anomaly.key for anomaly in anomalies} - set(draft.confirmed):
        raise NotReady()


def _apply_file(draft: ImportDraft) -> ImportBatch | None:
    file = draft.files.get()
    batch: ImportBatch | None = file_kind(draft.kind).apply(file.path, file.name, draft.author)
    return batch


def compare_totals(plan: Plan) -> None:
    """Compare the amounts of the file with those that the database now has for its lines.

    Raises TotalsDiffer, which rolls the import back.
    """
    for name, staged in plan.stage.tables.items():
        table = plan.tables[name]
        columns = [column for column in money_columns(staged.schema) if column in staged.columns]
        told = dict.fromkeys(columns, Decimal(0))
        stored = dict.fromkeys(columns, Decimal(0))
        for part in staged.parts():
            rows = part.sound_rows()
            for column in columns:
                told[column] += sum((row.values[column] or Decimal(0) for row in rows), Decimal(0))
                stored[column] += table.stored_total(column, rows)
        for column in columns:
            if told[column] != stored[column]:
                raise TotalsDiffer(table=name, file=told[column], result=stored[column])
