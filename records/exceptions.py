"""Refusals of the records room.

DomainError
├── FileRefused          the content is not of a type that is kept, or says otherwise than its name
├── ScanRefused          the virus scanner says no, or does not answer
├── AlteredFile          the stored file is not the one that was received
├── Withdrawn            the document or comment was withdrawn: it is read only
├── TooLateToEdit        a comment is edited by its author within a quarter of an hour
├── NotTheAuthor         somebody else's comment
├── ReplyToReply         answers have one level
├── ThreadResolved       a resolved thread is opened again before it is answered
├── WrongThreadState     the thread is resolved already, or open already
├── UndoNeedsTwo         after a day, or by somebody else, two people undo a batch
├── UndoBlocked          something is built on the batch
├── UndoNotOffered       the batch does not remember what it changed
├── WrongBatchState      the batch is not in a state that allows this
├── SecondPersonNeeded   who asks for an undo does not confirm it
├── AlertClosed          what is found no more is not acknowledged
└── AlertAcknowledged    an alert is acknowledged once
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class FileRefused(DomainError):
    """The file is not of a type that is kept, or its content says otherwise than its name."""

    code = "file_refused"
    message = _("This file is refused: %(why)s")


class ScanRefused(DomainError):
    """The virus scanner refused the file, or did not answer."""

    code = "scan_refused"
    message = _("The virus scanner refused this file, or could not read it.")


class AlteredFile(DomainError):
    """The stored file is missing, or is not the one that was received."""

    code = "altered_file"
    message = _("The stored file is not the one that was received: it is not served.")


class Withdrawn(DomainError):
    """A withdrawn document or comment is read only."""

    code = "withdrawn"
    message = _("This was withdrawn: it can be read, not changed.")


class TooLateToEdit(DomainError):
    """A comment is edited within a quarter of an hour."""

    code = "too_late_to_edit"
    message = _("A comment is edited within %(minutes)s minutes; withdraw it or answer it instead.")


class NotTheAuthor(DomainError):
    """Only its author edits a comment."""

    code = "not_the_author"
    message = _("Only the author edits a comment.")


class ReplyToReply(DomainError):
    """Answers have one level."""

    code = "reply_to_reply"
    message = _("An answer is given to the comment itself, not to another answer.")


class ThreadResolved(DomainError):
    """A resolved thread takes no answer."""

    code = "thread_resolved"
    message = _("This thread is resolved: open it again to answer.")


class WrongThreadState(DomainError):
    """An open thread is resolved, a resolved one is opened again; an answer is neither."""

    code = "wrong_thread_state"
    message = _("This comment begins no thread that can be resolved, or opened again.")


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


class DepositRefused(DomainError):
    """The files of a deposit cannot be taken."""

    code = "deposit_refused"
    message = _("The deposit is refused: %(why)s")
    NOTHING = _("there is no file.")
    TOO_MANY = _("at most %(most)d files at once.")
    TOO_LARGE = _("at most %(most)d MB in all.")
    ZIP_ALONE = _("a zip comes alone.")
    UNKNOWN = _("“%(file)s” is none of the tables, by its name or its headings.")
    TWICE = _("“%(one)s” and “%(other)s” hold the same table.")


class WrongDraftState(DomainError):
    """The deposit is not in a state that allows this."""

    code = "wrong_draft_state"
    message = _("The deposit is « %(state)s »: this cannot be done.")


class NotReady(DomainError):
    """Errors or anomalies are left."""

    code = "not_ready"
    message = _("Nothing is recorded while an error or an anomaly is left.")


class MappingUnfit(DomainError):
    """The headings that the mapping names are not in the file."""

    code = "mapping_unfit"
    message = _("%(file)s is not read by “%(mapping)s”: the headings that it names are not there.")


class AlreadyImported(DomainError):
    """The same content stands already."""

    code = "already_imported"
    message = _("This content was imported already, as batch %(batch)s.")


class TotalsDiffer(DomainError):
    """What was written does not add up to the file: everything is rolled back."""

    code = "totals_differ"
    message = _("%(table)s: the file adds up to %(file)s, the database to %(result)s.")


class AlertClosed(DomainError):
    """An alert that its check finds no more is not acknowledged."""

    code = "alert_closed"
    message = _("This alert is closed: its check finds it no more.")


class AlertAcknowledged(DomainError):
    """An alert is acknowledged once."""

    code = "alert_acknowledged"
    message = _("This alert was acknowledged already.")
