"""Lines of extracts whose imputation is unknown: completed by rules, or kept waiting.

A deposit that keeps them calls `prepare` before references are checked, and `keep` once all is
written; `forget` takes the lines of an undone batch out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from budgets.enums import LineVerb, WaitingReason, WaitingState, WaitingTable
from budgets.models import WaitingLine
from budgets.rules.matching import Rule, first_holding
from budgets.services.releasing import release_lines
from budgets.services.waiting_rows import keep_decisions
from budgets.services.waiting_texts import lines_in_force, open_rules, text_of, texts_of
from common.models import DataOrigin
from records.importing.stage import Key, StagedRow, StagedTable
from records.services.facts import FactTable
from records.services.plan import Found, Plan, Stored, Undoing, Writer, chunks

_REASONS = {
    "node": WaitingReason.UNKNOWN_NODE,
    "project": WaitingReason.UNKNOWN_PROJECT,
    "commitment": WaitingReason.UNKNOWN_COMMITMENT,
}
_TARGET_TABLES = {"node": "nomenclature", "project": "projects", "commitment": "commitments"}


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rule completed of a row: its texts before, and the columns that it gave."""

    rule: Rule
    texts: dict[str, str]
    target: dict[str, str]


class WaitingFacts(FactTable):
    """A table of facts whose rows may wait; `ruled` are those that rules completed, by line.

    `former_versions` are the versions of the documents of lines that were detached, by reference.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.ruled: dict[int, Ruled] = {}
        self.former_versions: dict[str, int] = {}

    @cached_property
    def _any_withdrawn(self) -> bool:
        return WaitingLine.objects.filter(table=self.name, is_withdrawn=True).exists()

    def _withdrawn(self, keys: dict[Key, int]) -> set[Key]:
        """Return the keys, among those of facts by id, whose line was detached: its last fact is
        reversed, and nothing stands of it. Nothing is read while no line ever was.
        """
        if not keys or not self._any_withdrawn:
            return set()
        lines = WaitingLine.objects.filter(table=self.name, is_withdrawn=True).order_by()
        ids: dict[int, Key] = {}
        for some in chunks(keys):
            named = lines.filter(source_reference__in=[key[0] for key in some])
            ids |= {keys[(code,)]: (code,) for code in
                    named.values_list("source_reference", flat=True)}  # fmt: skip
        reversed_ids: set[Key] = set()
        for some in chunks(ids):
            rows = self.model._default_manager.filter(reverses__in=some).order_by()
            reversed_ids |= {ids[pk] for pk in rows.values_list("reverses_id", flat=True)}
        return reversed_ids

    def find(self, keys: set[Key]) -> dict[Key, Found]:
        """Return the rows of these keys that stand."""
        found = super().find(keys)
        for key in self._withdrawn({key: known.pk for key, known in found.items()}):
            del found[key]
        return found

    def stored(self, keys: Iterable[Key]) -> dict[Key, Stored]:
        """Return the facts of these keys as they stand; a detached line has none."""
        found = super().stored(keys)
        for key in self._withdrawn({key: known.pk for key, known in found.items()}):
            self.former_versions[key[0]] = found.pop(key).version
        return found

    def columns_of(self, rows: Collection[StagedRow], writer: Writer) -> dict[str, Iterable[Any]]:
        """Return the columns of the facts; a line attached anew is a newer version of its own."""
        columns = super().columns_of(rows, writer)
        if self.former_versions:
            known = [self.former_versions.get(row.values["source_reference"], 0) for row in rows]
            own = [row.values["source_reference"] for row in rows]
            told = list(zip(own, known, strict=True))
            columns |= {
                "source_reference": [f"{code}#{n + 1}" if n else code for code, n in told],
                "document_reference": [code if n else "" for code, n in told],
                "document_version": [n + 1 if n else kept for (_code, n), kept in
                                     zip(told, columns["document_version"], strict=True)],
            }  # fmt: skip
        return columns

    def known_waiting(self, rows: list[StagedRow]) -> list[StagedRow]:
        """Return the rows that wait since a former import with the same content."""
        kept = lines_in_force(self.name, [row.values["source_reference"] for row in rows])
        return [row for row in rows if self.says_the_same(row, kept)]

    def says_the_same(self, row: StagedRow, kept: dict[str, WaitingLine]) -> bool:
        """Whether a row is a line that is not recorded, as it is; its batch is then leant on."""
        line = kept.get(row.values["source_reference"])
        if line is None or line.is_recorded or line.values != texts_of(self.schema, row):
            return False
        self.plan.leans_on.add(line.batch_id)
        return True


def _tables(plan: Plan) -> Iterable[tuple[Any, StagedTable]]:
    for name in WaitingTable.values:
        if name in plan.stage.tables:
            yield plan.tables[name], plan.stage.tables[name]


def prepare(plan: Plan) -> None:
    """Complete the rows as they were attached before, then by the automatic rules; leave those
    that were set aside where they are.
    """
    rules = open_rules(automatic_only=True)
    for table, staged in _tables(plan):
        rows = [row for row in staged.rows if not row.bad]
        kept = lines_in_force(table.name, [row.values["source_reference"] for row in rows])
        given: dict[str, set[Key]] = defaultdict(set)
        for row in rows:
            line = kept.get(row.values["source_reference"])
            if line is not None and line.state == WaitingState.ATTACHED:
                _complete(row, _still(line, row), given)
        _look_up(plan, given)
        aside = [
            row
            for row in rows
            if (line := kept.get(row.values["source_reference"])) is not None
            and line.state == WaitingState.SET_ASIDE
            and table.says_the_same(row, kept)
        ]
        staged.take_out(aside)
        staged.known += aside
        if rules:
            _apply_rules(table, staged, rules)


def _still(line: WaitingLine, row: StagedRow) -> dict[str, str]:
    """Return what a line was attached to, for the columns that the file gives as it did then."""
    return {
        column: code
        for column, code in line.target.items()
        if text_of(row.values.get(column)) == line.values.get(column, "")
    }


def _complete(row: StagedRow, target: dict[str, str], given: dict[str, set[Key]]) -> None:
    for column, code in target.items():
        row.values[column] = code
        given[_TARGET_TABLES[column]].add((code,))


def _look_up(plan: Plan, given: dict[str, set[Key]]) -> None:
    """Find the records that rows were completed with."""
    for name, keys in given.items():
        wanted = keys - plan.found[name].keys()
        if wanted:
            plan.found[name] |= plan.tables[name].find(wanted)


def _apply_rules(table: Any, staged: StagedTable, rules: list[Rule]) -> None:
    """Complete the rows that rules hold for, and tell each."""
    given: dict[str, set[Key]] = defaultdict(set)
    for row in staged.rows:
        needs = set() if row.bad else _needs(table, row)
        if not needs:
            continue
        texts = texts_of(table.schema, row)
        rule = first_holding(rules, table.name, texts, needs)
        if rule is None:
            continue
        target = {column: code for column, code in rule.target.items() if column in needs}
        table.ruled[row.line] = Ruled(rule, texts, target)
        _complete(row, target, given)
        message = _("Attached by the rule “%(name)s”.") % {"name": rule.name}
        column = min(target)
        table.plan.stage.fault(table.name, row, column, "attached", message, is_warning=True)
    _look_up(table.plan, given)


def _needs(table: Any, row: StagedRow) -> set[str]:
    """Return the columns of a row that a rule may complete: unknown, or a commitment's project."""
    found = set()
    for column in table.waits_for & _TARGET_TABLES.keys():
        code = row.values[column]
        if not code:
            if column == "project" and table.name == WaitingTable.COMMITMENTS:
                found.add(column)
        elif not _is_known(table.plan, _TARGET_TABLES[column], (code,)):
            found.add(column)
    return found


