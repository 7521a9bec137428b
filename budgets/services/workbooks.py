"""The way back of a workbook: examined first, then written in one operation, or not at all.

What it writes is an operation of `edit_cells`, under the same rights, files and ceilings as if it
were typed, and undone as one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from budgets.enums import Measure
from budgets.exceptions import RowsRefused, VersionFrozen, WorkbookRefused
from budgets.models import ProgrammingAmount, ProgrammingEdit, ProgrammingLine, ProgrammingVersion
from budgets.rules.programming import has_allowed_sign, stage_of
from budgets.rules.workbook import (
    Book,
    BookRow,
    Change,
    Compared,
    Fault,
    Key,
    Total,
    compared,
    totals,
)
from budgets.services.entries import told
from budgets.services.programming_access import lock_version, refuse_closed, writable_lines
from budgets.services.programming_cells import CellEdit, Operation, edit_cells
from budgets.services.programming_lines import NEGATIVE
from budgets.services.workbook_texts import locked_faults
from common.exceptions import DomainError
from common.money import from_cents

# Eight cells a line: more lines than a version has.
MOST_CELLS = 100_000
_RAW = BigIntegerField()


@dataclass
class Examined:
    """What a workbook would do: its changes, what is wrong, the totals before and after.

    `lines` are those that it names, by id; `moved_texts` how many of them were edited since the
    download. `refusal` is what the rules say of the whole, when no cell alone is wrong.
    """

    compared: Compared = field(default_factory=Compared)
    faults: list[Fault] = field(default_factory=list)
    refusal: str = ""
    refusal_code: str = ""
    lines: dict[int, ProgrammingLine] = field(default_factory=dict)
    totals: dict[tuple[int, str], Total] = field(default_factory=dict)
    read: int = 0
    left_out: int = 0
    moved_texts: int = 0
    missing: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether it may be written."""
        return not self.faults and not self.refusal


def refuse_frozen(version: ProgrammingVersion) -> None:
    """Refuse a version that does not change any more. Raises VersionFrozen, ExerciseClosed."""
    if version.is_frozen:
        raise VersionFrozen(version=version.code)
    refuse_closed(version.fiscal_year, version.data_origin)


def examine_workbook(*, actor: Any, version: ProgrammingVersion, book: Book) -> Examined:
    """Return what a workbook would change in a version, and all that is wrong in it.

    Nothing is written: what the rules say of the changes is asked in a transaction that is rolled
    back. A conflict is left as it stands there. Raises VersionFrozen, ExerciseClosed. About twenty
    queries, whatever the number of lines.
    """
    refuse_frozen(version)
    found = Examined(faults=[*book.faults], read=len(book.rows), missing=book.missing)
    if not _is_of(book, version, found):
        return found
    seen = ProgrammingLine.objects.filter(programming_version=version).visible_to(actor)
    known = {str(line.lineage): line for line in _whole(seen)}
    _refuse_unknown(actor, book, known, found)
    held = _held(version, seen)
    rows = [row for row in book.rows if row.lineage in known]
    cells = {
        (known[row.lineage].pk, *cell): told for row in rows for cell, told in row.amounts.items()
    }
    mark = book.origin.mark if book.origin else 0
    found.compared = compared(cells, _base(version, mark), held)
    found.lines = {known[row.lineage].pk: known[row.lineage] for row in rows}
    live = {pk for pk, line in _by_id(known).items() if line.taken_out_at is None}
    found.left_out = len(live - found.lines.keys())
    found.moved_texts = sum(known[row.lineage].version != row.edit for row in rows)
    found.faults += locked_faults(version, book, known)
    writable = writable_lines(actor, version, seen)
    found.faults += _cell_faults(book, found, writable)
    counted = {key: cents for key, cents in held.items() if key[0] in live}
    settled = [change for change in found.compared.changes if not change.is_conflict]
    found.totals = totals(counted, settled)
    if found.stands:
        try_changes(actor, version, found, settled, book.sheet)
    return found


