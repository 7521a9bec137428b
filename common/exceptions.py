"""Business errors of every room.

    DomainError                 a business rule says no (HTTP 409)
    ├── StaleEdit               somebody else saved first (HTTP 412)
    └── <room>.exceptions.*     one subclass per rule, with its own code

An error has a code for programs, a context for both, a sentence for people.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A business rule refuses the operation.

    `code` never changes once published; `message` is a translatable sentence with `%(name)s`
    placeholders filled from the keyword `context`.
    """

    code: str = "domain_error"
    message: str | Promise = _("The operation is refused by a business rule.")

    def __init__(self, **context: Any) -> None:
        self.context = context
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.context


class StaleEdit(DomainError):
    """The record changed since it was read; nothing is overwritten silently."""

    code = "stale_edit"
    message = _("The record was changed by somebody else in the meantime; read it again.")
