"""« Voir comme »: what a person may do, and their pages, read only, for the one who grants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from accounts.enums import Action, Reach, Resource
from accounts.models import Grant, User
from accounts.permissions import can, covers, grants_of, scopes_of
from accounts.services.audit import record_event
from common.fiscal import today
from web.grants.views import SECTION
from web.mixins import PageView

SESSION_KEY = "viewed_as"


@dataclass(frozen=True)
class Right:
    """One object, and what may be done with it: (verb, how far)."""

    resource: str
    verbs: list[tuple[str, str]]


def rights_of(user: Any) -> list[Right]:
    """Return what a person may do, object by object, in words."""
    found = []
    for resource in Resource:
        verbs = [
            (str(action.label), reach_words(scopes))
            for action in Action
            if not (scopes := scopes_of(user, action, resource)).empty
        ]
        found.append(Right(str(resource.label), verbs))
    return found


def reach_words(scopes: Any) -> str:
    """Return how far some scopes reach, in words."""
    if scopes.everywhere:
        return _("everything")
    return " · ".join(
        f"{Reach(reach).label} ({', '.join(sorted(code or _('everything') for code in codes))})"
        for reach, codes in sorted(scopes.codes.items())
    )


def viewed_person(user: Any, username: str) -> User:
    """Return somebody whose grants `user` may read; Http404 otherwise."""
    person = get_object_or_404(User, username=username, is_machine=False)
    if can(user, Action.VALIDATE, Resource.GRANT):
        return person
    if not Grant.objects.all().visible_to(user).filter(user=person).exists():
        raise Http404
    return person


class RightsView(PageView):
    """What a person may do: the policy read for them."""

    section = SECTION
    template_name = "web/grants/rights.html"
    needs = (Action.VIEW_AS, Resource.GRANT)

    def get(self, request: HttpRequest, username: str) -> HttpResponse:
        """Show the rights."""
        person = viewed_person(request.user, username)
        held = Grant.objects.filter(user=person).active_on(today()).order_by("role")
        return self.page(
            {
                "person": person,
                "held": held,
                "rights": rights_of(person),
                "may_view": bool(grants_of(person)) and covers(request.user, person),
            }
        )

    def post(self, request: HttpRequest, username: str) -> HttpResponse:
        """Begin to see the site as this person, read only."""
        person = viewed_person(request.user, username)
        if person.pk == request.user.pk or not person.is_active:
            raise PermissionDenied
        if not (grants_of(person) and covers(request.user, person)):
            raise PermissionDenied
        request.session[SESSION_KEY] = person.pk
        record_event(
            actor=request.user, verb="viewing_as", object_kind="user", object_code=person.username
        )
        return redirect("web:dashboard")


class StopViewingView(PageView):
    """Back to one's own pages."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Stop."""
        request.session.pop(SESSION_KEY, None)
        return redirect("web:grants")
