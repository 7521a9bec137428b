"""Availability as lines that people read: an axis, T2 and HT2 apart, with codes and names."""

from __future__ import annotations

from dataclasses import dataclass

from budgets.models import NomenclatureNode
from budgets.selectors.availability import Cents, Reading, sums_by
from projects.models import Project

# What availability is read by, and the column of an imputation that it names.
BY = {
    "node": "node_id",
    "project": "project_id",
    "functional_domain": "functional_domain_id",
    "activity": "activity_id",
    "category": "category_id",
    "tranche": "tranche_id",
    "cost_centre": "cost_centre_id",
}


@dataclass(frozen=True, slots=True)
class Line:
    """The sums of one value of an axis; no code: what names none."""

    code: str | None
    name: str | None
    credit_type: str
    cents: Cents


def availability(reading: Reading, by: str) -> list[Line]:
    """Return the lines of an exercise by an axis of `BY`, ordered by code; two queries."""
    found = sums_by(reading, BY[by], "credit_type")
    names = _names(by, {key[0] for key in found if key[0] is not None})
    lines = []
    for (pk, credit_type), cents in found.items():
        code, name = names.get(pk, (None, None))
        lines.append(Line(code, name, credit_type, cents))
    return sorted(lines, key=lambda line: (line.code is None, line.code or "", line.credit_type))


def _names(by: str, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Return the code and the name of nodes or projects, by id."""
    if by == "project":
        rows = Project.objects.filter(pk__in=ids).order_by().values_list("pk", "code", "title")
    else:
        nodes = NomenclatureNode.objects.filter(pk__in=ids).order_by()
        rows = nodes.values_list("pk", "code", "name")
    return {pk: (code, name) for pk, code, name in rows}
