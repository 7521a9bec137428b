"""Raw SQL against what is validated: refused by the table, and accepted by its twin without."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from budgets.enums import FROZEN_STATES, VERSION_MOVES, VersionState
from budgets.models import (
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ProgrammingVersion,
)
from budgets.models.guards import KEPT_COLUMNS, MOVING_COLUMNS, PROGRAMMING_GUARDS
from common.triggers import lifted
from tests.budgets.ledger import make_uo
from tests.budgets.programming import at_state, make_line, make_version

_LINE = (
    "lineage, project_id, node_id, credit_type, is_earmarked, nature, label, contract_code, "
    "legal_reference, act_label, act_procedure, act_supplier, is_take_back, taken_out_reason, "
    "version, created_at, updated_at"
)
# A lineage that no line has: the hexadecimal of SQLite is a UUID of PostgreSQL too.
_OTHER = "'0123456789abcdef0123456789abcdef'"
_EDIT = "line_id, rank, stage, measure, after, reason, expression, operation, at"
VERSION, LINE = "budgets_programmingversion", "budgets_programmingline"
AMOUNT, EDIT = "budgets_programmingamount", "budgets_programmingedit"

# A write by raw SQL for each thing that is frozen; `{v}` is the version, `{l}` its line, `{d}` a
# draft of the same exercise, `{m}` the line of that draft.
FROZEN_WRITES = {
    "insert a line": f"INSERT INTO {LINE} (programming_version_id, {_LINE}) SELECT {{v}}, "
    f"{_LINE.replace('lineage', _OTHER, 1)} FROM {LINE} WHERE id = {{m}}",
    "change a line": f"UPDATE {LINE} SET label = 'x' WHERE id = {{l}}",
    "move a line in": f"UPDATE {LINE} SET programming_version_id = {{v}} WHERE id = {{m}}",
    "delete a line": f"DELETE FROM {LINE} WHERE id = {{l}}",
    "insert an amount": f"INSERT INTO {AMOUNT} (line_id, rank, is_take_back) "
    f"SELECT {{l}}, 3, is_take_back FROM {AMOUNT} WHERE line_id = {{m}} AND rank = 3",
    "change an amount": f"UPDATE {AMOUNT} SET granted_ae = 1 WHERE line_id = {{l}} AND rank = 0",
    "move an amount in": f"UPDATE {AMOUNT} SET line_id = {{l}} WHERE line_id = {{m}} AND rank = 3",
    "delete an amount": f"DELETE FROM {AMOUNT} WHERE line_id = {{l}} AND rank = 0",
    "change the version": f"UPDATE {VERSION} SET label = 'x' WHERE id = {{v}}",
    "renumber the version": f"UPDATE {VERSION} SET number = 99 WHERE id = {{v}}",
    "delete the version": f"DELETE FROM {VERSION} WHERE id = {{v}}",
    "take the record away": f"UPDATE {VERSION} SET is_of_record = false WHERE id = {{v}}",
    "insert an edit": f"INSERT INTO {EDIT} (programming_version_id, {_EDIT}) "
    f"SELECT {{v}}, {_EDIT} FROM {EDIT} WHERE line_id = {{m}}",
}  # fmt: skip


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def places(db: None) -> Callable[[str], dict[str, int]]:
    """Return a version in a state, and a draft beside it, each with a line of four years."""
    uo = make_uo()

    def make(state: str) -> dict[str, int]:
        version, draft = make_version(), make_version()
        held, other = make_line(version, uo), make_line(draft, uo)
        # A free year, for the amount that a write brings in.
        ProgrammingAmount.objects.filter(line=held, rank=3).delete()
        ProgrammingEdit.objects.create(
            programming_version=draft, line=other, rank=0, stage="requested", measure="ae",
            after=1, operation="0" * 32, at=timezone.now(),
        )  # fmt: skip
        at_state(version, state)
        return {"v": version.pk, "l": held.pk, "d": draft.pk, "m": other.pk}

    return make


@pytest.mark.parametrize("state", sorted(FROZEN_STATES))
@pytest.mark.parametrize("write", FROZEN_WRITES)
def test_raw_sql_changes_nothing_of_what_is_frozen(places, state, write):
    with pytest.raises(IntegrityError, match=r"frozen|gives way"):
        run(FROZEN_WRITES[write].format(**places(state)))


@pytest.mark.parametrize("write", FROZEN_WRITES)
def test_without_its_guards_the_same_write_passes(places, write):
    names = places("validated")
    with transaction.atomic(), lifted(connection, PROGRAMMING_GUARDS):
        if write in ("delete a line", "delete the version"):
            # Nothing hangs on it any more: the engine itself keeps what is referenced.
            run(f"DELETE FROM {AMOUNT} WHERE line_id = {names['l']}")
        if write == "delete the version":
            run(f"DELETE FROM {LINE} WHERE id = {names['l']}")
        run(FROZEN_WRITES[write].format(**names))


@pytest.mark.parametrize("state", ["draft", "submitted", "arbitrated"])
def test_the_same_writes_pass_before_the_validation(places, state):
    names = places(state)
    for write in ("insert a line", "change a line", "insert an amount", "change an amount"):
        run(FROZEN_WRITES[write].format(**names))
    assert ProgrammingLine.objects.filter(programming_version_id=names["v"]).count() == 2


PAIRS = [pair for pair in itertools.product(VersionState.values, repeat=2) if pair[0] != pair[1]]


@pytest.mark.parametrize(("left", "reached"), PAIRS)
def test_a_state_is_left_for_one_that_follows_it_and_for_no_other(places, left, reached):
    move = f"UPDATE {VERSION} SET state = '{reached}' WHERE id = {places(left)['v']}"
    if reached in VERSION_MOVES[VersionState(left)]:
        run(move)
        return
    with pytest.raises(IntegrityError):
        run(move)


def test_without_its_guards_a_draft_is_archived_at_once(places):
    names = places("draft")
    with transaction.atomic(), lifted(connection, PROGRAMMING_GUARDS):
        run(f"UPDATE {VERSION} SET state = 'archived' WHERE id = {names['v']}")


@pytest.mark.parametrize("begins", ["state = 'validated'", "is_of_record = true"])
def test_a_version_begins_as_a_draft_that_is_not_of_record(db, begins):
    make_version()
    columns = (
        "fiscal_year, data_origin, number, kind, label, basis, version, created_at, updated_at"
    )
    shown = columns.replace("number", "9")
    state, record = ("'validated'", "false") if begins.startswith("state") else ("'draft'", "true")
    insert = (
        f"INSERT INTO {VERSION} (state, is_of_record, {columns}) "
        f"SELECT {state}, {record}, {shown} FROM {VERSION}"
    )
    with pytest.raises(IntegrityError):
        run(insert)
    if state == "'validated'":
        with transaction.atomic(), lifted(connection, PROGRAMMING_GUARDS):
            run(insert)


def test_a_version_of_record_gives_way_to_one_that_is_arbitrated(places):
    names = places("validated")
    away = f"UPDATE {VERSION} SET is_of_record = false WHERE id = {names['v']}"
    with pytest.raises(IntegrityError, match="gives way"):
        run(away)
    at_state(ProgrammingVersion.objects.get(pk=names["d"]), "arbitrated")
    run(away)
    run(f"UPDATE {VERSION} SET state = 'validated', is_of_record = true WHERE id = {names['d']}")
    assert ProgrammingVersion.objects.get(is_of_record=True).pk == names["d"]


def test_a_frozen_version_is_never_of_record_again(places):
    names = places("validated")
    at_state(ProgrammingVersion.objects.get(pk=names["d"]), "validated")
    with pytest.raises(IntegrityError):
        run(f"UPDATE {VERSION} SET is_of_record = true WHERE id = {names['v']}")


@pytest.mark.parametrize("write", ["UPDATE {edit} SET reason = 'x'", "DELETE FROM {edit}"])
def test_an_edit_is_neither_changed_nor_deleted(places, write):
    places("draft")
    with pytest.raises(IntegrityError, match="an edit of the programming"):
        run(write.format(edit=EDIT))
    with transaction.atomic(), lifted(connection, PROGRAMMING_GUARDS):
        run(write.format(edit=EDIT))


def standing() -> set[str]:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return {name for (name,) in cursor.fetchall()}


def test_every_guard_stands_once_the_tables_are_migrated(db):
    # SQLite forgets the triggers of a table that a migration alters (common.triggers).
    assert {guard.name for guard in PROGRAMMING_GUARDS} <= standing()


@pytest.mark.django_db(transaction=True)
def test_a_flush_of_the_tests_empties_what_is_frozen_and_leaves_the_guards():
    version = make_version()
    make_line(version, make_uo())
    at_state(version, "validated")
    call_command("flush", verbosity=0, interactive=False)
    assert not ProgrammingVersion.objects.exists()
    assert {guard.name for guard in PROGRAMMING_GUARDS} <= standing()


def test_every_column_of_a_version_is_kept_or_known_to_move():
    columns = {field.column for field in ProgrammingVersion._meta.concrete_fields}
    assert columns == MOVING_COLUMNS | set(KEPT_COLUMNS)


def faults_of(row: Any) -> str:
    with pytest.raises(ValidationError) as told:
        row.full_clean()
    return " ".join(told.value.messages)


def test_negative_amounts_are_those_of_a_take_back(db):
    uo, version = make_uo(), make_version()
    line, back = make_line(version, uo), make_line(version, uo, is_take_back=True)
    wrong = ProgrammingAmount.objects.get(line=line, rank=0)
    wrong.requested_ae = -1
    assert "reprise" in faults_of(wrong)
    with pytest.raises(IntegrityError):
        run(f"UPDATE {AMOUNT} SET requested_ae = -1 WHERE id = {wrong.pk}")
    right = ProgrammingAmount.objects.get(line=back, rank=0)
    right.requested_ae = -1
    right.full_clean()
    right.save()


def test_an_exercise_and_origin_have_one_version_of_record_and_one_of_each_number(db):
    first, second = make_version(), make_version()
    with pytest.raises(IntegrityError):
        run(f"UPDATE {VERSION} SET number = {first.number} WHERE id = {second.pk}")
    make_version(data_origin="fictitious", number=first.number)
    at_state(first, "validated")
    at_state(second, "arbitrated")
    with pytest.raises(IntegrityError):
        run(f"UPDATE {VERSION} SET state='validated', is_of_record=true WHERE id={second.pk}")


def test_a_line_has_one_amount_a_year_and_one_lineage_a_version(db):
    version = make_version()
    line = make_line(version, make_uo())
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammingAmount.objects.create(line=line, rank=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        ProgrammingLine.objects.create(
            programming_version=version, node=line.node, label="x", lineage=line.lineage
        )