def _is_known(plan: Plan, name: str, key: Key) -> bool:
    staged = plan.stage.table(name)
    return key in plan.found[name] or (staged is not None and key in staged.by_key)


def keep(plan: Plan, writer: Writer) -> None:
    """Keep the rows that wait, replace the lines of which the import holds a newer version, and
    attach those that waited for what it brings.
    """
    if not plan.keeps_waiting and not WaitingLine.objects.exists():
        return
    for table, staged in _tables(plan):
        _keep_table(plan, table, staged, writer)
    release_lines(plan, writer)


def _keep_table(plan: Plan, table: Any, staged: StagedTable, writer: Writer) -> None:
    """Keep the lines of a table; those that are recorded slice by slice."""
    kept = lines_in_force(table.name, [row.values["source_reference"] for row in staged.waiting])
    _replace(plan, list(kept.values()), writer)
    lines = [_line(table, staged, row, writer, _why(row)) for row in staged.waiting]
    WaitingLine.objects.bulk_create(lines, batch_size=1_000)
    for _part, changes in plan.changes[table.name].parts(staged):
        updated = [row for row, _known, _changed in changes.updated]
        _keep_recorded(plan, table, staged, [*changes.created, *updated], writer)


def _replace(plan: Plan, former: list[WaitingLine], writer: Writer) -> None:
    """Note that the import holds a newer version of lines."""
    plan.leans_on.update(line.batch_id for line in former)
    for some in chunks(line.pk for line in former):
        WaitingLine.objects.filter(pk__in=some).update(replaced_by=writer.batch)


