"""Refusals of the budgets room.

DomainError
├── RuleBroken            a decision breaks a blocking rule
│   └── CreditsExceeded   it asks for more than what is available
├── RuleEnded             a former row of a rule is not revised
├── ReservationClosed     a reservation consumed or released is not changed any more
├── ReferenceTaken        the document is recorded already
├── ActUnbalanced         an act that moves credits between nodes does not sum to zero
├── CommitmentExceeded    what follows a commitment goes beyond it
├── RowsRefused           one entry of a list is refused: none is recorded
├── AlreadyCorrected      a fact is corrected once; its correction may be corrected in turn
├── NothingCorrected      the correction repeats the fact
├── VersionFrozen         a validated version of the programming does not change any more
├── RequestsClosed        requests are written while their version is a draft
├── NothingToStartFrom    no version of requests to start from
├── NumberTaken           another version of the exercise was created at the same moment
├── LineOut, LineStands   a line is taken out once, put back once, and does not change between
├── OperationClosed       an operation on cells is not undone any more
├── LineClosed            a line that does not wait any more is neither attached nor set aside
├── LineNotAttached       only a line that is attached is detached
├── LineInUse             a line is not detached under what was built on its fact
├── ExerciseClosed        a closed exercise is read only until two persons open it again
├── CeilingExceeded       a programming goes beyond a blocking ceiling, or further beyond it
├── CeilingDecided        a proposal is attested or refused once
├── StepRefused           a step of the programming does not leave this state
├── FileClosed            the file of a project takes no change any more
├── FilesMissing          a step of a version waits for some of its files
├── OwnSubmission         nobody approves what they submitted
├── NotAttested           a version is validated once its sustainability is attested
├── ProblemsStand         blocking problems stand against a version
├── ScenarioClosed        a scenario accepted or abandoned does not change any more
├── NothingToAccept       a scenario proposes nothing more for these lines
├── WorkbookRefused       a workbook has faults, or breaks a rule: nothing of it is written
├── LineRefused           a line cannot be recorded with this imputation
└── StaleEdit
    └── StaleCell         a cell of the programming changed since it was read
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from common.exceptions import DomainError, StaleEdit
from common.templatetags.amounts import number


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


def _euros(text: str) -> str:
    """Return an amount of a context as the language of the page writes it."""
    return number(Decimal(text), 2)


class ReferenceTaken(DomainError):
    """A document of this reference is recorded already: it is corrected, not recorded twice."""

    code = "reference_taken"
    message = _("%(reference)s is recorded already.")


class ActUnbalanced(DomainError):
    """An act that moves credits between nodes sums to zero (LOLF art. 7-II and 12, GBCP 67)."""

    code = "act_unbalanced"
    message = _("The legs of the act sum to %(amount)s € in %(ledger)s, not to zero.")

    def __str__(self) -> str:
        """Return the sentence with its amount as the language writes it."""
        return str(self.message) % {**self.context, "amount": _euros(self.context["amount"])}


class CommitmentExceeded(DomainError):
    """What follows a commitment goes beyond it (rule R-04; GBCP art. 30 and 31)."""

    code = "commitment_exceeded"
    message = _("%(legal_reference)s: %(what)s is at most %(most)s €; asked: %(asked)s €.")

    def __str__(self) -> str:
        """Return the sentence with its amounts as the language writes them."""
        amounts = {name: _euros(self.context[name]) for name in ("most", "asked")}
        return str(self.message) % {**self.context, **amounts}


class RowsRefused(DomainError):
    """One entry of a list is refused, so none is recorded; `errors` are by index."""

    code = "rows_refused"
    message = _("%(refused)s of %(count)s rows are refused: nothing is recorded.")

    def __init__(self, count: int, errors: Mapping[int, Exception]) -> None:
        self.errors = dict(errors)
        super().__init__(refused=len(self.errors), count=count)


class RuleEnded(DomainError):
    """A former row of a rule is not revised: the row in force is."""

    code = "rule_ended"
    message = _("This row of the rule %(rule)s has ended: revise the one in force.")


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


class LineClosed(DomainError):
    """A line that does not wait any more is neither attached nor set aside."""

    code = "line_closed"
    message = _("The line %(reference)s does not wait any more.")


class LineRefused(DomainError):
    """A line cannot be recorded with this imputation."""

    code = "line_refused"
    message = _("The line %(reference)s cannot be attached so: %(why)s")


class ExerciseClosed(DomainError):
    """A closed exercise is read only until two persons open it again."""

    code = "exercise_closed"
    message = _("The exercise %(fiscal_year)s is closed.")


class LineNotAttached(DomainError):
    """Only a line that is attached is detached."""

    code = "line_not_attached"
    message = _("The line %(reference)s is not attached.")


class LineInUse(DomainError):
    """A line is not detached under what was built on its fact: that is corrected first."""

    code = "line_in_use"
    message = _("The line %(reference)s cannot be detached: %(what)s.")


class VersionFrozen(DomainError):
    """A validated version of the programming does not change any more: make a new one."""

    code = "version_frozen"
    message = _("The version %(version)s is frozen: a change is a new version.")


class RequestsClosed(DomainError):
    """Project managers write in a version of requests while it is a draft."""

    code = "requests_closed"
    message = _("The version %(version)s takes no request any more.")


class NothingToStartFrom(DomainError):
    """The exercise has no version of requests."""

    code = "nothing_to_start_from"
    message = _("The exercise %(fiscal_year)s has no version of requests to start from.")


class NumberTaken(DomainError):
    """Another version of the exercise was created at the same moment."""

    code = "number_taken"
    message = _("Another version of %(fiscal_year)s was just created; try again.")


class LineOut(DomainError):
    """A line taken out of the programming is put back before it changes."""

    code = "line_out"
    message = _("The line « %(line)s » was taken out: put it back first.")


class LineStands(DomainError):
    """A line that was not taken out is not put back."""

    code = "line_stands"
    message = _("The line « %(line)s » stands in the version already.")


class OperationClosed(DomainError):
    """An operation is undone once, by its author, within its delay."""

    code = "operation_closed"
    message = _("The operation is undone once, by its author, within %(minutes)s minutes.")


class StaleCell(StaleEdit):
    """A cell does not hold what the edit says it held; `cells` tell both values of each.

    Nothing of the list is written.
    """

    code = "stale_cell"
    message = _("%(count)s cells were changed by somebody else in the meantime.")

    def __init__(self, cells: list[dict[str, Any]]) -> None:
        super().__init__(count=len(cells), cells=cells)


class CeilingDecided(DomainError):
    """A proposal is attested or refused once; a change is another proposal."""

    code = "ceiling_decided"
    message = _("The ceiling %(number)s does not wait for a decision any more.")


class StepRefused(DomainError):
    """A step of the programming does not leave this state."""

    code = "step_refused"
    message = _("%(code)s is “%(state)s”: the step “%(step)s” is not possible from there.")


class FileClosed(DomainError):
    """A file that was submitted is not written in by who asks, a validated one by nobody."""

    code = "file_closed"
    message = _("The file of %(project)s is “%(state)s”: it takes no change any more.")


class FilesMissing(DomainError):
    """A step of the version asks that every file has come far enough."""

    code = "files_missing"
    message = _("%(count)s files of %(version)s are not there yet: %(projects)s.")


class OwnSubmission(DomainError):
    """Nobody approves what they submitted, in person or for somebody else."""

    code = "own_submission"
    message = _("You submitted this, or one of its files: somebody else approves it.")


class NotAttested(DomainError):
    """A version is validated once a controller attested its sustainability as it stands."""

    code = "not_attested"
    message = _("The sustainability of %(version)s is not attested as it stands.")


class ProblemsStand(DomainError):
    """A version is not validated while blocking problems stand against it."""

    code = "problems_stand"
    message = _("Blocking problems against %(version)s, which its grid lists: %(count)s.")


class CeilingExceeded(DomainError):
    """A programming goes beyond a blocking ceiling, or further beyond it (docs/programming.md).

    `breaches` tell each ceiling, in AE and in CP, and by how many euros; the sentence is the worst.
    """

    code = "ceiling_exceeded"
    message = _(
        "%(ledger)s programmed on %(node)s in %(fiscal_year)s: %(beyond)s € beyond the ceiling"
        " of %(ceiling)s €."
    )

    def __init__(self, breaches: list[dict[str, Any]]) -> None:
        super().__init__(**breaches[0], breaches=breaches)

    def __str__(self) -> str:
        """Return the sentence with its amounts as the language writes them."""
        amounts = {name: _euros(self.context[name]) for name in ("beyond", "ceiling")}
        return str(self.message) % {**self.context, **amounts}


class ScenarioClosed(DomainError):
    """A scenario accepted or abandoned is kept as it was."""

    code = "scenario_closed"
    message = _("The scenario “%(scenario)s” is “%(state)s”: it does not change any more.")


class NothingToAccept(DomainError):
    """The lines named have no change left to accept."""

    code = "nothing_to_accept"
    message = _("The scenario “%(scenario)s” proposes nothing more for these lines.")


class WorkbookRefused(DomainError):
    """A workbook is written whole or not at all: a fault or a rule stands against it.

    `details` are the faults by cell, `why` what the rules say of the whole.
    """

    code = "workbook_refused"
    message = _("Nothing is written: %(faults)s faults in the workbook. %(why)s")

    def __init__(self, details: list[dict[str, str]], why: str) -> None:
        super().__init__(faults=len(details), why=why, details=details)
