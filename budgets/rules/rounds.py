"""The rules of the steps: where each leads, who may take it, what it binds to, what voids it.

Sources: domain §1.9 (states, return with a reason), `reliability.md` §3.2 (who), §3.3 (nobody
approves what they submitted; an approval binds to a content digest).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.enums import Action, Resource, Role
from budgets.enums import (
    APPROVALS,
    FILE_STEPS,
    FROZEN_STATES,
    VERSION_STEPS,
    StepVerb,
    VersionKind,
    VersionState,
)

_REQUEST, _VERSION = Resource.PROGRAMMING_REQUEST, Resource.PROGRAMMING_VERSION
# The cell of the policy by which a step is open, on the file of a project; any of them is enough.
_FILE_RIGHTS: dict[StepVerb, tuple[tuple[Action, Resource], ...]] = {
    StepVerb.SUBMIT: ((Action.SUBMIT, _REQUEST), (Action.SUBMIT, _VERSION)),
    StepVerb.RETURN: ((Action.VALIDATE, _REQUEST), (Action.VALIDATE, _VERSION)),
    StepVerb.REVIEW: ((Action.VALIDATE, _REQUEST),),
    StepVerb.ARBITRATE: ((Action.VALIDATE, _VERSION),),
    StepVerb.VALIDATE: ((Action.VALIDATE, _REQUEST),),
}
# The same on a whole version. A controller attests the sustainability of credits (§3.2, note 3).
_VERSION_RIGHTS: dict[StepVerb, tuple[tuple[Action, Resource], ...]] = {
    StepVerb.SUBMIT: ((Action.SUBMIT, _VERSION),),
    StepVerb.RETURN: ((Action.SUBMIT, _VERSION), (Action.VALIDATE, _VERSION)),
    StepVerb.ARBITRATE: ((Action.VALIDATE, _VERSION),),
    StepVerb.ATTEST: ((Action.VALIDATE, Resource.CREDIT),),
    StepVerb.VALIDATE: ((Action.VALIDATE, _VERSION),),
    StepVerb.NOTIFY: ((Action.SUBMIT, _VERSION),),
    StepVerb.ARCHIVE: ((Action.SUBMIT, _VERSION),),
}
# Who has to act on a file in each state; on a submitted one, until it was examined.
_FILE_HOLDERS = {
    VersionState.DRAFT: Role.PROJECT_MANAGER,
    VersionState.SUBMITTED: Role.BUDGET_OFFICER,
    VersionState.ARBITRATED: Role.BUDGET_OFFICER,
}
_VERSION_HOLDERS = {
    VersionState.DRAFT: Role.BUDGET_OFFICER,
    VersionState.SUBMITTED: Role.PORTFOLIO_DIRECTOR,
    VersionState.ARBITRATED: Role.MANAGEMENT_CONTROLLER,
    VersionState.VALIDATED: Role.BUDGET_OFFICER,
    VersionState.NOTIFIED: Role.BUDGET_OFFICER,
}
# The states of the version in which its files move; from its arbitration on they are validated.
_OPEN_STATES = frozenset({VersionState.DRAFT, VersionState.SUBMITTED})
# What the state of each file must be for a step of the version.
_NOT_DRAFT = frozenset(VersionState) - {VersionState.DRAFT}
_DECIDED = _NOT_DRAFT - {VersionState.SUBMITTED}
_ASKED_OF_FILES = {
    StepVerb.SUBMIT: _NOT_DRAFT,
    StepVerb.ARBITRATE: _DECIDED,
    StepVerb.VALIDATE: _DECIDED,
}
# What an edit voids when it changes the content: the approvals, and the examination.
_BOUND = APPROVALS | {StepVerb.REVIEW}
# The programming that is sent to the budget controller, and its updates (GBCP art. 91-II, 94-2°).
COMPARED_KINDS = frozenset(
    {VersionKind.INITIAL, VersionKind.CRG1, VersionKind.CRG2, VersionKind.YEAR_END}
)


def reached(verb: str, state: str, *, is_version: bool) -> VersionState | None:
    """Return the state that a step leads to from another; None when it does not leave it."""
    steps = VERSION_STEPS if is_version else FILE_STEPS
    return steps.get(StepVerb(verb), {}).get(VersionState(state))


def steps_from(state: str, *, is_version: bool) -> list[StepVerb]:
    """Return the steps that people may take from a state, in their usual order."""
    steps = VERSION_STEPS if is_version else FILE_STEPS
    return [
        verb
        for verb in StepVerb
        if verb != StepVerb.VOID and VersionState(state) in steps.get(verb, {})
    ]


def rights_of(verb: str, *, is_version: bool) -> tuple[tuple[Action, Resource], ...]:
    """Return the cells of the policy that open a step, any of them; none for `void`."""
    rights = _VERSION_RIGHTS if is_version else _FILE_RIGHTS
    return rights.get(StepVerb(verb), ())


def file_moves_in(verb: str, version_state: str) -> bool:
    """Whether a step of a file is taken while its version is in this state.

    Files move until the version is arbitrated; then they are only validated, until it is.
    """
    state = VersionState(version_state)
    if verb == StepVerb.VALIDATE:
        return state not in FROZEN_STATES
    return state in _OPEN_STATES


def files_allow(verb: str, state: str) -> bool:
    """Whether a file in this state lets its version take a step."""
    asked = _ASKED_OF_FILES.get(StepVerb(verb))
    return asked is None or VersionState(state) in asked


def state_after_edit(state: str) -> VersionState:
    """Return the state that an edit leaves: an arbitration given on another content is void.

    What was submitted stays so: it is arbitrated again, on the new content.
    """
    known = VersionState(state)
    return VersionState.SUBMITTED if known == VersionState.ARBITRATED else known


def holder_of_file(state: str, *, is_reviewed: bool) -> str:
    """Return the role that has to act on a file; empty once nothing is left to do."""
    if state == VersionState.SUBMITTED and is_reviewed:
        return Role.PORTFOLIO_DIRECTOR.value
    found = _FILE_HOLDERS.get(VersionState(state))
    return found.value if found else ""


def holder_of_version(state: str, *, is_attested: bool) -> str:
    """Return the role that has to act on a version; empty once it is archived."""
    if state == VersionState.ARBITRATED and is_attested:
        return Role.PORTFOLIO_DIRECTOR.value
    found = _VERSION_HOLDERS.get(VersionState(state))
    return found.value if found else ""


@dataclass(frozen=True, slots=True)
class Content:
    """A line as a digest reads it: names instead of ids, cents by rank and cell.

    `lineage` names the line in every version and database.
    """

    lineage: str
    texts: Mapping[str, str | int | bool | None]
    amounts: Mapping[int, Mapping[str, int | None]] = field(default_factory=dict)

    def canonical(self) -> bytes:
        """Return the same bytes for the same line: an amount that is not said is left out."""
        said = {
            str(rank): {cell: cents for cell, cents in cells.items() if cents is not None}
            for rank, cells in self.amounts.items()
        }
        row = {
            "lineage": self.lineage,
            "texts": dict(self.texts),
            "amounts": {rank: cells for rank, cells in said.items() if cells},
        }
        return json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def content_digest(lines: Iterable[Content]) -> str:
    """Return the sha256 of lines and amounts, whatever their order and their database."""
    found = hashlib.sha256(b"programming 1\n")
    for line in sorted(one.canonical() for one in lines):
        found.update(line + b"\n")
    return found.hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as the rules read it; `project` is None for one of the whole version."""

    pk: int
    verb: str
    digest: str
    project: int | None
    actor: int
    on_behalf_of: int | None = None

    @property
    def people(self) -> frozenset[int]:
        """Return who took it, and for whom."""
        return frozenset(one for one in (self.actor, self.on_behalf_of) if one is not None)


