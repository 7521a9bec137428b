"""What an area says of the records that its people own, for the pages of `web.owned`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.enums import Action
from accounts.permissions import can
from accounts.services.owned import RecordKind
from web.listing import Text

# The word of the address of each move, its action in the policy, and the states it leaves.
MOVE_WORDS = {
    "publier": ("publish", Action.UPDATE, ("draft",)),
    "cloturer": ("close", Action.CLOSE, ("open",)),
    "rouvrir": ("reopen", Action.CLOSE, ("closed",)),
    "archiver": ("archive", Action.CLOSE, ("closed",)),
    "desarchiver": ("unarchive", Action.CLOSE, ("archived",)),
    "supprimer": ("delete", Action.DELETE, ("draft",)),
}


@dataclass(frozen=True)
class OwnedPages:
    """A kind of record: its section of the menu, its forms, its addresses.

    `form_class` takes the data, the user and the initial values; its fields are those of
    `kind.editable`. `list_name` and `name` are the names of the list and of the sheet; the other
    pages are `<name>_create`, `<name>_edit`, `<name>_move` and `<name>_history`. `moves`
    are those of these pages.
    """

    kind: RecordKind
    resource: str
    section: str
    name: str
    list_name: str
    form_class: type[forms.Form]
    words: dict[str, Text]
    mergeable: bool = False
    moves: tuple[str, ...] = ("publish", "close", "reopen", "archive", "unarchive", "delete")

    def visible(self, user: Any, code: str) -> Any:
        """Return the record that `user` may read.

        Who reads none of them is refused (PermissionDenied); one out of reach is not there.
        """
        if not can(user, Action.READ, self.resource):
            raise PermissionDenied
        rows = self.kind.model._default_manager.all().visible_to(user)
        return get_object_or_404(rows, code=code)

    def may(self, user: Any, record: Any, action: str) -> bool:
        """Whether `user` may do `action` on this very record."""
        rows = self.kind.model._default_manager.all().allowing(user, action)
        found: bool = rows.filter(pk=record.pk).exists()
        return found

    def sheet(self, record: Any) -> str:
        """Return the address of the sheet."""
        return reverse(f"web:{self.name}", args=[record.code])

    def actions(self, user: Any, record: Any) -> list[dict[str, Any]]:
        """Return what `user` may do with the record in its state: words and addresses."""
        found = []
        if (
            "close" in self.moves
            and record.state in ("draft", "open")
            and self.may(user, record, Action.UPDATE)
        ):
            url = reverse(f"web:{self.name}_edit", args=[record.code])
            found.append({"key": "edit", "url": url})
        allowed = {
            action: self.may(user, record, action)
            for action in {action for _move, action, states in MOVE_WORDS.values()
                           if record.state in states}
        }  # fmt: skip
        for word, (move, action, states) in MOVE_WORDS.items():
            if move in self.moves and record.state in states and allowed[action]:
                url = reverse(f"web:{self.name}_move", args=[record.code, word])
                found.append({"key": move, "url": url})
        if self.mergeable and record.state == "open" and self.may(user, record, Action.MERGE):
            found.append(
                {"key": "merge", "url": reverse(f"web:{self.name}_merge", args=[record.code])}
            )
        return found
