"""Derive the CP of planned lines from their AE by the keys in force, in one operation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.enums import Action
from budgets.enums import FROZEN_STATES, RANKS, Measure, ProgrammingNature, VersionState
from budgets.models import (
    ProgrammingAmount,
    ProgrammingFile,
    ProgrammingKey,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.rules.keys import DatedKey, derived_cp, key_for
from budgets.rules.programming import stage_of, takes_requests
from budgets.services.programming_access import BY_REQUEST, BY_VERSION, lock_version
from budgets.services.programming_cells import CellEdit, Operation, edit_cells
from budgets.tables.ceilings import tree
from common.money import from_cents, to_cents

# What has its own AE: the CP of the other natures also pay former commitments.
DERIVED = (ProgrammingNature.PLANNED, ProgrammingNature.NEW)
MOST_CELLS = 20_000


@dataclass(frozen=True)
class Derivation:
    """What a derivation did: its operation (None when every CP stood so already), how many lines
    it read, and the ids of those for which no key is recorded.
    """

    operation: Operation | None
    lines: int
    without_key: tuple[int, ...]


@transaction.atomic
def derive_cp(
    *, actor: Any, version_id: int, lines: Collection[int] = (), reason: str = ""
) -> Derivation:
    """Write the CP that the keys give on the planned and new lines of a version, in its stage.

    All those in which `actor` may write, or the ones named, which are all derived or none: Σ CP
    = Σ AE on each, to the cent. A line without AE, or without a key, is left as it is. Raises
    ValidationError (a line that is none of these), and what `edit_cells` raises. The number of
    queries does not depend on that of the lines.
    """
    version = lock_version(version_id)
    rows = _open_to(actor, version)
    if lines:
        rows = rows.filter(pk__in=lines)
    read = {row.pk: row for row in rows.order_by("pk")}
    if missing := set(lines) - read.keys():
        names = ", ".join(str(pk) for pk in sorted(missing))
        message = _("No planned or new line that you may write in this version: %(lines)s.")
        raise ValidationError({"lines": message % {"lines": names}})
    keys, amounts = _keys_of(version, read), _amounts(version, read)
    edits = [
        edit
        for pk, dated in keys.items()
        if dated is not None
        for edit in _edits(pk, amounts[pk], dated, reason or _("CP derived by keys"))
    ]
    without = tuple(pk for pk, dated in keys.items() if dated is None)
    done = None
    if edits:
        done = edit_cells(actor=actor, version_id=version.pk, edits=edits, most=MOST_CELLS)
    return Derivation(done, len(read), without)


def _open_to(actor: Any, version: ProgrammingVersion) -> Any:
    """Return the lines that are derived and in which `actor` may write: their file is open."""
    rows = ProgrammingLine.objects.filter(programming_version=version, nature__in=DERIVED)
    rows = rows.visible_to(actor).live()
    files = ProgrammingFile.objects.filter(programming_version=version)
    closed = files.filter(state__in=sorted(FROZEN_STATES)).values("project")
    held = rows.allowing(actor, Action.UPDATE, BY_VERSION)
    may = Q(pk__in=held.exclude(project__in=closed).values("pk"))
    if takes_requests(version.kind, version.state):
        sent = files.exclude(state=VersionState.DRAFT).values("project")
        asked = rows.allowing(actor, Action.UPDATE, BY_REQUEST)
        may |= Q(pk__in=asked.exclude(project__in=sent).values("pk"))
    return rows.filter(may)


def _keys_of(
    version: ProgrammingVersion, lines: Mapping[int, ProgrammingLine]
) -> dict[int, DatedKey | None]:
    """Return the keys of each line; two queries."""
    recorded = ProgrammingKey.objects.filter(
        data_origin=version.data_origin, fiscal_year__lte=version.fiscal_year
    )
    known = [DatedKey(row.node_id, row.nature, row.fiscal_year, row.keys) for row in recorded]
    parents = tree()
    paths: dict[int, list[int]] = {}
    for line in lines.values():
        if line.node_id not in paths:
            above: int | None = line.node_id
            path = paths[line.node_id] = []
            while above is not None:
                path.append(above)
                above = parents[above]
    return {
        pk: key_for(known, paths[line.node_id], line.nature, version.fiscal_year)
        for pk, line in lines.items()
    }


def _amounts(
    version: ProgrammingVersion, lines: Collection[int]
) -> dict[int, dict[int, tuple[Decimal | None, Decimal | None]]]:
    """Return AE and CP of each line by rank, in the stage of its version; one query."""
    stage = stage_of(version.kind)
    found: dict[int, dict[int, tuple[Decimal | None, Decimal | None]]] = {}
    rows = ProgrammingAmount.objects.filter(line__in=list(lines)).order_by()
    columns = [f"{stage}_{measure}" for measure in (Measure.AE, Measure.CP)]
    for pk, rank, ae, cp in rows.values_list("line_id", "rank", *columns):
        found.setdefault(pk, {})[rank] = ae, cp
    return found


def _edits(
    pk: int,
    amounts: Mapping[int, tuple[Decimal | None, Decimal | None]],
    dated: DatedKey,
    reason: str,
) -> list[CellEdit]:
    """Return the cells of CP that change on a line; none where no AE was said."""
    ae = [amounts[rank][0] for rank in RANKS]
    cp = derived_cp([None if one is None else to_cents(one) for one in ae], dated.keys)
    words = "/".join(map(str, dated.keys))
    return [
        CellEdit(
            line=pk, rank=rank, measure=Measure.CP, before=amounts[rank][1],
            after=from_cents(cents), reason=reason, expression=words,
        )
        for rank, cents in enumerate(cp or ())
        if amounts[rank][1] != from_cents(cents)
    ]  # fmt: skip
