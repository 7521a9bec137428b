"""Refusals of the budgets room.

DomainError
├── CreditsExceeded       a decision asks for more than what is available
├── ReservationClosed     a reservation consumed or released is not changed any more
├── AlreadyCorrected      a fact is corrected once; its correction may be corrected in turn
└── NothingCorrected      the correction repeats the fact
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError
from common.templatetags.amounts import number


class CreditsExceeded(DomainError):
    """A decision asks for more than what is available (rules R-01, R-02; LOLF art. 9)."""

    code = "credits_exceeded"
    message = _(
        "%(ledger)s available on %(node)s in %(fiscal_year)s: %(available)s €; asked: %(asked)s €."
    )

    def __str__(self) -> str:
        """Return the sentence with its amounts as the language writes them."""
        amounts = {name: number(Decimal(self.context[name]), 2) for name in ("available", "asked")}
        return str(self.message) % {**self.context, **amounts}


class ReservationClosed(DomainError):
    """A reservation that was consumed or released is not changed any more."""

    code = "reservation_closed"
    message = _("The reservation %(number)s is not pending any more.")


class AlreadyCorrected(DomainError):
    """A fact is corrected once; its correction may be corrected in turn."""

    code = "already_corrected"
    message = _("%(reference)s was corrected already, or is itself a counter-entry.")


class NothingCorrected(DomainError):
    """The correction repeats the fact."""

    code = "nothing_corrected"
    message = _("The correction repeats what is recorded in %(reference)s.")