def _whole(lines: Any) -> Any:
    return lines.select_related("project", "node", "functional_domain", "activity", "category")


def _by_id(known: Mapping[str, ProgrammingLine]) -> dict[int, ProgrammingLine]:
    return {line.pk: line for line in known.values()}


def _is_of(book: Book, version: ProgrammingVersion, found: Examined) -> bool:
    """Whether the file is of this version, in its stage, and of no later moment than now."""
    if book.origin is None:
        return False
    stage = stage_of(version.kind).value
    own = version.fiscal_year, version.number, version.data_origin, stage
    if book.origin.version != own:
        of = f"{book.origin.fiscal_year}-V{book.origin.number}"
        message = _("This workbook is of %(other)s, %(stage)s: here is %(version)s.")
        words = {"other": of, "stage": book.origin.stage, "version": version.code}
        found.faults.append(Fault("other_version", message % words))
        return False
    edits = ProgrammingEdit.objects.filter(programming_version=version)
    if book.origin.mark and not edits.filter(pk=book.origin.mark).exists():
        message = _("This workbook was not downloaded here: download it again.")
        found.faults.append(Fault("other_base", message))
        return False
    return True


def _refuse_unknown(
    actor: Any, book: Book, known: Mapping[str, ProgrammingLine], found: Examined
) -> None:
    """Tell the rows whose line is not in the version, or is not the caller's to see; one query."""
    unknown = [row for row in book.rows if row.lineage not in known]
    if not unknown:
        return
    rows = ProgrammingLine.objects.filter(lineage__in={row.lineage for row in unknown})
    others = {str(one) for one in rows.visible_to(actor).values_list("lineage", flat=True)}
    elsewhere = _("This line is of another version: it does not stand in this one.")
    nowhere = _("There is no such line in this version, or it is not yours to read.")
    for row in unknown:
        is_other = row.lineage in others
        code, message = ("other_version_line", elsewhere) if is_other else ("unknown_line", nowhere)
        found.faults.append(Fault(code, message, book.sheet, _head(row), row.lineage))


def _head(row: BookRow) -> str:
    return f"A{row.line}"


def _held(version: ProgrammingVersion, lines: Any) -> dict[Key, int | None]:
    """Return the cells of the lines in the stage of their version, in cents; one query."""
    stage = stage_of(version.kind)
    measures = [Cast(F(f"{stage}_{measure}"), _RAW) for measure in Measure.values]
    rows = ProgrammingAmount.objects.filter(line__in=lines.order_by().values("pk")).order_by()
    found: dict[Key, int | None] = {}
    for pk, rank, *cents in rows.values_list("line_id", "rank", *measures):
        for measure, value in zip(Measure.values, cents, strict=True):
            found[pk, rank, measure] = value
    return found


def _base(version: ProgrammingVersion, mark: int) -> dict[Key, int | None]:
    """Return what the cells edited since a mark held then, in cents; one query."""
    edits = ProgrammingEdit.objects.filter(
        programming_version=version, pk__gt=mark, stage=stage_of(version.kind)
    ).order_by("pk")
    found: dict[Key, int | None] = {}
    before = Cast(F("before"), _RAW)
    for pk, rank, measure, cents in edits.values_list("line_id", "rank", "measure", before):
        found.setdefault((pk, rank, measure), cents)
    return found


def _cell_faults(book: Book, found: Examined, writable: Collection[int]) -> Iterable[Fault]:
    """Yield what is wrong in a cell that the file changes."""
    for change in found.compared.changes:
        line = found.lines[change.key[0]]
        if line.taken_out_at is not None:
            code, message = "line_out", _("This line was taken out of the version.")
        elif line.pk not in writable:
            code, message = "not_writable", _("You may not write in this line.")
        elif not has_allowed_sign(change.mine, is_take_back=line.is_take_back):
            code, message = "negative", str(NEGATIVE)
        else:
            continue
        yield Fault(code, message, book.sheet, change.place, euros(change.mine))


def euros(cents: int | None) -> str:
    """Return cents as JSON has euros; nothing for what is not said."""
    return "" if cents is None else f"{from_cents(cents):.2f}"


