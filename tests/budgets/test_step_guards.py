"""Raw SQL against the steps: refused by the tables, and accepted by its twin without guards."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from budgets.enums import FILE_STEPS, VERSION_MOVES, VERSION_STEPS, StepVerb, VersionState
from budgets.models import ProgrammingFile, ProgrammingStep
from budgets.models.round_guards import ROUND_GUARDS
from common.triggers import lifted
from tests.budgets.ledger import make_project
from tests.budgets.programming import PATH, at_state, make_version
from tests.budgets.test_programming_guards import standing

STEP, FILE = "budgets_programmingstep", "budgets_programmingfile"
VERSION = "budgets_programmingversion"
DIGEST = "0" * 64


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def names(db: None) -> dict[str, Any]:
    """A version, the file of a project in it, and three people."""
    people = [User.objects.create_user(username=f"p{i}", password="x") for i in range(3)]
    version, project = make_version(), make_project("P-1")
    held = ProgrammingFile.objects.create(programming_version=version, project=project)
    return {
        "v": version.pk, "p": project.pk, "f": held.pk,
        **{name: user.pk for name, user in zip("abc", people, strict=True)},
    }  # fmt: skip


def step(names: dict[str, Any], verb: str, left: str, reached: str, **more: Any) -> str:
    """Return the INSERT of a step; `project` is that of the file unless told."""
    row = {"project": names["p"], "actor": names["a"], "for": None, "reason": "why", **more}
    shown = {key: "NULL" if value is None else value for key, value in row.items()}
    return (
        f"INSERT INTO {STEP} (programming_version_id, project_id, verb, from_state, to_state, "
        "actor_id, on_behalf_of_id, at, reason, content_digest, request_id) VALUES "
        f"({names['v']}, {shown['project']}, '{verb}', '{left}', '{reached}', {shown['actor']}, "
        f"{shown['for']}, '2026-11-27 08:00:00+00:00', '{row['reason']}', '{DIGEST}', '')"
    )


def put_file(names: dict[str, Any], state: str) -> None:
    for one in PATH[PATH.index("draft") + 1 : PATH.index(state) + 1]:
        run(f"UPDATE {FILE} SET state = '{one}' WHERE id = {names['f']}")


def test_a_step_is_neither_changed_nor_deleted(names):
    run(step(names, "submit", "draft", "submitted"))
    writes = (f"UPDATE {STEP} SET reason = 'other'", f"DELETE FROM {STEP}")
    for write in writes:
        with pytest.raises(IntegrityError, match="a step of the programming is not"):
            run(write)
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        for write in writes:
            run(write)
    assert not ProgrammingStep.objects.exists()


LEGAL = {
    (is_version, verb, left, reached)
    for is_version, steps in ((False, FILE_STEPS), (True, VERSION_STEPS))
    for verb, moves in steps.items()
    for left, reached in moves.items()
}
EVERY = itertools.product((False, True), StepVerb, VersionState, VersionState)


def test_a_step_is_one_of_the_moves_of_its_verb_and_no_other(names):
    refused = 0
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        for is_version, verb, left, reached in EVERY:
            project = {"project": None} if is_version else {}
            insert = step(names, verb.value, left.value, reached.value, **project)
            if (is_version, verb, left, reached) in LEGAL:
                run(insert)
                continue
            with pytest.raises(IntegrityError):
                run(insert)
            refused += 1
    assert refused == 2 * 9 * 6 * 6 - len(LEGAL)
    assert len(LEGAL) == 7 + 9


def test_a_return_without_a_reason_is_refused(names):
    put_file(names, "submitted")
    with pytest.raises(IntegrityError):
        run(step(names, "return", "submitted", "draft", reason=""))
    run(step(names, "return", "submitted", "draft", reason="Le montant de 2028 manque"))


def test_a_step_without_a_digest_is_refused(names):
    bare = step(names, "submit", "draft", "submitted").replace(DIGEST, "")
    with pytest.raises(IntegrityError):
        run(bare)


@pytest.mark.parametrize("of_version", [False, True])
def test_a_step_starts_from_the_state_that_stands(names, of_version):
    project = {"project": None} if of_version else {}
    forged = step(names, "arbitrate", "submitted", "arbitrated", **project)
    with pytest.raises(IntegrityError, match="starts from the state"):
        run(forged)
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        run(forged)


def submitted(names: dict[str, Any], **who: Any) -> None:
    run(step(names, "submit", "draft", "submitted", **who))
    put_file(names, "submitted")


# Who submitted and for whom, then who approves and for whom: `a` and `b` are the persons.
OWN = {
    "in person": ({"actor": "a"}, {"actor": "a"}),
    "what somebody submitted for them": ({"actor": "b", "for": "a"}, {"actor": "a"}),
    "for who submitted": ({"actor": "a"}, {"actor": "b", "for": "a"}),
    "for whom it was submitted": ({"actor": "b", "for": "a"}, {"actor": "c", "for": "a"}),
    "what they submitted for somebody": ({"actor": "a", "for": "b"}, {"actor": "a"}),
}
APPROVING = {
    (False, "arbitrate", "submitted", "arbitrated"),
    (False, "validate", "arbitrated", "validated"),
    (True, "arbitrate", "submitted", "arbitrated"),
    (True, "attest", "arbitrated", "arbitrated"),
    (True, "validate", "arbitrated", "validated"),
}


def ids(names: dict[str, Any], who: dict[str, str]) -> dict[str, Any]:
    return {key: names[letter] for key, letter in who.items()}


@pytest.mark.parametrize("how", OWN)
@pytest.mark.parametrize("approval", sorted(APPROVING))
def test_nobody_approves_what_they_submitted_in_person_or_for_somebody(names, how, approval):
    of_version, verb, left, reached = approval
    by, approver = (ids(names, who) for who in OWN[how])
    project = {"project": None} if of_version else {}
    run(step(names, "submit", "draft", "submitted", **by, **project))
    put_file(names, left)
    run(f"UPDATE {VERSION} SET state = 'submitted' WHERE id = {names['v']}")
    if left != "submitted":
        run(f"UPDATE {VERSION} SET state = '{left}' WHERE id = {names['v']}")
    own = step(names, verb, left, reached, **approver, **project)
    with pytest.raises(IntegrityError, match="nobody approves"):
        run(own)
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        run(own)
        ProgrammingStep.objects.filter(verb=verb).delete()
    run(step(names, verb, left, reached, actor=names["c"], **project))


def test_who_submitted_a_file_does_not_approve_the_version_that_holds_it(names):
    submitted(names, actor=names["a"])
    run(step(names, "submit", "draft", "submitted", project=None, actor=names["b"]))
    run(f"UPDATE {VERSION} SET state = 'submitted' WHERE id = {names['v']}")
    arbitrate = ("arbitrate", "submitted", "arbitrated")
    for who in "ab":
        with pytest.raises(IntegrityError, match="nobody approves"):
            run(step(names, *arbitrate, project=None, actor=names[who]))
    run(step(names, *arbitrate, project=None, actor=names["c"]))


def test_who_submitted_the_version_may_still_validate_a_file_of_it(names):
    submitted(names, actor=names["a"])
    run(step(names, "submit", "draft", "submitted", project=None, actor=names["b"]))
    put_file(names, "arbitrated")
    run(step(names, "validate", "arbitrated", "validated", actor=names["b"]))


def test_what_was_returned_since_is_submitted_by_nobody_any_more(names):
    submitted(names, actor=names["a"])
    run(step(names, "return", "submitted", "draft", actor=names["b"]))
    run(f"UPDATE {FILE} SET state = 'draft' WHERE id = {names['f']}")
    submitted(names, actor=names["b"])
    with pytest.raises(IntegrityError, match="nobody approves"):
        run(step(names, "arbitrate", "submitted", "arbitrated", actor=names["b"]))
    run(step(names, "arbitrate", "submitted", "arbitrated", actor=names["a"]))


PAIRS = [pair for pair in itertools.product(VersionState.values, repeat=2) if pair[0] != pair[1]]


@pytest.mark.parametrize(("left", "reached"), PAIRS)
def test_a_file_leaves_a_state_for_one_that_follows_it_and_for_no_other(names, left, reached):
    put_file(names, left)
    move = f"UPDATE {FILE} SET state = '{reached}' WHERE id = {names['f']}"
    if reached in VERSION_MOVES[VersionState(left)]:
        run(move)
        return
    with pytest.raises(IntegrityError, match="does not go"):
        run(move)
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        run(move)


def test_a_file_stays_that_of_its_project_and_version(names):
    other, project = make_version(), make_project("P-2")
    moves = (f"programming_version_id = {other.pk}", f"project_id = {project.pk}")
    for move in moves:
        with pytest.raises(IntegrityError, match="stays that of"):
            run(f"UPDATE {FILE} SET {move} WHERE id = {names['f']}")
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        for move in moves:
            run(f"UPDATE {FILE} SET {move} WHERE id = {names['f']}")


def test_a_file_that_was_submitted_is_not_deleted(names):
    put_file(names, "submitted")
    delete = f"DELETE FROM {FILE} WHERE id = {names['f']}"
    with pytest.raises(IntegrityError, match="is not deleted"):
        run(delete)
    with transaction.atomic(), lifted(connection, ROUND_GUARDS):
        run(delete)


def insert_file(like: int, version: int, project: int, state: str) -> str:
    return (
        f"INSERT INTO {FILE} (programming_version_id, project_id, state, holder, held_since, "
        f"version, created_at, updated_at) SELECT {version}, {project}, '{state}', holder, "
        f"held_since, 1, created_at, updated_at FROM {FILE} WHERE id = {like}"
    )


def test_a_file_begins_as_a_draft_in_a_version_that_is_not_frozen(names):
    frozen = at_state(make_version(), "validated")
    project = make_project("P-2").pk
    for insert in (
        insert_file(names["f"], names["v"], project, "validated"),
        insert_file(names["f"], frozen.pk, project, "draft"),
    ):
        with pytest.raises(IntegrityError, match="begins as a draft"):
            run(insert)
        with transaction.atomic(), lifted(connection, ROUND_GUARDS):
            run(insert)


def test_every_guard_of_the_steps_stands_once_the_tables_are_migrated(db):
    assert {guard.name for guard in ROUND_GUARDS} <= standing()


@pytest.mark.django_db(transaction=True)
def test_a_flush_of_the_tests_empties_the_steps_and_leaves_their_guards():
    person = User.objects.create_user(username="p", password="x")
    version = make_version()
    ProgrammingStep.objects.create(
        programming_version=version, verb="submit", from_state="draft", to_state="submitted",
        actor=person, at=version.created_at, content_digest=DIGEST,
    )  # fmt: skip
    call_command("flush", verbosity=0, interactive=False)
    assert not ProgrammingStep.objects.exists()
    assert {guard.name for guard in ROUND_GUARDS} <= standing()
