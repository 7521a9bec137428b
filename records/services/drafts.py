"""What a person does with a deposit: correct, set aside, confirm, record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services.audit import record_event
from jobs.models import Job
from jobs.services.requests import request_job
from records.enums import DraftState
from records.exceptions import NotReady, WrongDraftState
from records.models import ImportDraft
from records.services.checking import check_draft, is_ready
from records.services.deposits import ALIVE, check_version, remove_files

CHECK = "records.check"
COMMIT = "records.import"
PURGE = "records.purge"
TEXT_LENGTH = 5_000


def lines_of(draft: ImportDraft) -> int:
    """Return how many lines a deposit has, as it was recognised."""
    return sum(int(table.get("lines", 0)) for table in draft.recognised)


def check_or_ask(*, actor: Any, draft_id: int) -> ImportDraft:
    """Check a small deposit at once, have a job check a large one."""
    draft = ImportDraft.objects.get(pk=draft_id)
    if lines_of(draft) < settings.IMPORT_CHECK_LINES:
        return check_draft(draft_id=draft_id)
    with transaction.atomic():
        draft = lock_draft(draft_id)
        draft.state = DraftState.CHECKING
        draft.job = _ask(CHECK, draft, actor)
        draft.save(update_fields=["state", "job", "updated_at"])
    draft.refresh_from_db()
    return draft


@transaction.atomic
def correct_line(
    *,
    actor: Any,
    draft_id: int,
    table: str,
    line: int,
    cells: Mapping[str, str],
    expected_version: int | None = None,
) -> ImportDraft:
    """Correct cells of a line; the file is not changed. The deposit is then to be checked again.

    Cells that are as the file has them are forgotten. Raises WrongDraftState, or StaleEdit when
    it is no longer the version that the caller read.
    """
    draft = lock_draft(draft_id, expected_version)
    texts = {name: text.strip()[:TEXT_LENGTH] for name, text in cells.items()}
    lines = draft.corrections.setdefault(table, {})
    lines[str(line)] = lines.get(str(line), {}) | texts
    return draft_changed(draft, actor, "corrected", {"table": table, "line": line, "cells": texts})


@transaction.atomic
def set_line_aside(
    *,
    actor: Any,
    draft_id: int,
    table: str,
    line: int,
    reason: str,
    cells: Iterable[str] = (),
    expected_version: int | None = None,
) -> ImportDraft:
    """Leave a line out on purpose; it goes to the file of rejected lines, with the reason.

    Raises WrongDraftState, StaleEdit.
    """
    draft = lock_draft(draft_id, expected_version)
    kept = {"reason": reason.strip()[:500], "cells": [str(cell) for cell in cells]}
    draft.set_aside.setdefault(table, {})[str(line)] = kept
    return draft_changed(draft, actor, "set_aside", {"table": table, "line": line})


@transaction.atomic
def take_line_back(*, actor: Any, draft_id: int, table: str, line: int) -> ImportDraft:
    """Take back a line that was set aside. Raises WrongDraftState."""
    draft = lock_draft(draft_id)
    draft.set_aside.get(table, {}).pop(str(line), None)
    return draft_changed(draft, actor, "taken_back", {"table": table, "line": line})


@transaction.atomic
def confirm_anomalies(
    *, actor: Any, draft_id: int, keys: Iterable[str], expected_version: int | None = None
) -> ImportDraft:
    """Confirm the anomalies of these keys, and no others. Raises WrongDraftState, StaleEdit."""
    draft = lock_draft(draft_id, expected_version)
    known = {anomaly["key"] for anomaly in draft.report.get("anomalies", ())}
    draft.confirmed = sorted(known & set(keys))
    draft.version += 1
    draft.save(update_fields=["confirmed", "version", "updated_at"])
    _tell(draft, actor, "confirmed", {"anomalies": draft.confirmed})
    return draft


@transaction.atomic
def request_commit(*, actor: Any, draft_id: int, expected_version: int | None = None) -> Job:
    """Ask for the recording of a checked deposit; asking again gives the same job.

    Raises NotReady, WrongDraftState, StaleEdit.
    """
    draft = lock_draft(draft_id)
    if draft.state == DraftState.COMMITTING and draft.job is not None:
        return draft.job
    check_version(draft, expected_version)
    if not is_ready(draft):
        raise NotReady()
    draft.state = DraftState.COMMITTING
    draft.version += 1
    draft.job = _ask(COMMIT, draft, actor)
    draft.save(update_fields=["state", "version", "job", "updated_at"])
    return draft.job


@transaction.atomic
def reopen_draft(*, actor: Any, draft_id: int) -> ImportDraft:
    """Take a deposit back from a job that ended badly. Raises WrongDraftState."""
    draft = ImportDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    is_stuck = draft.state in (DraftState.COMMITTING, DraftState.CHECKING)
    if not is_stuck or (draft.job is not None and draft.job.state in ("queued", "running")):
        raise WrongDraftState(state=draft.get_state_display())
    draft.state = DraftState.DRAFT
    draft.version += 1
    draft.save(update_fields=["state", "version", "updated_at"])
    return draft


@transaction.atomic
def purge_drafts(*, before: dt.datetime) -> int:
    """Abandon the deposits that nobody touched since, and remove their files."""
    old = ImportDraft.objects.select_for_update(of=("self",)).filter(
        state__in=ALIVE, updated_at__lt=before
    )
    count = 0
    for draft in old:
        draft.state = DraftState.ABANDONED
        draft.version += 1
        draft.save(update_fields=["state", "version", "updated_at"])
        remove_files(draft)
        count += 1
    return count


def ask_purge(day: dt.date) -> Job:
    """Ask for the purge of a day."""
    return request_job(kind=PURGE, key=day.isoformat())


def oldest_kept() -> dt.datetime:
    """Return the moment before which deposits left alone are purged."""
    return timezone.now() - dt.timedelta(days=settings.IMPORT_DRAFT_DAYS)


def _ask(kind: str, draft: ImportDraft, actor: Any) -> Job:
    return request_job(
        kind=kind, key=str(draft.pk), payload={"draft": draft.pk}, requested_by=actor
    )


def lock_draft(draft_id: int, expected_version: int | None = None) -> ImportDraft:
    """Lock a deposit on which something may be decided. Raises WrongDraftState, StaleEdit."""
    draft = ImportDraft.objects.select_for_update(of=("self",)).get(pk=draft_id)
    if draft.state in (DraftState.APPLIED, DraftState.ABANDONED) or (
        draft.state == DraftState.COMMITTING and draft.job is None
    ):
        raise WrongDraftState(state=draft.get_state_display())
    check_version(draft, expected_version)
    return draft


def draft_changed(draft: ImportDraft, actor: Any, verb: str, detail: dict[str, Any]) -> ImportDraft:
    """Save a deposit whose last check no longer holds."""
    if draft.state in (DraftState.COMMITTING, DraftState.CHECKING):
        raise WrongDraftState(state=draft.get_state_display())
    draft.state = DraftState.DRAFT
    draft.version += 1
    draft.save()
    _tell(draft, actor, verb, detail)
    return draft


def _tell(draft: ImportDraft, actor: Any, verb: str, detail: dict[str, Any]) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="import_draft",
        object_code=str(draft.pk),
        detail=detail,
    )
