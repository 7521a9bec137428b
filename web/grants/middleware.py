"""While one sees the site as somebody else: their rights, read only, and nothing hidden."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.enums import Action, Resource
from accounts.models import User
from accounts.permissions import can, covers
from web.grants.viewing import SESSION_KEY

STOP = "/habilitations/fin-de-vue/"
# What keeps one's own identity: leaving, and the API, which answers for the log-in itself.
OWN = (STOP, "/deconnexion/", "/api/", "/compte/")


class ViewAsMiddleware:
    """Replace the person of the request by the one who is looked at.

    The right is checked again at each request: it ends with the grant that gives it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the person looked at would be answered."""
        pk = request.session.get(SESSION_KEY) if request.user.is_authenticated else None
        if pk is None or request.path.startswith(OWN):
            return self.get_response(request)
        viewer = request.user
        target = User.objects.filter(pk=pk, is_active=True).first()
        granting = can(viewer, Action.VIEW_AS, Resource.GRANT)
        if target is None or not granting or not covers(viewer, target):
            del request.session[SESSION_KEY]
            return self.get_response(request)
        if request.method not in ("GET", "HEAD") or request.GET.get("format"):
            raise PermissionDenied
        target.viewed_by = viewer  # type: ignore[attr-defined]
        request.user = target
        return self.get_response(request)
