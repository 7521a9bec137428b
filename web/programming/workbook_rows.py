"""An examination of a workbook, ready for a template: amounts in euros, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from budgets.enums import RANKS, Measure
from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.rules.workbook import Change, Total
from budgets.services.workbooks import Examined
from common.money import from_cents
from common.templatetags.amounts import number
from web.programming.words import years_of

MOST_SHOWN = 500


def written(cents: int | None) -> str:
    """Write cents in euros; words for what is not said, which is not zero."""
    return _("not said") if cents is None else number(from_cents(cents), 2)


def shown_examination(version: ProgrammingVersion, found: Examined) -> dict[str, Any]:
    """Return what the page shows of an examination: counts, totals, faults, conflicts, changes."""
    years = years_of(version)
    changes = found.compared.changes
    rows = [
        _row(index, change, found.lines.get(change.key[0]), years)
        for index, change in enumerate(changes)
    ]
    clashes = [row for row in rows if row["is_conflict"]]
    plain = [row for row in rows if not row["is_conflict"]]
    return {
        "examined": found,
        "counts": {
            "changes": len(plain),
            "conflicts": len(clashes),
            "faults": len(found.faults),
            "unchanged": found.compared.unchanged,
            "moved": found.compared.moved,
            "emptied": sum(change.empties for change in changes),
            "left_out": found.left_out,
            "read": found.read,
        },
        "totals": [_year(years[rank], rank, found) for rank in RANKS] if found.totals else [],
        "faults": found.faults[:MOST_SHOWN],
        "clashes": clashes[:MOST_SHOWN],
        "changes": plain[:MOST_SHOWN],
        "more": max(0, len(plain) - MOST_SHOWN),
        "more_clashes": max(0, len(clashes) - MOST_SHOWN),
        "missing": [_place(key, years) for key in found.missing],
    }


def _place(key: str, years: dict[int, str]) -> str:
    rank, measure = key.split(".")
    return f"{measure.upper()} {years[int(rank)]}"


def _row(
    index: int, change: Change, line: ProgrammingLine | None, years: dict[int, str]
) -> dict[str, Any]:
    _line, rank, measure = change.key
    project = line.project.code if line and line.project else ""
    return {
        "index": index,
        "place": change.place,
        "project": project,
        "line": line.label if line else "",
        "cell": f"{measure.upper()} {years[rank]}",
        "base": written(change.base),
        "mine": written(change.mine),
        "held": written(change.held),
        "difference": _difference(change),
        "is_conflict": change.is_conflict,
        "empties": change.empties,
    }


def _difference(change: Change) -> Decimal:
    return from_cents((change.mine or 0) - (change.held or 0))


def _year(label: str, rank: int, found: Examined) -> dict[str, Any]:
    cells = []
    for measure in Measure:
        total: Total = found.totals[rank, measure.value]
        cells += [from_cents(one) for one in (total.before, total.after, total.difference)]
    return {"label": label, "ledgers": (cells[:3], cells[3:])}
