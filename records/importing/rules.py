"""The rules across cells that the schemas name (`rules` of a table)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from common.identifiers import is_valid_siret
from records.importing.schema import Rule
from records.importing.stage import Stage, StagedRow, StagedTable

_CENT = Decimal("0.01")
# A fault of a row: its column, its code and its message.
Finding = tuple[str, str, str] | None


def check_table_rules(stage: Stage, table: StagedTable) -> None:
    """Apply the rules of a table to the rows in memory whose cells could be read."""
    for rule in table.schema.rules:
        check = _ROW_RULES.get(rule.name)
        if check is None:
            continue
        for row in table.rows:
            if row.bad.isdisjoint(rule.fields):
                _tell(stage, table.schema.name, row, rule, check(*row.key(rule.fields), rule))


def _tell(stage: Stage, table: str, row: StagedRow, rule: Rule, finding: Finding) -> None:
    if finding:
        stage.fault(table, row, *finding, is_warning=rule.is_warning)


def _ordered(first: Any, second: Any, rule: Rule) -> Finding:
    """The second date does not come before the first."""
    if first is None or second is None or first <= second:
        return None
    message = _("The date is before that of %(column)s.") % {"column": rule.fields[0]}
    return rule.fields[1], "dates_not_ordered", message


def _not_all_zero(*values: Any) -> Finding:
    """One of the amounts is not zero."""
    *amounts, rule = values
    if any(amounts):
        return None
    return rule.fields[0], "zero_amount", _("The fact moves nothing.")


def _siret(kind: str, identifier: str, rule: Rule) -> Finding:
    """A SIRET has 14 digits and a right key."""
    if kind != "siret" or not identifier or is_valid_siret(identifier):
        return None
    return rule.fields[1], "wrong_siret", _("This SIRET is not valid: 14 digits and their key.")


def _exactly_one(*values: Any) -> Finding:
    """One of the cells is filled, and one only."""
    *cells, rule = values
    if sum(cell not in (None, "") for cell in cells) == 1:
        return None
    message = _("One of these columns is filled, and one only: %(columns)s.")
    return rule.fields[0], "not_exactly_one", message % {"columns": ", ".join(rule.fields)}


def _tax(
    excluding: Decimal | None, rate: Decimal | None, including: Decimal, rule: Rule
) -> Finding:
    """HT × (1 + VAT) = TTC, within a cent, when the source gives the three.

    A contract of several rates cannot satisfy it: the schema makes it a warning.
    """
    if excluding is None or rate is None:
        return None
    expected = excluding * (1 + rate / 100)
    if abs(expected - including) <= _CENT:
        return None
    message = _("HT and VAT make %(expected)s.") % {"expected": expected.quantize(_CENT)}
    return rule.fields[2], "tax_mismatch", message


_ROW_RULES: dict[str, Callable[..., Finding]] = {
    "ordered": _ordered,
    "not_all_zero": _not_all_zero,
    "exactly_one": _exactly_one,
    "siret": _siret,
    "tax": _tax,
}


def find_cycles(parents: dict[str, str]) -> list[list[str]]:
    """Return the cycles of a forest given by the parent of each node, each once, from its least
    code; empty when there is none.
    """
    done: set[str] = set()
    cycles: list[list[str]] = []
    for start in sorted(parents):
        path: list[str] = []
        node: str | None = start
        while node and node not in done and node not in path:
            path.append(node)
            node = parents.get(node)
        if node and node in path:
            loop = path[path.index(node) :]
            least = loop.index(min(loop))
            cycles.append(loop[least:] + loop[:least])
        done.update(path)
    return cycles
