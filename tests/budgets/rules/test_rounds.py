"""The rules of the steps: moves, rights, digests, what an edit voids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.policy import NEVER_BY_MACHINE, POLICY
from budgets.enums import (
    APPROVALS,
    FILE_STEPS,
    VERSION_MOVES,
    VERSION_STEPS,
    StepVerb,
    VersionState,
)
from budgets.rules import rounds
from budgets.rules.rounds import Content, Taken, content_digest

V = StepVerb
DRAFT, SUBMITTED, ARBITRATED = VersionState.DRAFT, VersionState.SUBMITTED, VersionState.ARBITRATED


def roles_for(verb: StepVerb, *, is_version: bool) -> set[str]:
    rights = rounds.rights_of(verb, is_version=is_version)
    return {role for role, resource, action in POLICY if (action, resource) in rights}


# docs/programming.md, Steps: who takes each step, of a file then of the version.
WHO_OF_FILE = {
    V.SUBMIT: {Role.PROJECT_MANAGER, Role.BUDGET_OFFICER, Role.PORTFOLIO_DIRECTOR},
    V.RETURN: {Role.BUDGET_OFFICER, Role.PORTFOLIO_DIRECTOR},
    V.REVIEW: {Role.BUDGET_OFFICER},
    V.ARBITRATE: {Role.PORTFOLIO_DIRECTOR},
    V.VALIDATE: {Role.BUDGET_OFFICER},
}
WHO_OF_VERSION = {
    V.SUBMIT: {Role.BUDGET_OFFICER},
    V.RETURN: {Role.BUDGET_OFFICER, Role.PORTFOLIO_DIRECTOR},
    V.ARBITRATE: {Role.PORTFOLIO_DIRECTOR},
    V.ATTEST: {Role.MANAGEMENT_CONTROLLER},
    V.VALIDATE: {Role.PORTFOLIO_DIRECTOR},
    V.NOTIFY: {Role.BUDGET_OFFICER},
    V.ARCHIVE: {Role.BUDGET_OFFICER},
}


@pytest.mark.parametrize(("is_version", "who"), [(False, WHO_OF_FILE), (True, WHO_OF_VERSION)])
def test_each_step_is_that_of_the_roles_of_the_document(is_version, who):
    for verb in StepVerb:
        assert roles_for(verb, is_version=is_version) == who.get(verb, set()), verb


def test_every_step_is_by_a_right_that_no_machine_holds():
    for is_version in (False, True):
        for verb in StepVerb:
            for action, _resource in rounds.rights_of(verb, is_version=is_version):
                assert action in NEVER_BY_MACHINE


def test_nobody_takes_the_step_that_an_edit_writes():
    for state in VersionState:
        for is_version in (False, True):
            assert V.VOID not in rounds.steps_from(state, is_version=is_version)


@pytest.mark.parametrize(("is_version", "steps"), [(False, FILE_STEPS), (True, VERSION_STEPS)])
def test_a_step_follows_a_move_of_the_states_or_keeps_the_state(is_version, steps):
    for verb in StepVerb:
        for state in VersionState:
            to = rounds.reached(verb, state, is_version=is_version)
            assert to == steps.get(verb, {}).get(state)
            assert to is None or to == state or to in VERSION_MOVES[state]


def test_a_step_of_a_version_asks_the_state_of_every_file():
    asked = {
        verb: {state for state in VersionState if rounds.files_allow(verb, state)}
        for verb in (V.SUBMIT, V.ARBITRATE, V.VALIDATE, V.RETURN, V.ATTEST)
    }
    assert DRAFT not in asked[V.SUBMIT]
    assert SUBMITTED in asked[V.SUBMIT]
    for verb in (V.ARBITRATE, V.VALIDATE):
        assert asked[verb] == set(VersionState) - {DRAFT, SUBMITTED}
    assert asked[V.RETURN] == asked[V.ATTEST] == set(VersionState)


def test_files_move_until_the_version_is_arbitrated_and_are_validated_until_it_is():
    moving = {state for state in VersionState if rounds.file_moves_in(V.SUBMIT, state)}
    assert moving == {DRAFT, SUBMITTED}
    validated = {state for state in VersionState if rounds.file_moves_in(V.VALIDATE, state)}
    assert validated == {DRAFT, SUBMITTED, ARBITRATED}


def test_who_holds_a_file_and_a_version_follows_the_steps():
    assert rounds.holder_of_file("draft", is_reviewed=False) == Role.PROJECT_MANAGER
    assert rounds.holder_of_file("submitted", is_reviewed=False) == Role.BUDGET_OFFICER
    assert rounds.holder_of_file("submitted", is_reviewed=True) == Role.PORTFOLIO_DIRECTOR
    assert rounds.holder_of_file("arbitrated", is_reviewed=True) == Role.BUDGET_OFFICER
    assert rounds.holder_of_file("validated", is_reviewed=True) == ""
    assert rounds.holder_of_version("arbitrated", is_attested=False) == Role.MANAGEMENT_CONTROLLER
    assert rounds.holder_of_version("arbitrated", is_attested=True) == Role.PORTFOLIO_DIRECTOR
    assert rounds.holder_of_version("archived", is_attested=True) == ""


cents = st.none() | st.integers(-(10**15), 10**15)
cells = st.dictionaries(st.sampled_from(["requested_ae", "requested_cp", "granted_ae"]), cents)
contents = st.builds(
    Content,
    lineage=st.uuids().map(str),
    texts=st.dictionaries(
        st.sampled_from(["node", "label", "project"]), st.text(max_size=5) | st.none()
    ),
    amounts=st.dictionaries(st.integers(0, 3), cells),
)
some_contents = st.lists(contents, max_size=5, unique_by=lambda line: line.lineage)


@given(some_contents, st.randoms(use_true_random=False))
def test_a_digest_does_not_depend_on_the_order_of_lines_and_of_years(lines, random):
    shuffled = list(lines)
    random.shuffle(shuffled)
    turned = [
        replace(line, amounts=dict(reversed(line.amounts.items())), texts=dict(line.texts))
        for line in shuffled
    ]
    assert content_digest(turned) == content_digest(lines)


@given(some_contents)
def test_an_amount_that_is_not_said_is_no_content(lines):
    bare = [
        replace(
            line,
            amounts={
                **{rank: {"granted_cp": None} for rank in range(4)},
                **{
                    rank: {cell: value for cell, value in cells.items() if value is not None}
                    for rank, cells in line.amounts.items()
                },
            },
        )
        for line in lines
    ]
    assert content_digest(bare) == content_digest(lines)


@given(st.lists(contents, min_size=1, max_size=5, unique_by=lambda one: one.lineage), st.data())
def test_another_cent_label_or_line_is_another_digest(lines, data):
    index = data.draw(st.integers(0, len(lines) - 1))
    line = lines[index]
    said = (line.amounts.get(0) or {}).get("requested_ae") or 0
    one_cent = {**line.amounts, 0: {**line.amounts.get(0, {}), "requested_ae": said + 1}}
    for other in (
        replace(line, amounts=one_cent),
        replace(line, texts={**line.texts, "label": f"{line.texts.get('label')}x"}),
    ):
        changed = [*lines[:index], other, *lines[index + 1 :]]
        assert content_digest(changed) != content_digest(lines)
    assert content_digest(lines[:index] + lines[index + 1 :]) != content_digest(lines)


def test_the_digest_of_a_known_content_never_changes():
    # Kept in steps for ever: another way to write the bytes would void every approval given.
    line = Content("0" * 32, {"node": "UO-1", "label": "Été"}, {0: {"requested_ae": 12_345}})
    assert (
        line.canonical()
        == b'{"amounts":{"0":{"requested_ae":12345}},"lineage":"00000000000000000000000000000000",'
        b'"texts":{"label":"\\u00c9t\\u00e9","node":"UO-1"}}'
    )
    assert content_digest([]) == "bf9713511f9d410fb48cb7fe85cf88c229b61b1944b1207c8a2e8bdf07226512"


steps = st.lists(
    st.builds(
        Taken,
        pk=st.just(0),
        verb=st.sampled_from(StepVerb),
        digest=st.sampled_from(["one", "two"]),
        project=st.sampled_from([None, 1, 2]),
        actor=st.integers(1, 3),
        on_behalf_of=st.none() | st.integers(1, 3),
    ),
    max_size=12,
).map(lambda rows: [replace(row, pk=index) for index, row in enumerate(rows, 1)])


@given(steps)
def test_an_approval_stands_on_the_content_that_it_was_given_on_and_on_no_other(taken):
    for digest, other in (("one", "two"), ("two", "one")):
        kept = rounds.standing(taken, digest)
        assert all(step.digest == digest for step in kept)
        assert {step.pk for step in kept}.isdisjoint(rounds.void_steps(taken, digest))
        assert {step.pk for step in kept} <= rounds.void_steps(taken, other)


@given(steps, st.sampled_from([V.RETURN, V.VOID]))
def test_a_return_and_an_edit_end_every_approval_before_them(taken, verb):
    last = Taken(pk=len(taken) + 1, verb=verb, digest="one", project=None, actor=1)
    assert rounds.standing([*taken, last], "one") == []
    bound = {step.pk for step in taken if step.verb in APPROVALS | {V.REVIEW}}
    assert rounds.void_steps([*taken, last], "one") == bound


@given(steps)
def test_who_submitted_is_known_until_it_is_returned(taken):
    for project in (None, 1, 2):
        scope = {None, 1, 2} if project is None else {project}
        expected = set()
        for index, step in enumerate(taken):
            later = taken[index + 1 :]
            back = any(one.verb == V.RETURN and one.project == step.project for one in later)
            if step.verb == V.SUBMIT and step.project in scope and not back:
                expected |= {step.actor} | ({step.on_behalf_of} - {None})
        assert rounds.submitters(taken, project) == expected


@pytest.mark.parametrize("state", VersionState)
def test_an_edit_takes_back_what_was_arbitrated_to_submitted_and_nothing_else(state):
    after = rounds.state_after_edit(state)
    assert after == (SUBMITTED if state == ARBITRATED else state)
