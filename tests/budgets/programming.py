"""Short ways to write a programming in tests: euros, one version and one UO by default."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from budgets.enums import RANKS, VersionState
from budgets.models import ProgrammingAmount, ProgrammingLine, ProgrammingVersion

# The states by which a version goes, in their order.
PATH = ("draft", "submitted", "arbitrated", "validated", "notified", "archived")


def make_version(kind: str = "requests", year: int = 2027, **fields: Any) -> ProgrammingVersion:
    """Return a draft version, the next of its exercise and origin."""
    origin = fields.get("data_origin", "operational")
    known = ProgrammingVersion.objects.filter(fiscal_year=year, data_origin=origin)
    return ProgrammingVersion.objects.create(
        **{"fiscal_year": year, "kind": kind, "number": known.count() + 1, **fields}
    )


def make_line(version: ProgrammingVersion, node: Any, **fields: Any) -> ProgrammingLine:
    """Return a line with its four years; `requested=[(ae, cp), …]` fills a stage by rank."""
    stages = {
        stage: fields.pop(stage)
        for stage in ("requested", "proposed", "granted")
        if stage in fields
    }
    label = {"label": "Maintenance", **fields}
    line = ProgrammingLine.objects.create(programming_version=version, node=node, **label)
    for rank in RANKS:
        cells = {
            f"{stage}_{measure}": None if value is None else Decimal(value)
            for stage, pairs in stages.items()
            if rank < len(pairs)
            for measure, value in zip(("ae", "cp"), pairs[rank], strict=True)
        }
        ProgrammingAmount.objects.create(
            line=line, rank=rank, is_take_back=line.is_take_back, **cells
        )
    return line


def at_state(version: ProgrammingVersion, state: str) -> ProgrammingVersion:
    """Bring a version to a state by the legal moves; validated, it is the one of record."""
    left = PATH.index(version.state)
    for step in PATH[left + 1 : PATH.index(state) + 1]:
        rows = ProgrammingVersion.objects.filter(pk=version.pk)
        if step == VersionState.VALIDATED:
            same = ProgrammingVersion.objects.filter(
                fiscal_year=version.fiscal_year, data_origin=version.data_origin
            )
            same.filter(is_of_record=True).update(is_of_record=False)
            rows.update(state=step, is_of_record=True)
        else:
            rows.update(state=step)
    version.refresh_from_db()
    return version
