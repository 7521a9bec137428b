"""Refusals of the records room.

DomainError
├── FileRefused          the content is not of a type that is kept, or says otherwise than its name
├── ScanRefused          the virus scanner says no, or does not answer
├── AlteredFile          the stored file is not the one that was received
├── Withdrawn            the document or comment was withdrawn: it is read only
├── TooLateToEdit        a comment is edited by its author within a quarter of an hour
├── NotTheAuthor         somebody else's comment
└── ReplyToReply         answers have one level
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
