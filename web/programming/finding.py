"""The version that an address names, and what a person may do of it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Value, When
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import VersionState
from budgets.models import ProgrammingFile, ProgrammingVersion
from common.models import DataOrigin
from web.mixins import PageView

READ = (Action.READ, Resource.PROGRAMMING_VERSION)
_FIRST_ORIGIN = Case(
    *(When(data_origin=origin, then=Value(rank)) for rank, origin in enumerate(DataOrigin.values)),
    default=Value(len(DataOrigin.values)),
)
_WRITING = (
    (Action.UPDATE, Resource.PROGRAMMING_VERSION),
    (Action.UPDATE, Resource.PROGRAMMING_REQUEST),
)


def writes(user: Any) -> bool:
    """Whether a person writes in some line of some version."""
    return any(can(user, *needs) for needs in _WRITING)


class VersionPage(PageView):
    """A page of a version of the programming, named by its exercise and number.

    `version` is read before the verb, for who may open the page.
    """

    section = "movements"
    needs: tuple[str, str] = READ
    version: ProgrammingVersion
    # What is for those who write alone, by its method.
    writing: tuple[str, ...] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Read the version that the address names, unless the page is refused."""
        if request.method in self.writing and not writes(request.user):
            raise PermissionDenied
        if can(request.user, *self.needs):
            self.version = self.version_named(kwargs)
        return super().dispatch(request, *args, **kwargs)

    def version_named(self, named: dict[str, Any]) -> ProgrammingVersion:
        """Take what names the version out of the address, and return it; Http404 unseen."""
        return find_version(self.request, named.pop("year"), named.pop("number"))

    def url(self, name: str, *more: Any) -> str:
        """Return the address of a page of this version."""
        return version_url(self.version, name, *more)


def find_version(request: HttpRequest, year: int, number: int) -> ProgrammingVersion:
    """Return a version by its exercise and number, of the origin that the address names.

    Several origins may have it: operational figures first. Raises Http404.
    """
    rows = ProgrammingVersion.objects.visible_to(request.user).select_related("parent")
    rows = rows.filter(fiscal_year=year, number=number)
    if origin := request.GET.get("origin"):
        return get_object_or_404(rows, data_origin=origin)
    found = rows.order_by(_FIRST_ORIGIN).first()
    return found or get_object_or_404(rows)


def find_file(user: Any, pk: int) -> ProgrammingFile:
    """Return what a project holds in a version; Http404 without one to see."""
    rows = ProgrammingFile.objects.all().visible_to(user)
    return get_object_or_404(rows.select_related("project", "programming_version"), pk=pk)


def version_url(version: ProgrammingVersion, name: str, *more: Any) -> str:
    """Return the address of a page of a version; operational ones need not say their origin."""
    path = reverse(f"web:{name}", args=[version.fiscal_year, version.number, *more])
    if version.data_origin == DataOrigin.OPERATIONAL:
        return path
    return f"{path}?origin={version.data_origin}"


def badge_of(version: ProgrammingVersion) -> str:
    """Return the look of the state of a version."""
    if version.state == VersionState.DRAFT:
        return "new"
    return "success" if version.is_frozen else "info"
