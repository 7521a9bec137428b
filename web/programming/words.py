"""What the script of the grid says, in the language of the page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import ProgrammingVersion
from budgets.tables.programming_grid import EXPECTED, years_from

# What the priority of a line is for.
RANKED = gettext_lazy("from 1, the first, to 99: in which order the lines of a nature are served")


def years_of(version: ProgrammingVersion) -> dict[int, str]:
    """Return how each rank of a version is headed: 2026, 2027, … then the years that follow."""
    return years_from(version.fiscal_year)


def words_of(version: ProgrammingVersion) -> dict[str, Any]:
    """Return the sentences of the script by name; `%(name)s` is filled in the browser."""
    years = years_of(version)
    years[EXPECTED] = _("%(year)s, expected execution") % {"year": years[EXPECTED]}
    return {
        "years": {str(rank): text for rank, text in years.items()},
        "units": {"eur": "€", "keur": "k€", "meur": "M€"},
        "total": _("Total"),
        "balance": _("AE less CP"),
        "empty": _("not said"),
        "amount": _("Amount"),
        "locked": _("locked"),
        "unsaved": _("not saved"),
        "compared": _("compared with"),
        "beyond": _("CP add up to more than AE and what is left to pay at the opening"),
        "over": _("above the ceiling"),
        "margin": _("margin under the ceiling"),
        "crossed": _("%(what)s: %(gap)s above the ceiling."),
        "respected": _("%(what)s: under the ceiling again."),
        "lockedCell": _("This cell is locked."),
        "negative": _("%(value)s is negative: only a line of withdrawal or take-back may be."),
        "cleared": _("Cleared."),
        "filled": _("Filled down."),
        "nothingToFill": _("Select several rows to fill them down."),
        "undo": _("Undone: %(count)s cells."),
        "redo": _("Done again: %(count)s cells."),
        "nothingToUndo": _("Nothing to undo."),
        "changedSince": _("These cells changed since: nothing was undone."),
        "copied": _("%(count)s cells copied."),
        "pasted": _("%(count)s cells pasted."),
        "pastedLocked": _("%(count)s locked cells left out."),
        "pastedOutside": _("%(count)s cells outside of the grid left out."),
        "nothingWritten": _("Nothing was changed."),
        "opened": _("%(count)s lines shown."),
        "notLoaded": _("The lines could not be read. Try again."),
        "chosen": _("Selection: %(count)s cells · sum %(sum)s · mean %(mean)s"),
        "presence": _("%(name)s is on this line"),
        "acting": _("%(actor)s for %(other)s"),
        "comments": _("Open comments: %(count)s"),
        "noThread": _("Go to a line to comment on it."),
        "threadFault": _("The comments could not be read or written. Try again."),
        **_nested(),
    }


def _nested() -> dict[str, Any]:
    """Return the words of the faults of an amount, and of the states of the saving."""
    return {
        "codes": {
            "unknown": _("unknown: no line that you read has this code"),
            "ambiguous": _("ambiguous: %(count)s lines have this code"),
            "twice": _("the line of a row above"),
            "stopped": _("%(count)s rows go to no line: nothing can be pasted."),
            "ready": _("%(count)s rows go to their lines."),
        },
        "faults": {
            "number": _("“%(value)s” is not an amount."),
            "finer": _("“%(value)s” is finer than a cent."),
            "large": _("“%(value)s” is too large."),
            "zero": _("“%(value)s” divides by zero."),
        },
        "states": {
            "saving": _("Saving…"),
            "saved": _("Saved at %(time)s"),
            "network": _("Not saved: network (%(count)s cells)"),
            "session": _("Not saved: your session has ended (%(count)s cells)"),
        },
    }
