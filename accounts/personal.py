"""What is read about one person: their team, their choices, the views that they may open."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from accounts.enums import Role
from accounts.models import DefaultView, Grant, Preferences, SavedView
from accounts.permissions import grants_of
from common.fiscal import today

# A machine has no team; a partner whose grant names no entity is nobody's colleague.
_ALONE = frozenset({Role.API_CLIENT.value})


def preferences_of(user: Any) -> Preferences | None:
    """Return the choices of a person, None when they made none; one query."""
    if not user.is_authenticated or getattr(user, "is_machine", False):
        return None
    return Preferences.objects.filter(user_id=user.pk).first()


def team_of(user: Any) -> set[int]:
    """Return the ids of the people who hold a grant in force on a scope of `user`, themself too.

    A scope is one node of the portfolio, of the nomenclature, or one entity; a grant that names
    none is on the whole house, and all those who hold one form a team. Two queries at most.
    """
    condition = Q(pk__in=())
    for grant in grants_of(user):
        if grant.behalf is not None:
            continue  # whoever stands in for somebody does not join their team
        if grant.role in _ALONE or (grant.role == Role.PARTNER and not grant.scope_code):
            continue
        if grant.scope_code:
            condition |= Q(scope_kind=grant.scope_kind, scope_code=grant.scope_code)
        else:
            condition |= Q(scope_code="") & ~Q(role=Role.PARTNER)
    rows = Grant.objects.active_on(today()).filter(condition).exclude(role__in=_ALONE)
    return {user.pk, *rows.values_list("user_id", flat=True)}


def views_of(user: Any, list_name: str) -> list[SavedView]:
    """Return the views of a list that a person may open: theirs first, then their team's."""
    rows = SavedView.objects.of_list(list_name).filter(
        Q(owner_id=user.pk) | Q(is_shared=True, owner_id__in=team_of(user))
    )
    return sorted(
        rows.select_related("owner"), key=lambda view: (view.owner_id != user.pk, view.name.lower())
    )


def openable_view(user: Any, pk: int) -> SavedView | None:
    """Return a view that a person may open, None otherwise."""
    view = SavedView.objects.select_related("owner").filter(pk=pk).first()
    if view is None or view.owner_id == user.pk:
        return view
    return view if view.is_shared and view.owner_id in team_of(user) else None


def default_view_of(user: Any, list_name: str) -> SavedView | None:
    """Return the view that a person wants first on a list, if they may still open it."""
    chosen = DefaultView.objects.filter(user_id=user.pk, list_name=list_name).first()
    return openable_view(user, chosen.view_id) if chosen else None
