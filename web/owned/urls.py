"""Addresses of the life of a record, for the urls.py of each area."""

from __future__ import annotations

from django.urls import URLPattern, path

from web.owned.history import OwnedHistoryView
from web.owned.merging import MergeView, UndoMergeView
from web.owned.pages import OwnedPages
from web.owned.views import OwnedCreateView, OwnedEditView, OwnedMoveView


def owned_urls(prefix: str, pages: OwnedPages) -> list[URLPattern]:
    """Return the addresses to create, edit, move and read the history of a kind of record.

    They come before the address of the sheet: `nouveau` is no code.
    """
    name = pages.name
    return [
        path(f"{prefix}/nouveau/", OwnedCreateView.as_view(pages=pages), name=f"{name}_create"),
        *life_urls(prefix, pages),
        path(
            f"{prefix}/<str:code>/modifier/",
            OwnedEditView.as_view(pages=pages),
            name=f"{name}_edit",
        ),
    ]


def life_urls(prefix: str, pages: OwnedPages) -> list[URLPattern]:
    """Return the addresses of the moves and of the history alone."""
    name = pages.name
    return [
        path(
            f"{prefix}/<str:code>/etat/<slug:word>/",
            OwnedMoveView.as_view(pages=pages),
            name=f"{name}_move",
        ),
        path(
            f"{prefix}/<str:code>/historique/",
            OwnedHistoryView.as_view(pages=pages),
            name=f"{name}_history",
        ),
    ]


def merge_urls(prefix: str, pages: OwnedPages) -> list[URLPattern]:
    """Return the addresses to merge a duplicate, and to undo a merge."""
    name = pages.name
    return [
        path(
            f"{prefix}/<str:code>/fusionner/", MergeView.as_view(pages=pages), name=f"{name}_merge"
        ),
        path(
            f"{prefix}/<str:code>/fusions/<int:pk>/annuler/",
            UndoMergeView.as_view(pages=pages),
            name=f"{name}_merge_undo",
        ),
    ]
