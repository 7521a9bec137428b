"""Lines of the programming: added, changed, taken out with a reason, put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.services.audit import record_event
from budgets.enums import Measure
from budgets.exceptions import LineOut, LineStands
from budgets.models import ProgrammingLine, ProgrammingVersion
from budgets.models.programming_cells import CELLS
from budgets.models.rows import AXES
from budgets.rules.programming import has_allowed_sign, stage_of
from budgets.services.entries import MOST_ENTRIES, Imputation, Verdicts
from budgets.services.programming_access import (
    REASON_LENGTH,
    closed_to,
    lines_to_write,
    lock_version,
    name_of_write,
)
from budgets.services.programming_basis import LINE_KINDS, Seed, write_seeds
from budgets.services.programming_hooks import CellChange, check_cells
from budgets.services.round_edits import void_approvals
from common.exceptions import StaleEdit
from common.fiscal import month_start

IMPUTED = ("node", "project", *AXES, "credit_type", "is_earmarked")
DESCRIBED = frozenset(
    {
        "nature", "label", "contract_code", "legal_reference", "act_label", "act_procedure",
        "act_supplier", "act_month", "is_take_back", "opening_left_to_pay", "priority",
    }
)  # fmt: skip
EDITABLE = DESCRIBED | frozenset(IMPUTED)
NEGATIVE = gettext_lazy("Only a line of withdrawal or take-back has negative amounts.")


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line to add: where it is charged, what it is (`DESCRIBED`), its amounts.

    `amounts` are (AE, CP) by rank in the stage of the version, euros TTC.
    """

    imputation: Imputation
    fields: Mapping[str, Any]
    amounts: Mapping[int, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)


@transaction.atomic
def add_lines(*, actor: Any, version_id: int, lines: Sequence[NewLine]) -> list[ProgrammingLine]:
    """Add at most a thousand lines to a version, all or none.

    Raises VersionFrozen, RowsRefused by index (ValidationError, PermissionDenied), or what a
    check of cells raises.
    """
    if not 0 < len(lines) <= MOST_ENTRIES:
        raise ValidationError(_("From one to a thousand rows are expected."))
    version = lock_version(version_id)
    verdicts = Verdicts(len(lines))
    places = [(line.imputation.node, line.imputation.project) for line in lines]
    for index in closed_to(actor, version, places):
        verdicts.refuse(index, PermissionDenied())
    seeds = [_seed(version, line) for line in lines]
    for index, (line, seed) in enumerate(zip(lines, seeds, strict=True)):
        verdicts.refuse_faults(index, _faults(version, line.imputation) or _signs(seed))
        _refuse_unclean(verdicts, index, seed.line)
    verdicts.settle()
    check_cells(actor, version, [one for seed in seeds for one in _from_nothing(version, seed)])
    written = write_seeds(version, seeds, actor)
    void_approvals(actor, version, {line.project_id for line in written})
    _tell(actor, version, verb="line_programmed", lines=[line.pk for line in written])
    return written


def _seed(version: ProgrammingVersion, new: NewLine) -> Seed:
    fields = {**new.imputation.columns, **_by_month(new.fields)}
    line = ProgrammingLine(programming_version=version, **fields)
    stage = stage_of(version.kind)
    cells = {rank: {f"{stage}_ae": ae, f"{stage}_cp": cp} for rank, (ae, cp) in new.amounts.items()}
    return Seed(line, cells)


