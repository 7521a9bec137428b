"""What the pages of the steps show: files with what may be done of them, and the trail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.enums import Role
from accounts.permissions import stands_in_for
from budgets.enums import APPROVALS, StepVerb
from budgets.models import ProgrammingFile, ProgrammingStep, ProgrammingVersion
from budgets.rules.rounds import (
    Taken,
    content_digest,
    file_moves_in,
    holder_of_version,
    is_given,
    steps_from,
    submissions,
    submitters,
    void_steps,
)
from budgets.services.round_content import digests_of, steps_of
from budgets.services.round_rights import may_take_on_version, steps_open_to


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file, and the steps that its reader may take on it now."""

    file: ProgrammingFile
    verbs: list[StepVerb]


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A step of the trail, and whether the content has changed since it approved it."""

    step: ProgrammingStep
    is_void: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A file or a version as its page shows it: its digest, its trail, what may be done of it."""

    digest: str
    trail: list[TrailRow]
    verbs: list[StepVerb]
    holder: str
    since: Any


def file_rows(
    user: Any, version: ProgrammingVersion, files: Iterable[ProgrammingFile]
) -> list[FileRow]:
    """Return the files of a page; about fifteen queries, whatever their number."""
    opened = steps_open_to(user, version)
    own = submissions(steps_of(version.pk))
    return [
        FileRow(file, _verbs(user, version, file, opened.get(file.project_id, set()), own))
        for file in files
    ]


def people_of(user: Any) -> set[int]:
    """Return who approves nothing of what `user`, or anybody they stand in for, submitted."""
    return {user.pk, *stands_in_for(user)}


def _verbs(
    user: Any,
    version: ProgrammingVersion,
    file: ProgrammingFile,
    opened: set[StepVerb],
    own: dict[int | None, set[int]],
) -> list[StepVerb]:
    is_own = not people_of(user).isdisjoint(own.get(file.project_id, ()))
    return [
        verb
        for verb in steps_from(file.state, is_version=False)
        if verb in opened
        and file_moves_in(verb, version.state)
        and not (is_own and verb in APPROVALS)
    ]


def standing_of_file(user: Any, file: ProgrammingFile) -> Standing:
    """Return a file as its page shows it."""
    version = file.programming_version
    _whole, files = digests_of(version.pk)
    digest = files.get(file.project_id, content_digest(()))
    rows = ProgrammingStep.objects.filter(programming_version=version, project=file.project_id)
    own = [step for step in steps_of(version.pk) if step.project == file.project_id]
    (row,) = file_rows(user, version, [file])
    return Standing(
        digest, _trail(rows, own, digest), row.verbs, _role(file.holder), file.held_since
    )


def standing_of_version(user: Any, version: ProgrammingVersion) -> Standing:
    """Return a version as its page shows it."""
    digest, _files = digests_of(version.pk)
    rows = ProgrammingStep.objects.filter(programming_version=version, project=None)
    steps = steps_of(version.pk)
    own = [step for step in steps if step.project is None]
    is_own = not people_of(user).isdisjoint(submitters(steps, None))
    verbs = [
        verb
        for verb in steps_from(version.state, is_version=True)
        if not (is_own and verb in APPROVALS) and may_take_on_version(user, version, verb)
    ]
    is_attested = is_given(own, digest, StepVerb.ATTEST)
    if is_attested:
        verbs = [verb for verb in verbs if verb != StepVerb.ATTEST]
    trail = _trail(rows, own, digest)
    since = trail[0].step.at if trail else version.created_at
    holder = holder_of_version(version.state, is_attested=is_attested)
    return Standing(digest, trail, verbs, _role(holder), since)


def _trail(rows: Any, own: list[Taken], digest: str) -> list[TrailRow]:
    void = void_steps(own, digest)
    shown = rows.select_related("actor", "on_behalf_of").order_by("-pk")
    return [TrailRow(step, step.pk in void) for step in shown]


def _role(holder: str) -> str:
    return str(Role(holder).label) if holder else ""
