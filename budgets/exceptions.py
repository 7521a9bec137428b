"""Refusals of the budgets room.

DomainError
├── AlreadyCorrected      a fact is corrected once; its correction may be corrected in turn
└── NothingCorrected      the correction repeats the fact
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class AlreadyCorrected(DomainError):
    """A fact is corrected once; its correction may be corrected in turn."""

    code = "already_corrected"
    message = _("%(reference)s was corrected already, or is itself a counter-entry.")


class NothingCorrected(DomainError):
    """The correction repeats the fact."""

    code = "nothing_corrected"
    message = _("The correction repeats what is recorded in %(reference)s.")
