"""What the tables of the steps refuse, whoever writes to them (docs/programming.md, Steps).

A step is never changed nor deleted, and starts from the state that stands; nobody approves what
they submitted, in person or for somebody else (`reliability.md` §3.3); a file moves by steps.
"""

from __future__ import annotations

from budgets.enums import APPROVALS, FROZEN_STATES, VERSION_MOVES, StepVerb
from common.triggers import Guard

_VERSIONS, _FILES = "budgets_programmingversion", "budgets_programmingfile"
_STEPS = "budgets_programmingstep"


def _texts(values: frozenset[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(map(str, values)))


_MOVES = " OR ".join(
    f"(OLD.state = '{left.value}' AND NEW.state = '{reached.value}')"
    for left, some in VERSION_MOVES.items()
    for reached in sorted(some)
)
# A submission that stands: its file, or its version, was not returned since.
_STANDING = (
    f"NOT EXISTS (SELECT 1 FROM {_STEPS} r "  # noqa: S608 (names of this module)
    "WHERE r.programming_version_id = s.programming_version_id "
    f"AND COALESCE(r.project_id, 0) = COALESCE(s.project_id, 0) "
    f"AND r.verb = '{StepVerb.RETURN.value}' AND r.id > s.id)"
)
# Who approves, or for whom, is who submitted, or for whom. What is approved of a version is also
# what was submitted of each of its files.
_OWN_SUBMISSION = (
    f"EXISTS (SELECT 1 FROM {_STEPS} s "  # noqa: S608 (names of this module)
    "WHERE s.programming_version_id = NEW.programming_version_id "
    f"AND s.verb = '{StepVerb.SUBMIT.value}' "
    "AND (NEW.project_id IS NULL OR s.project_id = NEW.project_id) "
    "AND (s.actor_id = NEW.actor_id OR s.actor_id = NEW.on_behalf_of_id "
    "OR s.on_behalf_of_id = NEW.actor_id OR s.on_behalf_of_id = NEW.on_behalf_of_id) "
    f"AND {_STANDING})"
)
_OTHER_STATE = (
    "(NEW.project_id IS NULL AND NEW.from_state IS DISTINCT FROM "  # noqa: S608 (own names)
    f"(SELECT v.state FROM {_VERSIONS} v "
    "WHERE v.id = NEW.programming_version_id)) "
    "OR (NEW.project_id IS NOT NULL AND NEW.from_state IS DISTINCT FROM "
    f"(SELECT f.state FROM {_FILES} f "
    "WHERE f.programming_version_id = NEW.programming_version_id "
    "AND f.project_id = NEW.project_id))"
)
_VERSION_FROZEN = (
    f"EXISTS (SELECT 1 FROM {_VERSIONS} v "  # noqa: S608 (names of this module)
    f"WHERE v.id = NEW.programming_version_id AND v.state IN ({_texts(FROZEN_STATES)}))"
)

ROUND_GUARDS: tuple[Guard, ...] = (
    Guard(
        "budgets_step_kept_update", _STEPS, "UPDATE", "1 = 1",
        "a step of the programming is not changed",
    ),
    Guard(
        "budgets_step_kept_delete", _STEPS, "DELETE", "1 = 1",
        "a step of the programming is not deleted",
    ),
    Guard(
        "budgets_step_from_where_it_stands", _STEPS, "INSERT", _OTHER_STATE,
        "a step of the programming starts from the state that stands",
    ),
    Guard(
        "budgets_step_not_by_who_submitted", _STEPS, "INSERT",
        f"NEW.verb IN ({_texts(APPROVALS)}) AND {_OWN_SUBMISSION}",
        "nobody approves what they submitted",
    ),
    Guard(
        "budgets_file_begins_as_draft", _FILES, "INSERT",
        f"NEW.state <> 'draft' OR {_VERSION_FROZEN}",
        "a file of the programming begins as a draft, in a version that is not frozen",
    ),
    Guard(
        "budgets_file_moves", _FILES, "UPDATE",
        f"NEW.state <> OLD.state AND NOT ({_MOVES})",
        "a file of the programming does not go from this state to that one",
    ),
    Guard(
        "budgets_file_stays", _FILES, "UPDATE",
        "NEW.programming_version_id <> OLD.programming_version_id "
        "OR NEW.project_id <> OLD.project_id",
        "a file of the programming stays that of its project and version",
    ),
    Guard(
        "budgets_file_kept_delete", _FILES, "DELETE", "OLD.state <> 'draft'",
        "a file of the programming that was submitted is not deleted",
    ),
)  # fmt: skip
