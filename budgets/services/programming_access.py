"""Who writes in a version of the programming, and the lock that every write takes first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied

from accounts.enums import Action, Resource
from budgets.exceptions import RequestsClosed, VersionFrozen
from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.permissions import Place, closed_places
from budgets.rules.programming import takes_requests

REASON_LENGTH = 100
_BY_REQUEST, _BY_VERSION = Resource.PROGRAMMING_REQUEST, Resource.PROGRAMMING_VERSION


def lock_version(version_id: int) -> ProgrammingVersion:
    """Lock a version and return it; every write of its lines and cells begins so.

    It is the first lock, then come the nodes of the ceilings: who waits for a version holds
    nothing. Raises VersionFrozen.
    """
    rows = ProgrammingVersion.objects.select_for_update(of=("self",), no_key=True)
    version = rows.get(pk=version_id)
    if version.is_frozen:
        raise VersionFrozen(version=version.code)
    return version


def lines_to_write(
    actor: Any, version: ProgrammingVersion, ids: Collection[int]
) -> dict[int, ProgrammingLine]:
    """Return the named lines of a version, by id, once `actor` may write in all of them.

    A line that is not there, or not the caller's to see, is left out: the caller of this tells
    it. The budget officer writes where a version is held, a project manager for own projects in
    a draft of requests. Raises PermissionDenied, RequestsClosed. Three queries.
    """
    inside = ProgrammingLine.objects.filter(programming_version=version, pk__in=ids)
    seen = {
        line.pk: line
        for line in inside.visible_to(actor).select_related("node", "project").order_by("pk")
    }
    rows = ProgrammingLine.objects.filter(pk__in=seen)
    held = set(rows.allowing(actor, Action.UPDATE, _BY_VERSION).values_list("pk", flat=True))
    if held >= seen.keys():
        return seen
    asked = rows.allowing(actor, Action.UPDATE, _BY_REQUEST).values_list("pk", flat=True)
    if not held | set(asked) >= seen.keys():
        raise PermissionDenied
    if not takes_requests(version.kind, version.state):
        raise RequestsClosed(version=version.code)
    return seen


def closed_to(actor: Any, version: ProgrammingVersion, places: Sequence[Place]) -> set[int]:
    """Return the indexes of the places where `actor` may not put a line in this version."""
    closed = closed_places(actor, Action.UPDATE, _BY_VERSION, places)
    if closed and takes_requests(version.kind, version.state):
        left = sorted(closed)
        still = closed_places(actor, Action.CREATE, _BY_REQUEST, [places[index] for index in left])
        return {left[index] for index in still}
    return closed
