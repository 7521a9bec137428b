"""Refusals of the budgets room.

DomainError
├── RuleBroken            a decision breaks a blocking rule
│   └── CreditsExceeded   it asks for more than what is available
├── ReservationClosed     a reservation consumed or released is not changed any more
├── AlreadyCorrected      a fact is corrected once; its correction may be corrected in turn
└── NothingCorrected      the correction repeats the fact
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError


class RuleBroken(DomainError):
    """A decision breaks a blocking rule (domain §1.8).

    `context` says the rule, its legal source, whether the caller may override it with a reason, and
    the figures, in euros as decimal strings. `told` is the sentence of what was found.
    """

    code = "rule_broken"

    def __init__(self, told: str, **context: Any) -> None:
        super().__init__(**context)
        self.told = told

    def __str__(self) -> str:
        """Return what was found, the law, and what the caller may do of it."""
        rest = _("Rule %(rule)s: %(legal_source)s.") % self.context
        if self.context["may_override"]:
            rest += " " + _("You may go beyond it by giving a reason.")
        return f"{self.told} {rest}"


class CreditsExceeded(RuleBroken):
    """A decision asks for more than what is available (rules R-01, R-02; LOLF art. 9)."""

    code = "credits_exceeded"


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
