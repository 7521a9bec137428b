"""What the steps say of an edit: who may still write in a file, and what the edit voids."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from budgets.enums import FROZEN_STATES, StepVerb, VersionState
from budgets.exceptions import FileClosed
from budgets.models import ProgrammingFile, ProgrammingStep, ProgrammingVersion
from budgets.rules.rounds import holder_of_file, state_after_edit
from budgets.services.round_content import digest_of_file, digests_of, open_files

REASON_LENGTH = 100


def refuse_closed_files(
    version: ProgrammingVersion, projects: Collection[int | None], asked: Collection[int | None]
) -> None:
    """Refuse to write in the files that take nothing any more; one query.

    `asked` are the projects whose lines the actor writes as a request, not as a holder of the
    version: their file is written in while it is a draft (ux E18). A validated file is written in
    by nobody. Called under the lock of the version. Raises FileClosed.
    """
    named = [one for one in projects if one is not None]
    rows = ProgrammingFile.objects.filter(programming_version=version, project__in=named)
    for file in rows.exclude(state=VersionState.DRAFT).select_related("project"):
        if file.state in FROZEN_STATES or file.project_id in asked:
            raise FileClosed(project=file.project.code, state=file.get_state_display())


def void_approvals(
    actor: Any, version: ProgrammingVersion, projects: Collection[int | None], reason: str = ""
) -> None:
    """Void what was given on the content that an edit has just changed.

    Called after the edit, under the lock of the version. What was arbitrated goes back to
    submitted by a step `void` in the name of who edits; what was examined is examined again. The
    file of a project that had no line is opened. A few queries when nothing was arbitrated.
    """
    open_files(version.pk, projects)
    named = [one for one in projects if one is not None]
    rows = ProgrammingFile.objects.filter(programming_version=version, project__in=named)
    for file in rows.exclude(state=VersionState.DRAFT).order_by("pk"):
        _void_file(actor, version, file, reason)
    left = VersionState(version.state)
    if state_after_edit(left) != left:
        digest, _ = digests_of(version.pk)
        write_step(
            actor=actor, version=version, project_id=None, verb=StepVerb.VOID,
            states=(left, state_after_edit(left)), reason=reason, digest=digest,
        )  # fmt: skip
        move_version(version, state_after_edit(left), str(StepVerb.VOID.label))


def _void_file(actor: Any, version: ProgrammingVersion, file: ProgrammingFile, reason: str) -> None:
    left = VersionState(file.state)
    if state_after_edit(left) != left:
        write_step(
            actor=actor, version=version, project_id=file.project_id, verb=StepVerb.VOID,
            states=(left, state_after_edit(left)), reason=reason,
            digest=digest_of_file(file),
        )  # fmt: skip
    move_file(file, state_after_edit(left), is_reviewed=False)


def write_step(
    *,
    actor: Any,
    version: ProgrammingVersion,
    project_id: int | None,
    verb: StepVerb,
    states: tuple[VersionState, VersionState],
    reason: str,
    digest: str,
    on_behalf_of: int | None = None,
) -> ProgrammingStep:
    """Write a step, before its file or version moves: a guard compares where it starts from.

    `on_behalf_of` is who lends the right to take it, as the grants say: no caller from outside
    names somebody.
    """
    step = ProgrammingStep(
        programming_version=version, project_id=project_id, verb=verb, from_state=states[0],
        to_state=states[1], actor=actor, at=timezone.now(), reason=reason.strip(),
        content_digest=digest, on_behalf_of_id=on_behalf_of,
    )  # fmt: skip
    step.full_clean(validate_constraints=False)
    step.save(force_insert=True)
    return step


def move_file(file: ProgrammingFile, state: VersionState, *, is_reviewed: bool) -> None:
    """Put a file in a state, held by who has to act since now when that changes."""
    holder = holder_of_file(state, is_reviewed=is_reviewed)
    if (state, holder) == (file.state, file.holder):
        return
    file.state, file.holder, file.held_since = state, holder, timezone.now()
    file.version += 1
    file.save()


def move_version(version: ProgrammingVersion, state: VersionState, why: str) -> None:
    """Put a version in a state, with its history."""
    version.state = state
    version.version += 1
    version._change_reason = str(why)[:REASON_LENGTH]  # type: ignore[attr-defined]
    version.save()
