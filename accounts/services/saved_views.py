"""Saved views: their owner edits them; a change by somebody else makes a copy."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import NotTheOwner, TooManyViews
from accounts.models import DefaultView, SavedView, User
from accounts.services.audit import record_event
from common.exceptions import StaleEdit

MOST_VIEWS = 100
_LONGEST = 80


@transaction.atomic
def save_view(
    *, actor: Any, list_name: str, name: str, query: str, is_shared: bool = False
) -> SavedView:
    """Give a name to the state of a list. Raises TooManyViews, ValidationError (name taken)."""
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    mine = SavedView.objects.owned_by(actor)
    if mine.count() >= MOST_VIEWS:
        raise TooManyViews(most=MOST_VIEWS)
    view = SavedView(
        owner_id=actor.pk, list_name=list_name, name=name.strip(), query=query, is_shared=is_shared
    )
    view.full_clean()
    view.save()
    return view


@transaction.atomic
def change_view(
    *, actor: Any, view: SavedView, query: str, version: int | None = None
) -> SavedView:
    """Put another state of the list in a view; somebody else's is left alone and copied.

    Returns the view that holds the change. Raises StaleEdit when `version` is not the one read.
    """
    if view.owner_id != actor.pk:
        name = free_name(actor, view.list_name, view.name)
        return save_view(actor=actor, list_name=view.list_name, name=name, query=query)
    mine = _locked(view, version)
    mine.query = query
    return _kept(mine)


@transaction.atomic
def rename_view(
    *, actor: Any, view: SavedView, name: str, is_shared: bool, version: int | None = None
) -> SavedView:
    """Name a view again, share it or keep it. Raises NotTheOwner, StaleEdit, ValidationError."""
    mine = _locked(_owned(actor, view), version)
    mine.name = name.strip()
    mine.is_shared = is_shared
    return _kept(mine)


@transaction.atomic
def delete_view(*, actor: Any, view: SavedView) -> None:
    """Delete one's own view; whoever had it first sees the plain list. Raises NotTheOwner."""
    mine = _locked(_owned(actor, view), None)
    record_event(
        actor=actor, verb="deleted", object_kind="saved_view", object_code=mine.name[:_LONGEST]
    )
    mine.delete()


@transaction.atomic
def choose_default_view(*, actor: Any, list_name: str, view: SavedView | None) -> None:
    """Open a list on a view from now on; None comes back to the plain list."""
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    DefaultView.objects.filter(user_id=actor.pk, list_name=list_name).delete()
    if view is not None:
        chosen = DefaultView(user_id=actor.pk, list_name=list_name, view=view)
        chosen.full_clean()
        chosen.save()


def free_name(actor: Any, list_name: str, name: str) -> str:
    """Return a name that the person does not use yet: “Late”, “Late (copy)”, “Late (copy 2)”."""
    taken = {
        known.lower()
        for known in SavedView.objects.owned_by(actor)
        .of_list(list_name)
        .values_list("name", flat=True)
    }
    candidate, number = name, 0
    while candidate.lower() in taken or number == 0:
        number += 1
        suffix = _("copy") if number == 1 else _("copy %(number)s") % {"number": number}
        tail = f" ({suffix})"
        candidate = name[: _LONGEST - len(tail)] + tail
    return candidate


def _owned(actor: Any, view: SavedView) -> SavedView:
    if view.owner_id != actor.pk:
        raise NotTheOwner()
    return view


def _locked(view: SavedView, version: int | None) -> SavedView:
    row = SavedView.objects.select_for_update(of=("self",)).get(pk=view.pk)
    if version is not None and row.version != version:
        raise StaleEdit()
    return row


def _kept(view: SavedView) -> SavedView:
    view.version += 1
    view.full_clean()
    view.save()
    return view
