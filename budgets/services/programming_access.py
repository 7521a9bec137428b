"""Who writes in a version of the programming, and the lock that every write takes first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.enums import Action, Resource
from accounts.permissions import hats_of, stands_in_for
from budgets.enums import FROZEN_STATES, ExerciseState, VersionState
from budgets.exceptions import ExerciseClosed, RequestsClosed, VersionFrozen
from budgets.models import Exercise, ProgrammingFile, ProgrammingLine, ProgrammingVersion
from budgets.permissions import Place, closed_places
from budgets.rules.programming import takes_requests
from budgets.services.round_edits import refuse_closed_files

REASON_LENGTH = 100
BY_REQUEST, BY_VERSION = Resource.PROGRAMMING_REQUEST, Resource.PROGRAMMING_VERSION


def refuse_closed(fiscal_year: int, data_origin: str) -> None:
    """Raise ExerciseClosed when nothing of an exercise is programmed any more.

    An exercise that nobody recorded yet is open.
    """
    of = Exercise.objects.filter(fiscal_year=fiscal_year, data_origin=data_origin)
    if of.filter(state=ExerciseState.CLOSED).exists():
        raise ExerciseClosed(fiscal_year=fiscal_year)


def lock_version(version_id: int) -> ProgrammingVersion:
    """Lock a version and return it; every write of its lines and cells begins so.

    It is the first lock, then come the nodes of the ceilings: who waits for a version holds
    nothing. Raises VersionFrozen, ExerciseClosed.
    """
    rows = ProgrammingVersion.objects.select_for_update(of=("self",), no_key=True)
    version = rows.get(pk=version_id)
    if version.is_frozen:
        raise VersionFrozen(version=version.code)
    refuse_closed(version.fiscal_year, version.data_origin)
    return version


def lines_to_write(
    actor: Any, version: ProgrammingVersion, ids: Collection[int]
) -> dict[int, ProgrammingLine]:
    """Return the named lines of a version, by id, once `actor` may write in all of them.

    A line that is not there, or not the caller's to see, is left out: the caller of this tells
    it. The budget officer writes where a version is held, a project manager for own projects in
    a draft of requests, as long as their file takes it. Raises PermissionDenied, RequestsClosed,
    FileClosed. Four queries.
    """
    inside = ProgrammingLine.objects.filter(programming_version=version, pk__in=ids)
    seen = {
        line.pk: line
        for line in inside.visible_to(actor).select_related("node", "project").order_by("pk")
    }
    rows = ProgrammingLine.objects.filter(pk__in=seen)
    held = set(rows.allowing(actor, Action.UPDATE, BY_VERSION).values_list("pk", flat=True))
    projects = {pk: line.project_id for pk, line in seen.items()}
    if held >= seen.keys():
        refuse_closed_files(version, projects.values(), ())
        return seen
    asked = rows.allowing(actor, Action.UPDATE, BY_REQUEST).values_list("pk", flat=True)
    if not held | set(asked) >= seen.keys():
        raise PermissionDenied
    if not takes_requests(version.kind, version.state):
        raise RequestsClosed(version=version.code)
    by_request = [projects[pk] for pk in seen.keys() - held]
    refuse_closed_files(version, projects.values(), by_request)
    return seen


def writable_lines(actor: Any, version: ProgrammingVersion, lines: Any) -> set[int]:
    """Return the ids of the lines (a queryset) whose cells `actor` may write; three queries.

    Who holds the version writes until the file of the project is validated, its project manager
    while the file is a draft. This is what is offered: `lines_to_write` judges again.
    """
    if version.is_frozen:
        return set()
    rows = ProgrammingLine.objects.filter(pk__in=lines.order_by().values("pk"))
    files = ProgrammingFile.objects.filter(programming_version=version)
    validated = files.filter(state__in=sorted(FROZEN_STATES))
    held = rows.allowing(actor, Action.UPDATE, BY_VERSION)
    found = set(held.exclude(project__in=validated.values("project")).values_list("pk", flat=True))
    if takes_requests(version.kind, version.state):
        sent = files.exclude(state=VersionState.DRAFT)
        asked = rows.allowing(actor, Action.UPDATE, BY_REQUEST)
        found |= set(asked.exclude(project__in=sent.values("project")).values_list("pk", flat=True))
    return found


def closed_to(actor: Any, version: ProgrammingVersion, places: Sequence[Place]) -> set[int]:
    """Return the indexes of the places where `actor` may not put a line in this version.

    Raises FileClosed when the file of one of the others takes no line any more.
    """
    closed = closed_places(actor, Action.UPDATE, BY_VERSION, places)
    by_request: set[int] = set()
    if closed and takes_requests(version.kind, version.state):
        left = sorted(closed)
        still = closed_places(actor, Action.CREATE, BY_REQUEST, [places[index] for index in left])
        by_request = closed - {left[index] for index in still}
        closed -= by_request
    projects = {index: project.pk for index, (_, project) in enumerate(places) if project}
    opened = [pk for index, pk in projects.items() if index not in closed]
    refuse_closed_files(version, opened, [projects[one] for one in by_request if one in projects])
    return closed


def name_of_write(actor: Any, ids: Collection[int]) -> int | None:
    """Return in whose name `actor` writes in some lines, the first one: None in their own."""
    return next(iter(names_of_write(actor, ids).values()), None)


def names_of_write(actor: Any, ids: Collection[int]) -> dict[int, int]:
    """Return in whose name `actor` writes in each line that they do not write in their own.

    Own rights are used first; what is left is in the name of the first who lends a right to it.
    Two queries a name, none for who stands in for nobody.
    """
    found: dict[int, int] = {}
    if not stands_in_for(actor):
        return found
    left = set(ids)
    for name, worn in hats_of(actor):
        if not left:
            break
        rows = ProgrammingLine.objects.filter(pk__in=left)
        held: set[int] = set()
        for resource in (BY_VERSION, BY_REQUEST):
            opened = rows.allowing(worn, Action.UPDATE, resource)
            held |= set(opened.values_list("pk", flat=True))
        if name is not None:
            found |= dict.fromkeys(held, name)
        left -= held
    return found
