"""An edit after an approval: what it voids, and what stands."""

from __future__ import annotations

import pytest

from accounts.enums import Role
from budgets.exceptions import (
    FilesMissing,
    NotAttested,
)
from budgets.models import (
    ProgrammingLine,
    ProgrammingStep,
)
from budgets.rules.rounds import standing, void_steps
from budgets.services.programming_lines import put_line_back, take_line_out
from budgets.services.round_content import digest_of_file, digests_of, steps_of
from tests.budgets.rounds import Round, make_round


@pytest.fixture
def held(db) -> Round:
    return make_round()


def states(held: Round) -> list[str]:
    return [held.file(project).state for project in held.projects]


def voided(held: Round, project=None) -> set[str]:
    whole, files = digests_of(held.version.pk)
    digest = whole if project is None else files[project.pk]
    own = [one for one in steps_of(held.version.pk) if one.project == (project and project.pk)]
    void = void_steps(own, digest)
    assert void.isdisjoint(step.pk for step in standing(own, digest))
    return {step.verb for step in own if step.pk in void}


def test_an_edit_voids_the_approvals_of_its_file_and_of_the_version(held):
    held.at("attested")
    untouched = held.projects[1]
    held.edit("officer", held.lines[0], "101")
    held.version.refresh_from_db()
    assert held.version.state == "submitted"
    assert states(held) == ["submitted", "arbitrated"]
    assert voided(held) == {"arbitrate", "attest"}
    assert voided(held, held.projects[0]) == {"arbitrate"}
    assert voided(held, untouched) == set()
    by = ProgrammingStep.objects.filter(verb="void").values_list("actor__username", flat=True)
    assert set(by) == {held.people["officer"].username}
    with pytest.raises(FilesMissing, match="P-1"):
        held.step("arbitrate", "director")
    held.step("arbitrate", "director", held.projects[0])
    held.step("arbitrate", "director")
    with pytest.raises(NotAttested):
        held.step("validate", "director")


def test_an_edit_undone_gives_the_content_back_and_not_the_approvals(held):
    held.files_at("arbitrated")
    before = digest_of_file(held.file(held.projects[0]))
    held.edit("officer", held.lines[0], "101")
    held.edit("officer", held.lines[0], "100")
    assert digest_of_file(held.file(held.projects[0])) == before
    assert held.file(held.projects[0]).state == "submitted"
    assert voided(held, held.projects[0]) == {"arbitrate"}


def test_a_line_taken_out_or_put_back_voids_as_an_edit_does(held):
    officer = held.people["officer"]
    for move_line in (
        lambda line: take_line_out(
            actor=officer, line_id=line.pk, expected_version=line.version, reason="Abandonné"
        ),
        lambda line: put_line_back(actor=officer, line_id=line.pk, expected_version=line.version),
    ):
        if held.version.state == "draft":
            held.at("arbitrated")
        else:
            held.step("arbitrate", "director", held.projects[0])
            held.step("arbitrate", "director")
        move_line(ProgrammingLine.objects.get(pk=held.lines[0].pk))
        held.version.refresh_from_db()
        assert (held.version.state, states(held)) == ("submitted", ["submitted", "arbitrated"])


def test_who_examined_a_file_examines_it_again_after_an_edit(held):
    project = held.projects[0]
    held.step("submit", "manager", project)
    held.step("review", "officer", project)
    assert held.file(project).holder == Role.PORTFOLIO_DIRECTOR
    held.edit("deputy", held.lines[0], "101")
    assert held.file(project).holder == Role.BUDGET_OFFICER
    assert voided(held, project) == {"review"}


def test_who_holds_a_file_and_since_when_follows_its_steps(held):
    project = held.projects[0]
    begun = held.file(project)
    assert begun.holder == Role.PROJECT_MANAGER
    held.step("submit", "manager", project)
    file = held.file(project)
    assert (file.holder, file.held_since > begun.held_since) == (Role.BUDGET_OFFICER, True)
    held.step("return", "officer", project)
    assert held.file(project).holder == Role.PROJECT_MANAGER