def try_changes(
    actor: Any, version: ProgrammingVersion, found: Examined, changes: Sequence[Change], sheet: str
) -> None:
    """Ask the rules what they say of the changes, and write nothing."""
    try:
        with transaction.atomic():
            _write(actor, version.pk, changes, frozenset(), "")
            transaction.set_rollback(True)
    except RowsRefused as refused:
        for index, error in refused.errors.items():
            message = told(error)[0]
            place = changes[index].place
            found.faults.append(Fault(message["code"], message["message"], sheet, place))
    except DomainError as error:
        found.refusal, found.refusal_code = str(error), error.code
    except PermissionDenied:
        found.refusal = _("You may not write in these lines.")
        found.refusal_code = "permission_denied"


def _write(
    actor: Any, version_id: int, changes: Iterable[Change], mine: Collection[Key], reason: str
) -> Operation | None:
    edits = [
        CellEdit(
            line=change.key[0],
            rank=change.key[1],
            measure=change.key[2],
            before=_amount(change.held),
            after=_amount(change.mine),
            reason=reason,
        )
        for change in changes
        if not change.is_conflict or change.key in mine
    ]
    if not edits:
        return None
    return edit_cells(actor=actor, version_id=version_id, edits=edits, most=MOST_CELLS)


def _amount(cents: int | None) -> Decimal | None:
    return None if cents is None else from_cents(cents)


def write_changes(
    *,
    actor: Any,
    version_id: int,
    changes: Sequence[Change],
    mine: Collection[Key] = frozenset(),
    reason: str = "",
) -> Operation | None:
    """Write what an examination showed, in one operation; None when nothing is left to write.

    A conflict takes what the file says when its cell is among `mine`, else stays as it is. Each
    cell has to hold what was shown: raises StaleCell otherwise, and what `edit_cells` raises.
    """
    return _write(actor, version_id, changes, mine, reason)


@transaction.atomic
def upload_workbook(
    *, actor: Any, version_id: int, book: Book, conflicts: str = "", reason: str = ""
) -> tuple[Examined, Operation | None]:
    """Examine a workbook and write it at once, under the lock of its version.

    `conflicts` says what becomes of the cells that somebody else changed: `mine`, `theirs`, or
    nothing, and then they are refused with both values. Raises WorkbookRefused (a fault, a rule),
    StaleCell, VersionFrozen, ExerciseClosed.
    """
    version = lock_version(version_id)
    found = examine_workbook(actor=actor, version=version, book=book)
    if not found.stands:
        details = [fault.as_dict() for fault in found.faults]
        raise WorkbookRefused(details, found.refusal)
    changes = found.compared.changes
    if conflicts == "theirs":
        return found, _write(actor, version.pk, changes, frozenset(), reason)
    if conflicts == "mine":
        mine = {change.key for change in changes}
        return found, _write(actor, version.pk, changes, mine, reason)
    # A cell that moved does not hold what the file was made from: it is refused as any edit is.
    blind = [Change(one.key, one.base, one.mine, one.base, one.place) for one in changes]
    return found, _write(actor, version.pk, blind, frozenset(), reason)


def refreshed(version: ProgrammingVersion, actor: Any, changes: Sequence[Change]) -> Examined:
    """Return changes beside what their cells hold now: those that somebody changed are conflicts.

    What a cell holds already is no change any more. Three queries.
    """
    seen = ProgrammingLine.objects.filter(programming_version=version).visible_to(actor)
    held = _held(version, seen)
    now = [
        Change(one.key, one.base, one.mine, held[one.key], one.place)
        for one in changes
        if one.key in held
    ]
    left = [change for change in now if change.mine != change.held]
    lines = {line.pk: line for line in _whole(seen)}
    found = Examined(compared=Compared(tuple(left)), lines=lines)
    live = {key: cents for key, cents in held.items() if lines[key[0]].taken_out_at is None}
    found.totals = totals(live, [change for change in left if not change.is_conflict])
    return found