def _keep_recorded(
    plan: Plan, table: Any, staged: StagedTable, recorded: list[StagedRow], writer: Writer
) -> None:
    """Keep what is still to be told of lines that are recorded."""
    alone = [row for row in recorded if _has_no_project(plan, table, row)]
    ruled = [row for row in recorded if row.line in table.ruled]
    kept = lines_in_force(table.name, [row.values["source_reference"] for row in recorded])
    former = [
        line for line in kept.values() if not line.is_recorded or line.state == WaitingState.WAITING
    ]
    _replace(plan, former, writer)
    standing = kept.keys() - {line.source_reference for line in former}
    lines = [
        _line(table, staged, row, writer, [WaitingReason.NO_PROJECT])
        for row in alone
        if row.values["source_reference"] not in standing
    ]
    by_rule = [
        _ruled_line(table, staged, row, writer)
        for row in ruled
        if row.values["source_reference"] not in standing
    ]
    WaitingLine.objects.bulk_create([*lines, *by_rule], batch_size=1_000)
    keep_decisions(by_rule, LineVerb.ATTACHED, actor=writer.actor, at=writer.now)


def _has_no_project(plan: Plan, table: Any, row: StagedRow) -> bool:
    """Whether a commitment is recorded without a project by a deposit that keeps lines waiting."""
    is_commitment = table.name == WaitingTable.COMMITMENTS
    return plan.keeps_waiting and is_commitment and not row.values["project"]


def _why(row: StagedRow) -> list[str]:
    return sorted({_REASONS.get(column, WaitingReason.UNKNOWN_AXIS) for column in row.missing})


def _line(
    table: Any, staged: StagedTable, row: StagedRow, writer: Writer, reasons: Iterable[str]
) -> WaitingLine:
    """Build the line that keeps a row."""
    values = row.values
    found = {
        name: table.plan.found[_TARGET_TABLES[name]].get((values.get(name),))
        for name in ("node", "project")
    }
    ids = {f"{name}_id": known.pk if known else None for name, known in found.items()}
    is_movement = table.name == WaitingTable.MOVEMENTS
    return WaitingLine(
        batch=writer.batch,
        table=table.name,
        source_file=staged.file,
        source_line=row.line,
        source_reference=values["source_reference"],
        values=texts_of(table.schema, row),
        amount=values["ae"] if is_movement else values["amount"],
        cp=values["cp"] if is_movement else None,
        fiscal_year=values["fiscal_year"],
        commitment_reference=values.get("commitment") or "",
        reasons=[str(reason) for reason in reasons],
        is_recorded=not row.missing,
        data_origin=table.origin(row) or DataOrigin.OPERATIONAL,
        **ids,
    )


def _ruled_line(table: Any, staged: StagedTable, row: StagedRow, writer: Writer) -> WaitingLine:
    """Build the line that tells a row attached at import, and by which rule."""
    ruled: Ruled = table.ruled[row.line]
    reasons = [
        _REASONS[column] if ruled.texts[column] else WaitingReason.NO_PROJECT
        for column in sorted(ruled.target)
    ]
    line = _line(table, staged, row, writer, reasons)
    line.values, line.target, line.rule_id = ruled.texts, ruled.target, ruled.rule.pk
    line.state, line.closed_at, line.closed_by = WaitingState.ATTACHED, writer.now, writer.actor
    return line


def forget(undoing: Undoing) -> None:
    """Remove the lines of an undone batch; those that it replaced are in force again."""
    WaitingLine.objects.filter(batch=undoing.batch).delete()
    WaitingLine.objects.filter(replaced_by=undoing.batch).update(replaced_by=None)