def standing(steps: Sequence[Taken], digest: str) -> list[Taken]:
    """Return the approvals and examinations that stand, of one file or of one version.

    `steps` are those of the file or version, the oldest first. A return and an edit end those
    before them, and one given on another content than `digest` is void.
    """
    found: list[Taken] = []
    for step in steps:
        if step.verb in (StepVerb.RETURN, StepVerb.VOID):
            found = []
        elif step.verb in _BOUND and step.digest == digest:
            found.append(step)
    return found


def void_steps(steps: Sequence[Taken], digest: str) -> set[int]:
    """Return the ids of the approvals and examinations that do not stand any more."""
    kept = {step.pk for step in standing(steps, digest)}
    return {step.pk for step in steps if step.verb in _BOUND} - kept


def is_given(steps: Sequence[Taken], digest: str, verb: str) -> bool:
    """Whether an approval or an examination of this verb stands on this content."""
    return any(step.verb == verb for step in standing(steps, digest))


def submissions(steps: Iterable[Taken]) -> dict[int | None, set[int]]:
    """Return who submitted what is submitted, by project, None for the version itself.

    `steps` are those of a version, the oldest first; what was returned since counts no more.
    """
    found: dict[int | None, set[int]] = {}
    for step in steps:
        if step.verb == StepVerb.RETURN:
            found.pop(step.project, None)
        elif step.verb == StepVerb.SUBMIT:
            found.setdefault(step.project, set()).update(step.people)
    return found


def submitters(steps: Iterable[Taken], project: int | None) -> frozenset[int]:
    """Return who submitted a file, or a version and its files, in person or for whom.

    `steps` are all those of the version, the oldest first.
    """
    found = submissions(steps)
    if project is not None:
        return frozenset(found.get(project, ()))
    return frozenset(person for people in found.values() for person in people)
