"""Which line of an extract a matching rule holds for: pure functions of texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from common.tabular.parsing import plain_text

# What a condition may read of a line: the columns of the extracts that are texts.
COLUMNS = (
    "node", "project", "legal_reference", "commitment", "source_reference", "label", "supplier",
    "functional_domain", "activity", "category", "tranche", "cost_centre", "kind", "legal_basis",
    "act_reference", "number", "invoice_number", "payment_request", "fiscal_year",
)  # fmt: skip
# What a rule may complete, by the column of the line.
TARGETS = ("node", "project", "commitment")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a text of the line; case, accents and spaces at the ends do not count."""

    column: str
    operator: str
    text: str

    def holds(self, values: Mapping[str, str]) -> bool:
        """Whether the line satisfies it; a text that is empty never does."""
        found, wanted = plain(values.get(self.column, "")), plain(self.text)
        if not found or not wanted:
            return False
        if self.operator == "starts_with":
            return found.startswith(wanted)
        if self.operator == "contains":
            return wanted in found
        return found == wanted


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the matcher reads it: `target` gives the value of the columns that it completes.

    `table` is empty for any table; `pk` names the saved rule.
    """

    pk: int
    name: str
    table: str
    conditions: Sequence[Condition]
    target: Mapping[str, str]

    def holds(self, table: str, values: Mapping[str, str]) -> bool:
        """Whether it holds for a line: every condition does, and there is one at least."""
        if self.table not in ("", table) or not self.conditions:
            return False
        return all(condition.holds(values) for condition in self.conditions)


def plain(text: str) -> str:
    """Return a text as conditions compare it."""
    return plain_text(str(text).strip())


def first_holding(
    rules: Iterable[Rule], table: str, values: Mapping[str, str], needs: Iterable[str]
) -> Rule | None:
    """Return the first rule that holds for a line and completes a column that it needs."""
    wanted = set(needs)
    for rule in rules:
        if wanted & rule.target.keys() and rule.holds(table, values):
            return rule
    return None
