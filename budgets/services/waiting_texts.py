"""The lines of extracts that wait, as imports and suggestions read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from budgets.models import MatchingRule, WaitingLine
from budgets.rules.matching import TARGETS, Condition, Rule
from records.importing.schema import TableSchema
from records.importing.stage import StagedRow
from records.services.plan import chunks
from records.services.traces import plain

# The version of a document is how a line is told from the former one, not what it says.
_NOT_KEPT = frozenset({"document_version"})


def text_of(value: Any) -> str:
    """Return a value of a line as its text: a day in ISO, an amount to the cent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(plain(value))


def texts_of(schema: TableSchema, row: StagedRow) -> dict[str, str]:
    """Return the texts of a row by column of its table."""
    names = [field.name for field in schema.fields if field.name not in _NOT_KEPT]
    return {name: text_of(row.values[name]) for name in names}


def lines_in_force(table: str, references: Iterable[str]) -> dict[str, WaitingLine]:
    """Return the lines of a table by source reference, whatever their state; one query by
    thousands.
    """
    found: dict[str, WaitingLine] = {}
    for some in chunks(references):
        rows = WaitingLine.objects.in_force().filter(table=table, source_reference__in=some)
        found |= {line.source_reference: line for line in rows.order_by()}
    return found


def rule_of(saved: MatchingRule) -> Rule:
    """Return a saved rule as the matcher reads it."""
    codes = (
        saved.node.code if saved.node else "",
        saved.project.code if saved.project else "",
        saved.commitment,
    )
    target = {column: code for column, code in zip(TARGETS, codes, strict=True) if code}
    conditions = [Condition(**condition) for condition in saved.conditions]
    return Rule(saved.pk, saved.name, saved.table, conditions, target)


def open_rules(*, automatic_only: bool = False) -> list[Rule]:
    """Return the open rules in the order in which they are tried; one query."""
    rows = MatchingRule.objects.in_order()
    if automatic_only:
        rows = rows.filter(is_automatic=True)
    return [rule_of(saved) for saved in rows]