def _by_month(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the month of the planned act, whatever its day."""
    day = fields.get("act_month")
    return {**fields, "act_month": month_start(day)} if day else dict(fields)


def _faults(version: ProgrammingVersion, imputation: Imputation) -> dict[str, str]:
    """Return what is wrong with where a line is charged, by column."""
    found = imputation.faults(version.fiscal_year, LINE_KINDS)
    for name in ("node", "project"):
        named: Any = getattr(imputation, name)
        if named is not None and named.data_origin != version.data_origin:
            found[name] = _("It is of another data origin than the version.")
    return found


def _signs(seed: Seed) -> dict[str, str]:
    """Return the fault of the amounts of a new line that may not be negative."""
    amounts = [amount for cells in seed.cells.values() for amount in cells.values()]
    line = seed.line
    if all(has_allowed_sign(one, is_take_back=line.is_take_back) for one in amounts):
        return {}
    return {"amounts": str(NEGATIVE)}


def _refuse_unclean(verdicts: Verdicts, index: int, line: ProgrammingLine) -> None:
    keys = {field.name for field in line._meta.concrete_fields if field.is_relation}
    try:
        line.clean_fields(exclude=keys)
    except ValidationError as error:
        verdicts.refuse(index, error)


def _from_nothing(version: ProgrammingVersion, seed: Seed) -> list[CellChange]:
    """Return what a line brings, cell by cell of the stage."""
    stage = stage_of(version.kind)
    return [
        CellChange(seed.line, rank, measure.value, None, amount)
        for rank, cells in seed.cells.items()
        for measure in Measure
        if (amount := cells.get(f"{stage}_{measure}")) is not None
    ]


def _to_nothing(version: ProgrammingVersion, seed: Seed) -> list[CellChange]:
    """Return what a line takes away with it, cell by cell of the stage."""
    return [
        CellChange(one.line, one.rank, one.measure, one.after, None)
        for one in _from_nothing(version, seed)
    ]


@transaction.atomic
def update_line(
    *,
    actor: Any,
    line_id: int,
    expected_version: int,
    changes: Mapping[str, Any],
    reason: str = "",
) -> ProgrammingLine:
    """Change where a line is charged or what it is (`EDITABLE`); its amounts are cells.

    A line moved to another node or project is checked there with its amounts. Raises
    PermissionDenied, VersionFrozen, RequestsClosed, StaleEdit, LineOut, ValidationError, or what
    a check of cells raises.
    """
    if unknown := changes.keys() - EDITABLE:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    version, line = _locked(actor, line_id, expected_version)
    if line.taken_out_at:
        raise LineOut(line=line.label)
    was_take_back, was_of = line.is_take_back, line.project_id
    for name, value in _by_month(changes).items():
        setattr(line, name, value)
    amounts = line.amounts.order_by("rank")
    if was_take_back and not line.is_take_back and _has_negative(amounts):
        raise ValidationError({"is_take_back": str(NEGATIVE)})
    if changes.keys() & frozenset(IMPUTED):
        _check_place(actor, version, Seed(line, _cells_of(amounts)))
    _save(line, actor, reason)
    if was_take_back != line.is_take_back:
        amounts.update(is_take_back=line.is_take_back)
    void_approvals(actor, version, {was_of, line.project_id}, reason)
    _tell(actor, version, verb="line_edited", line=line.pk, fields=sorted(changes))
    return line


def _check_place(actor: Any, version: ProgrammingVersion, seed: Seed) -> None:
    """Refuse a line charged where its actor may not, where it cannot be, or beyond a ceiling."""
    line = seed.line
    if closed_to(actor, version, [(line.node, line.project)]):
        raise PermissionDenied
    imputation = Imputation(**{name: getattr(line, name) for name in IMPUTED})
    if faults := _faults(version, imputation):
        raise ValidationError(dict(faults))
    check_cells(actor, version, _from_nothing(version, seed))


@transaction.atomic
def take_line_out(
    *, actor: Any, line_id: int, expected_version: int, reason: str
) -> ProgrammingLine:
    """Take a line out of its version, with a reason: it counts no more, and can be put back.

    Without a withdrawal, what it made room for may go beyond a ceiling: cells are checked too.
    Raises PermissionDenied, VersionFrozen, RequestsClosed, StaleEdit, LineOut, ValidationError, or
    what a check of cells raises.
    """
    version, line = _locked(actor, line_id, expected_version)
    if line.taken_out_at:
        raise LineOut(line=line.label)
    if not reason.strip():
        raise ValidationError({"reason": _("A reason is needed.")})
    cells = _cells_of(line.amounts.all())
    check_cells(actor, version, _to_nothing(version, Seed(line, cells)))
    line.taken_out_at, line.taken_out_by = timezone.now(), actor
    line.taken_out_reason = reason.strip()
    _save(line, actor, reason)
    void_approvals(actor, version, [line.project_id], reason)
    _tell(actor, version, verb="line_taken_out", line=line.pk, reason=reason.strip())
    return line


@transaction.atomic
def put_line_back(*, actor: Any, line_id: int, expected_version: int) -> ProgrammingLine:
    """Put a line that was taken out back in its version, with the amounts that it had.

    Raises PermissionDenied, VersionFrozen, RequestsClosed, StaleEdit, LineStands, or what a check
    of cells raises.
    """
    version, line = _locked(actor, line_id, expected_version)
    if not line.taken_out_at:
        raise LineStands(line=line.label)
    cells = _cells_of(line.amounts.all())
    check_cells(actor, version, _from_nothing(version, Seed(line, cells)))
    line.taken_out_at, line.taken_out_by, line.taken_out_reason = None, None, ""
    _save(line, actor, "")
    void_approvals(actor, version, [line.project_id])
    _tell(actor, version, verb="line_put_back", line=line.pk)
    return line


def _locked(
    actor: Any, line_id: int, expected_version: int
) -> tuple[ProgrammingVersion, ProgrammingLine]:
    """Lock the version of a line, then return both; the line as it stands after the lock."""
    of = ProgrammingLine.objects.values_list("programming_version_id", flat=True)
    version = lock_version(of.get(pk=line_id))
    line = lines_to_write(actor, version, [line_id]).get(line_id)
    if line is None:
        raise PermissionDenied
    if line.version != expected_version:
        raise StaleEdit(code=line.code, expected=expected_version, current=line.version)
    return version, line


def _has_negative(amounts: Any) -> bool:
    return any((amount or 0) < 0 for row in amounts.values_list(*CELLS) for amount in row)


def _cells_of(amounts: Any) -> dict[int, dict[str, Decimal | None]]:
    return {row["rank"]: row for row in amounts.values("rank", *CELLS)}


def _save(line: ProgrammingLine, actor: Any, reason: str) -> None:
    line.version += 1
    line.full_clean()
    line._history_user = actor  # type: ignore[attr-defined]
    line._change_reason = reason.strip()[:REASON_LENGTH]  # type: ignore[attr-defined]
    line.save()


def _tell(actor: Any, version: ProgrammingVersion, verb: str, **detail: Any) -> None:
    record_event(
        actor=actor,
        verb=verb,
        object_kind="programming_version",
        object_code=version.code,
        detail=detail,
        on_behalf_of=name_of_write(actor, detail.get("lines") or [detail["line"]]),
    )
