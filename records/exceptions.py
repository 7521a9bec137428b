"""Refusals of the records room."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class UndoNeedsTwo(DomainError):
    """Only the importer undoes a batch alone, and only within a day."""

    code = "undo_needs_two"
    message = _(
        "After 24 hours, or by anybody but its importer, an import is undone by two people."
    )


class UndoBlocked(DomainError):
    """Something is built on the batch."""

    code = "undo_blocked"
    message = _("Something is built on this import: %(what)s.")


class UndoNotOffered(DomainError):
    """The batch does not remember what it changed."""

    code = "undo_not_offered"
    message = _("This import cannot be undone: what it replaced was not kept.")


class WrongBatchState(DomainError):
    """The batch is not in a state that allows this."""

    code = "wrong_batch_state"
    message = _("The import is « %(state)s »: this cannot be done.")


class SecondPersonNeeded(DomainError):
    """Who asks for an undo does not confirm it."""

    code = "second_person_needed"
    message = _("Another person must confirm what you asked for.")
