"""The controls of a version as the grid shows them: each leads to its cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.services.programming_problems import problems_of, told
from budgets.tables.programming_grid import key_of
from records.enums import Severity

# What people can take in at once; the list of problems has them all.
MOST_SHOWN = 12


@dataclass(frozen=True)
class ShownProblem:
    """A problem: its sentence, how bad it is, and the cell that it leads to."""

    text: str
    severity: str
    code: str
    line: int | None
    group: str
    place: str

    @property
    def mark(self) -> str:
        """Return the sign that says the severity without its colour."""
        return {Severity.BLOCK: "▲", Severity.ALERT: "△"}.get(Severity(self.severity), "ⓘ")


def all_problems(version: ProgrammingVersion, user: Any, by: str) -> list[ShownProblem]:
    """Return everything that stands against the version, the worst first; a query more than it."""
    found = problems_of(version, user)
    lines = ProgrammingLine.objects.filter(pk__in={one.line_id for one in found if one.line_id})
    heads = {
        line.pk: key_of(line, by)
        for line in lines.select_related("project__node", "node", "functional_domain", "activity")
    }
    return [
        ShownProblem(
            text=told(version, one),
            severity=str(one.severity),
            code=one.code,
            line=one.line_id,
            group=heads.get(one.line_id, "") if one.line_id else "",
            place="" if one.rank is None else f"{one.rank}.cp",
        )
        for one in found
    ]


def shown_problems(version: ProgrammingVersion, user: Any, by: str) -> dict[str, Any]:
    """Return the problems that the grid shows, and how many there are."""
    found = [one for one in all_problems(version, user, by) if one.severity != Severity.INFORMATION]
    count = len(found)
    title = ngettext("%(count)s control to settle", "%(count)s controls to settle", count)
    return {
        "title": title % {"count": count} if count else _("Nothing beyond the controls"),
        "count": count,
        "rows": found[:MOST_SHOWN],
        "more": max(0, count - MOST_SHOWN),
    }
