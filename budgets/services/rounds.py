"""Take the steps of the programming: on the file of a project, or on a whole version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import hats_of, stands_in_for
from accounts.services.audit import record_event
from budgets.enums import (
    APPROVALS,
    FROZEN_STATES,
    StepVerb,
    VersionBasis,
    VersionKind,
    VersionState,
)
from budgets.exceptions import OwnSubmission, StepRefused
from budgets.models import ProgrammingFile, ProgrammingStep, ProgrammingVersion
from budgets.rules.rounds import Taken, file_moves_in, reached, rights_of, submitters
from budgets.services.programming_versions import create_version
from budgets.services.round_checks import check_version_step
from budgets.services.round_content import digest_of_file, digests_of, open_files, steps_of
from budgets.services.round_edits import move_file, move_version, write_step
from budgets.services.round_news import tell_file, tell_version
from budgets.services.round_rights import files_open_to, may_take_on_version
from common.exceptions import DomainError, StaleEdit
from projects.models import Project
from projects.services.figures import mark_figures_changed

# How many files one call moves.
MOST_FILES = 1_000


@transaction.atomic
def take_step(
    *,
    actor: Any,
    version_id: int,
    verb: str,
    project_id: int | None = None,
    reason: str = "",
    expected_version: int,
    expected_digest: str = "",
    override_reason: str = "",
) -> ProgrammingStep:
    """Take a step on the file of a project, or on the whole version without `project_id`.

    `expected_version` is that of the file, or of the version, and `expected_digest` the content
    that was looked at, if said. The version is locked first; a validation locks all those of the
    exercise, by ascending ids. Raises ProgrammingFile.DoesNotExist (no such file, or none to
    see), PermissionDenied, StaleEdit, StepRefused, ValidationError (a return without a reason),
    OwnSubmission, and what `check_version_step` raises.
    """
    known = StepVerb(verb)
    version = _lock(version_id, is_validation=project_id is None and known == StepVerb.VALIDATE)
    if not version.is_frozen:
        open_files(version.pk)
    file = None if project_id is None else _file(actor, version, project_id)
    name = _name_of_right(actor, version, project_id, known)
    states = _states(version, file, known, expected_version)
    digest = digests_of(version.pk)[0] if file is None else digest_of_file(file)
    if expected_digest and expected_digest != digest:
        raise StaleEdit(code=version.code)
    if known == StepVerb.RETURN and not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    steps = _other_steps(actor, version, project_id, known)
    if file is None:
        check_version_step(actor, version, known, steps, digest, override_reason)
    step = write_step(
        actor=actor, version=version, project_id=project_id, verb=known, states=states,
        reason=reason, digest=digest, on_behalf_of=name,
    )  # fmt: skip
    if file is None:
        _move_whole(version, states[1], known)
    else:
        move_file(file, states[1], is_reviewed=known == StepVerb.REVIEW)
    _tell(step, version, file)
    if file is None and known == StepVerb.VALIDATE:
        _make_stale(actor, version)
    return step


def _make_stale(actor: Any, version: ProgrammingVersion) -> None:
    """Ask for the figures again: the indicators read the version of record, where a project that
    it does not name has nothing programmed.
    """
    projects = Project.objects.filter(data_origin=version.data_origin)
    mark_figures_changed(projects.values_list("pk", flat=True), actor=actor)


def _lock(version_id: int, *, is_validation: bool) -> ProgrammingVersion:
    """Lock a version; to be validated, all those of its exercise, the one of record among them."""
    rows = ProgrammingVersion.objects.select_for_update(of=("self",), no_key=True)
    if not is_validation:
        return rows.get(pk=version_id)
    of = ProgrammingVersion.objects.values_list("fiscal_year", "data_origin").get(pk=version_id)
    same = rows.filter(fiscal_year=of[0], data_origin=of[1]).order_by("pk")
    return next(version for version in same if version.pk == version_id)


def _file(actor: Any, version: ProgrammingVersion, project_id: int) -> ProgrammingFile:
    """Return a file that `actor` sees; nothing moves it while its version is locked."""
    files = ProgrammingFile.objects.all().visible_to(actor).select_related("project__manager")
    return files.get(programming_version=version, project_id=project_id)


def _name_of_right(
    actor: Any, version: ProgrammingVersion, project_id: int | None, verb: StepVerb
) -> int | None:
    """Return in whose name `actor` takes a step, None in their own; refuse who may not.

    The right is that of one name, whole: what one holds and what one is lent do not add up.
    """
    rights = rights_of(verb, is_version=project_id is None)
    if not rights:
        raise ValidationError({"verb": _("Nobody takes this step there.")})
    for name, worn in hats_of(actor):
        if project_id is None:
            allowed = may_take_on_version(worn, version, verb)
        else:
            allowed = bool(files_open_to(worn, version, rights, project_id))
        if allowed:
            return name
    raise PermissionDenied


def _other_steps(
    actor: Any, version: ProgrammingVersion, project_id: int | None, verb: StepVerb
) -> list[Taken]:
    """Return the steps of the same file or version, once `actor` approves nothing of their own.

    Nor of anybody that they stand in for today, in whichever name they decide (§3.3, 1 and H4).
    """
    steps = steps_of(version.pk)
    people = {actor.pk, *stands_in_for(actor)}
    if verb in APPROVALS and people & submitters(steps, project_id):
        raise OwnSubmission
    return [step for step in steps if step.project == project_id]


def _states(
    version: ProgrammingVersion,
    file: ProgrammingFile | None,
    verb: StepVerb,
    expected_version: int,
) -> tuple[VersionState, VersionState]:
    """Return the state that a step leaves and the one that it reaches, or refuse it."""
    target = file or version
    code = file.project.code if file else version.code
    if target.version != expected_version:
        raise StaleEdit(code=code, expected=expected_version, current=target.version)
    left = VersionState(target.state)
    to = reached(verb, left, is_version=file is None)
    if to is None:
        raise StepRefused(code=code, state=left.label, step=verb.label)
    if file is not None and not file_moves_in(verb, version.state):
        raise StepRefused(
            code=version.code, state=VersionState(version.state).label, step=verb.label
        )
    return left, to


def _move_whole(version: ProgrammingVersion, state: VersionState, verb: StepVerb) -> None:
    """Move a version; validated, it takes the place of the one of record, and its files follow."""
    if verb == StepVerb.VALIDATE:
        former = ProgrammingVersion.objects.filter(
            fiscal_year=version.fiscal_year, data_origin=version.data_origin, is_of_record=True
        )
        for one in former:
            one.is_of_record = False
            move_version(one, VersionState(one.state), f"{version.code}: {verb.label}")
        version.is_of_record = True
    move_version(version, state, str(verb.label))
    if state in FROZEN_STATES:
        # The step of the version is that of its files, each of which it decides on.
        files = ProgrammingFile.objects.filter(programming_version=version).exclude(state=state)
        for file in files.order_by("pk"):
            move_file(file, state, is_reviewed=False)


def _tell(step: ProgrammingStep, version: ProgrammingVersion, file: ProgrammingFile | None) -> None:
    record_event(
        actor=step.actor,
        verb=f"step_{step.verb}",
        object_kind="programming_version",
        object_code=version.code,
        detail={
            "project": file.project.code if file else "",
            "state": step.to_state,
            "reason": step.reason,
            "digest": step.content_digest,
        },
        on_behalf_of=step.on_behalf_of_id,
    )
    if file is not None:
        tell_file(step, file)
    else:
        tell_version(step, version)


@dataclass(frozen=True, kw_only=True)
class FileStep:
    """One file of a list to move: its project, and the version that was looked at."""

    project_id: int
    expected_version: int


@dataclass(frozen=True, kw_only=True)
class FileResult:
    """What became of a file of a list; `error` is why it did not move."""

    project_id: int
    step: ProgrammingStep | None = None
    error: Exception | None = None


def take_steps(
    *, actor: Any, version_id: int, verb: str, files: Sequence[FileStep], reason: str = ""
) -> list[FileResult]:
    """Take the same step on many files of a version: each moves or not, and says why.

    Each is a transaction of its own. Raises ValidationError beyond `MOST_FILES`.
    """
    if not 0 < len(files) <= MOST_FILES:
        raise ValidationError(_("From one to a thousand rows are expected."))
    return [_each(actor, version_id, verb, one, reason) for one in files]


def _each(actor: Any, version_id: int, verb: str, one: FileStep, reason: str) -> FileResult:
    try:
        step = take_step(
            actor=actor, version_id=version_id, project_id=one.project_id, verb=verb,
            reason=reason, expected_version=one.expected_version,
        )  # fmt: skip
    except (
        DomainError, PermissionDenied, ValidationError, ProgrammingFile.DoesNotExist,
    ) as error:  # fmt: skip
        return FileResult(project_id=one.project_id, error=error)
    return FileResult(project_id=one.project_id, step=step)


@transaction.atomic
def start_next(*, actor: Any, version_id: int, kind: str = "") -> ProgrammingVersion:
    """Start the version that follows another: a draft that holds its lines with their lineage.

    Its kind is the next one of the exercise unless `kind` says it; the last round is followed by
    another one of its kind. Raises what `create_version` raises.
    """
    former = ProgrammingVersion.objects.visible_to(actor).get(pk=version_id)
    order = list(VersionKind)
    following = order[min(order.index(VersionKind(former.kind)) + 1, len(order) - 1)]
    return create_version(
        actor=actor,
        fiscal_year=former.fiscal_year,
        kind=kind or following,
        basis=VersionBasis.VERSION,
        former=former,
        data_origin=former.data_origin,
    )
