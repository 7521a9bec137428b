"""What is allowed and yet unlikely: a person confirms it, one by one, before it is recorded."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from records.importing.schema import TableSchema
from records.services.plan import Changes, ImportTable, Plan
from records.services.traces import key_text, plain

TIMES = 10
# More than 5 % of the lines missing, in a file that holds most of what is known.
_MISSING = Decimal("0.05")
_REDEPOSIT = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One anomaly. `key` binds a confirmation to the very values that were shown."""

    key: str
    table: str
    line: int | None
    identity: str
    column: str
    code: str
    before: str
    after: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """Return the anomaly for JSON."""
        return asdict(self)


def money_columns(schema: TableSchema) -> list[str]:
    """Return the columns of amounts: numbers of two decimals without a greatest value."""
    return [
        field.name
        for field in schema.fields
        if field.type == "number" and field.decimals == 2 and field.maximum is None
    ]


def find_anomalies(plan: Plan) -> list[Anomaly]:
    """Return the amounts multiplied or divided by 10 or of another sign, and the files that lost
    more than 5 % of the lines that the database knows.
    """
    found: list[Anomaly] = []
    for name, changes in plan.changes.items():
        table = plan.tables[name]
        found += _unlikely_amounts(table, changes)
        found += _lost_lines(table, changes)
    return found


def _unlikely_amounts(table: ImportTable, changes: Changes) -> list[Anomaly]:
    columns = money_columns(table.schema)
    found = []
    for row, stored, changed in changes.updated:
        for column in columns:
            if column not in changed:
                continue
            before, after = table.former(stored, column), row.values[column]
            told = _unlikely(before, after)
            if told:
                identity = key_text(row.key(table.schema.primary_key))
                found.append(_anomaly(table.name, row.line, identity, column, told, before, after))
    return found


def _unlikely(before: Any, after: Any) -> tuple[str, str] | None:
    """Return the code and the words of an unlikely change of an amount."""
    if not before or not after:
        return None
    if (before > 0) != (after > 0):
        return "sign_change", _("The sign changed.")
    ratio = abs(after) / abs(before)
    if ratio >= TIMES:
        return "times_ten", _("Multiplied by 10 or more.")
    if ratio * TIMES <= 1:
        return "times_ten", _("Divided by 10 or more.")
    return None


def _lost_lines(table: ImportTable, changes: Changes) -> list[Anomaly]:
    """Tell a file that holds most of what is known, and not all of it."""
    if not changes.known:
        return []
    population = table.population()
    missing = population - changes.known
    if changes.known < population * _REDEPOSIT or missing <= population * _MISSING:
        return []
    words = _("%(missing)d of the %(known)d lines known for the same exercises are missing.") % {
        "missing": missing,
        "known": population,
    }
    return [_anomaly(table.name, None, "", "", ("lost_lines", words), population, changes.known)]


def _anomaly(
    table: str,
    line: int | None,
    identity: str,
    column: str,
    told: tuple[str, str],
    before: Any,
    after: Any,
) -> Anomaly:
    code, message = told
    values = (str(plain(before)), str(plain(after)))
    text = "|".join([table, identity, column, code, *values])
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Anomaly(key, table, line, identity, column, code, *values, message)
