"""What the tables of the programming refuse, whoever writes to them (docs/programming.md).

From its validation on a version is frozen, with its lines and their amounts; a state is left for
one that follows it; an edit is neither changed nor deleted.
"""

from __future__ import annotations

from budgets.enums import FROZEN_STATES, VERSION_MOVES
from common.triggers import Guard

_VERSIONS, _LINES = "budgets_programmingversion", "budgets_programmingline"
_AMOUNTS, _EDITS = "budgets_programmingamount", "budgets_programmingedit"
_FROZEN = ", ".join(f"'{state.value}'" for state in sorted(FROZEN_STATES))
_MOVES = " OR ".join(
    f"(OLD.state = '{left.value}' AND NEW.state = '{reached.value}')"
    for left, some in VERSION_MOVES.items()
    for reached in sorted(some)
)
# What still changes in a frozen version: its moves, and that another one is of record.
MOVING_COLUMNS = frozenset({"id", "state", "is_of_record", "version", "updated_at"})
KEPT_COLUMNS = (
    "fiscal_year", "data_origin", "number", "kind", "label", "basis", "parent_id", "data_on",
    "created_by_id", "created_at",
)  # fmt: skip

_IS_FROZEN = "a version of the programming is frozen once it is validated"


def _version_frozen(row: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_VERSIONS} v "  # noqa: S608 (names of this module)
        f"WHERE v.id = {row}.programming_version_id AND v.state IN ({_FROZEN}))"
    )


def _line_frozen(row: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {_LINES} l "  # noqa: S608 (names of this module)
        f"JOIN {_VERSIONS} v ON v.id = l.programming_version_id "
        f"WHERE l.id = {row}.line_id AND v.state IN ({_FROZEN}))"
    )


def _frozen_rows() -> list[Guard]:
    found = []
    for table, frozen, name in (
        (_LINES, _version_frozen, "line"),
        (_AMOUNTS, _line_frozen, "amount"),
    ):
        refused = {
            "INSERT": frozen("NEW"),
            "UPDATE": f"{frozen('OLD')} OR {frozen('NEW')}",
            "DELETE": frozen("OLD"),
        }
        found += [
            Guard(f"budgets_{name}_frozen_{event.lower()}", table, event, condition, _IS_FROZEN)
            for event, condition in refused.items()
        ]
    return found


_SUCCESSOR = (
    f"EXISTS (SELECT 1 FROM {_VERSIONS} s "  # noqa: S608 (names of this module)
    "WHERE s.fiscal_year = OLD.fiscal_year "
    "AND s.data_origin = OLD.data_origin AND s.id <> OLD.id "
    f"AND s.state IN ('arbitrated', {_FROZEN}))"
)
_KEPT_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT_COLUMNS)

PROGRAMMING_GUARDS: tuple[Guard, ...] = (
    *_frozen_rows(),
    Guard(
        "budgets_version_begins_as_draft", _VERSIONS, "INSERT",
        "NEW.state <> 'draft' OR NEW.is_of_record",
        "a version of the programming begins as a draft",
    ),
    Guard(
        "budgets_version_moves", _VERSIONS, "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({_MOVES})",
        "a version of the programming does not go from this state to that one",
    ),
    Guard(
        "budgets_version_frozen_update", _VERSIONS, "UPDATE",
        f"OLD.state IN ({_FROZEN}) AND ({_KEPT_CHANGED})", _IS_FROZEN,
    ),
    Guard(
        "budgets_version_becomes_of_record", _VERSIONS, "UPDATE",
        "NEW.is_of_record AND NOT OLD.is_of_record "
        "AND NOT (OLD.state = 'arbitrated' AND NEW.state = 'validated')",
        "a version of the programming is of record from its validation",
    ),
    Guard(
        "budgets_version_stays_of_record", _VERSIONS, "UPDATE",
        f"OLD.is_of_record AND NOT NEW.is_of_record AND NOT {_SUCCESSOR}",
        "the version of record gives way to another one that is arbitrated",
    ),
    Guard(
        "budgets_version_frozen_delete", _VERSIONS, "DELETE", f"OLD.state IN ({_FROZEN})",
        _IS_FROZEN,
    ),
    Guard(
        "budgets_edit_of_frozen", _EDITS, "INSERT", _version_frozen("NEW"), _IS_FROZEN,
    ),
    Guard(
        "budgets_edit_kept_update", _EDITS, "UPDATE", "1 = 1",
        "an edit of the programming is not changed",
    ),
    Guard(
        "budgets_edit_kept_delete", _EDITS, "DELETE", "1 = 1",
        "an edit of the programming is not deleted",
    ),
)  # fmt: skip

_CEILINGS = "budgets_budgetceiling"
CEILING_COLUMNS = (
    "node_id", "fiscal_year", "credit_type", "ae", "cp", "mode", "reason", "proposed_by_id",
    "proposed_at",
)  # fmt: skip
_CEILING_CHANGED = " OR ".join(
    f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in CEILING_COLUMNS
)

CEILING_GUARDS: tuple[Guard, ...] = (
    Guard(
        "budgets_ceiling_kept", _CEILINGS, "UPDATE", _CEILING_CHANGED,
        "a ceiling is not changed: another one is proposed",
    ),
    Guard(
        "budgets_ceiling_decided_once", _CEILINGS, "UPDATE",
        "OLD.decided_by_id IS NOT NULL AND (NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id "
        "OR NEW.decided_at IS DISTINCT FROM OLD.decided_at)",
        "a ceiling is decided once",
    ),
)  # fmt: skip
