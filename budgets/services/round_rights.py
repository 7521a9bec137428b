"""Who may take which step, on all that it decides on; the state of things is looked at apart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.enums import Action
from accounts.permissions import can, scopes_of
from budgets.enums import FROZEN_STATES, StepVerb, VersionState
from budgets.models import ProgrammingFile, ProgrammingLine, ProgrammingVersion
from budgets.rules.programming import takes_requests
from budgets.rules.rounds import rights_of
from budgets.services.programming_access import BY_REQUEST, BY_VERSION

_RIGHTS = {
    right
    for verb in StepVerb
    for is_version in (False, True)
    for right in rights_of(verb, is_version=is_version)
}


def takes_some_step(user: Any) -> bool:
    """Whether the policy opens some step of some version to `user`; a machine takes none."""
    return any(can(user, action, resource) for action, resource in _RIGHTS)


def may_take_on_version(actor: Any, version: ProgrammingVersion, verb: StepVerb) -> bool:
    """Whether the policy opens a step of a whole version: to who holds each of its lines.

    A director of one portfolio does not arbitrate the lines of another. One query a right.
    """
    lines = ProgrammingLine.objects.filter(programming_version=version).live()
    for action, resource in rights_of(verb, is_version=True):
        scopes = scopes_of(actor, action, resource)
        if scopes.everywhere:
            return True
        if not scopes.empty and not _outside(lines, actor, action, resource).exists():
            return True
    return False


def files_open_to(
    actor: Any,
    version: ProgrammingVersion,
    rights: Iterable[tuple[Action, str]],
    project_id: int | None = None,
) -> set[int]:
    """Return the projects on whose file `actor` holds one of the rights, among all or one.

    A file is open to who holds each of its lines that stand; one without a line, to who holds its
    project. Two queries a right.
    """
    files = ProgrammingFile.objects.filter(programming_version=version)
    lines = ProgrammingLine.objects.filter(programming_version=version).live()
    if project_id is not None:
        files, lines = files.filter(project=project_id), lines.filter(project=project_id)
    found: set[int] = set()
    for action, resource in rights:
        open_files = files.allowing(actor, action, resource)
        reached = set(open_files.order_by().values_list("project_id", flat=True))
        if reached and not scopes_of(actor, action, resource).everywhere:
            outside = _outside(lines, actor, action, resource)
            reached -= set(outside.values_list("project_id", flat=True))
        found |= reached
    return found


def steps_open_to(actor: Any, version: ProgrammingVersion) -> dict[int, set[StepVerb]]:
    """Return the steps that the policy opens on each file of a version, by project.

    Two queries a right of the policy, four of them, whatever the number of files.
    """
    by_right: dict[tuple[Action, str], set[int]] = {}
    found: dict[int, set[StepVerb]] = {}
    for verb in StepVerb:
        for right in rights_of(verb, is_version=False):
            if right not in by_right:
                by_right[right] = files_open_to(actor, version, [right])
            for project in by_right[right]:
                found.setdefault(project, set()).add(verb)
    return found


def _outside(lines: Any, actor: Any, action: str, resource: str) -> Any:
    inside = lines.allowing(actor, action, resource).order_by().values("pk")
    return lines.exclude(pk__in=inside).order_by()


def may_edit_file(actor: Any, file: ProgrammingFile) -> bool:
    """Whether `actor` may write in the lines of a file now: what the edits themselves refuse.

    Who holds the version, until the file is validated; its project manager, while the file is a
    draft in a draft of requests (ux E18).
    """
    version = file.programming_version
    if version.is_frozen or VersionState(file.state) in FROZEN_STATES:
        return False
    held = ((Action.UPDATE, BY_VERSION),)
    if files_open_to(actor, version, held, file.project_id):
        return True
    asked = ((Action.UPDATE, BY_REQUEST),)
    return (
        file.state == VersionState.DRAFT
        and takes_requests(version.kind, version.state)
        and bool(files_open_to(actor, version, asked, file.project_id))
    )
