"""The steps of a round: who takes each, and what each asks."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role, ScopeKind
from accounts.models import AuditEvent
from budgets.enums import StepVerb, VersionState
from budgets.exceptions import (
    FileClosed,
    FilesMissing,
    OwnSubmission,
    RequestsClosed,
    StepRefused,
    VersionFrozen,
)
from budgets.models import (
    ProgrammingFile,
    ProgrammingStep,
)
from budgets.services.programming_lines import take_line_out
from budgets.services.round_content import digest_of_file, digests_of
from budgets.services.round_rights import may_edit_file
from budgets.services.rounds import FileStep, start_next, take_step, take_steps
from common.exceptions import StaleEdit
from projects.models import PortfolioNode
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import make_line
from tests.budgets.rounds import Round, make_round
from tests.people import person


@pytest.fixture
def held(db) -> Round:
    return make_round()


def states(held: Round) -> list[str]:
    return [held.file(project).state for project in held.projects]


def test_a_round_goes_from_the_requests_to_the_archives(held):
    held.at("archived")
    assert held.version.state == "archived"
    assert held.version.is_of_record
    assert states(held) == ["archived", "archived"]
    whole = ProgrammingStep.objects.filter(project=None).order_by("pk")
    told = list(whole.values_list("verb", flat=True))
    assert told == ["submit", "arbitrate", "attest", "validate", "notify", "archive"]
    audited = AuditEvent.objects.filter(verb__startswith="step_").count()
    assert audited == ProgrammingStep.objects.count() == 4 + 6


def test_who_submits_is_locked_out_of_the_lines_until_the_file_comes_back_with_a_reason(held):
    # ux E18: her lines are locked for her, the budget officer returns with a reason.
    project = held.projects[0]
    assert may_edit_file(held.people["manager"], held.file(project))
    held.step("submit", "manager", project)
    assert not may_edit_file(held.people["manager"], held.file(project))
    with pytest.raises(FileClosed):
        held.edit("manager", held.lines[0], "90")
    held.edit("manager", held.lines[1], "90")
    held.edit("officer", held.lines[0], "95")
    with pytest.raises(ValidationError):
        held.step("return", "officer", project, reason=" ")
    held.step("return", "officer", project, reason="Le montant de 2028 manque")
    held.edit("manager", held.lines[0], "90")


def test_a_submitted_file_takes_no_new_line_and_loses_none_to_its_manager(held):
    line = held.lines[0]
    held.step("submit", "manager", held.projects[0])
    with pytest.raises(FileClosed):
        take_line_out(
            actor=held.people["manager"], line_id=line.pk, expected_version=line.version,
            reason="Annulé",
        )  # fmt: skip
    take_line_out(
        actor=held.people["officer"], line_id=line.pk, expected_version=line.version, reason="Non"
    )


def test_nobody_writes_in_a_validated_file(held):
    held.files_at("validated")
    for who in ("officer", "manager"):
        with pytest.raises(FileClosed):
            held.edit(who, held.lines[0], "90")
        assert not may_edit_file(held.people[who], held.file(held.projects[0]))


def test_a_frozen_version_takes_no_edit(held):
    held.at("validated")
    with pytest.raises(VersionFrozen):
        held.edit("officer", held.lines[0], "90")
    assert not may_edit_file(held.people["officer"], held.file(held.projects[0]))


def test_a_manager_writes_no_more_once_the_version_is_submitted(held):
    held.files_at("submitted")
    held.step("submit", "officer")
    held.step("return", "officer", held.projects[0])
    with pytest.raises(RequestsClosed):
        held.edit("manager", held.lines[0], "90")


@pytest.mark.parametrize("who", ["officer", "director"])
def test_the_version_is_submitted_once_every_file_is(held, who):
    held.step("submit", "manager", held.projects[0])
    with pytest.raises(FilesMissing, match="P-2"):
        held.step("submit", "officer")
    held.step("submit", "manager", held.projects[1])
    if who == "director":
        with pytest.raises(PermissionDenied):
            held.step("submit", who)
        return
    held.step("submit", who)
    assert held.version.state == "submitted"


def test_the_version_is_arbitrated_once_every_file_is(held):
    held.files_at("submitted")
    held.step("submit", "officer")
    held.step("arbitrate", "director", held.projects[0])
    with pytest.raises(FilesMissing, match="P-2"):
        held.step("arbitrate", "director")
    held.step("arbitrate", "director", held.projects[1])
    held.step("arbitrate", "director")


WRONG = {
    "submit": ("controller",),
    "return": ("manager", "controller"),
    "review": ("manager", "director", "controller"),
    "arbitrate": ("manager", "officer", "controller"),
    "validate": ("manager", "director", "controller"),
}


@pytest.mark.parametrize("verb", WRONG)
def test_a_step_of_a_file_is_refused_to_the_other_roles(held, verb):
    held.files_at("submitted")
    for who in WRONG[verb]:
        with pytest.raises(PermissionDenied):
            held.step(verb, who, held.projects[0])
    assert states(held) == ["submitted", "submitted"]


WRONG_ON_VERSION = {
    "submit": ("manager", "director", "controller"),
    "return": ("manager", "controller"),
    "arbitrate": ("manager", "officer", "controller"),
    "attest": ("manager", "officer", "director"),
    "validate": ("manager", "officer", "controller"),
    "notify": ("manager", "director", "controller"),
    "archive": ("manager", "director", "controller"),
}


@pytest.mark.parametrize("verb", WRONG_ON_VERSION)
def test_a_step_of_the_version_is_refused_to_the_other_roles(held, verb):
    for who in WRONG_ON_VERSION[verb]:
        with pytest.raises(PermissionDenied):
            held.step(verb, who)
    assert held.version.state == "draft"


def test_a_machine_takes_no_step(held):
    machine = person(Role.API_CLIENT)
    for verb in StepVerb:
        for project in (None, held.projects[0]):
            with pytest.raises((PermissionDenied, ValidationError)):
                held.step(verb, machine, project)
    assert not ProgrammingStep.objects.exists()


def test_nobody_takes_the_step_that_an_edit_writes(held):
    held.files_at("arbitrated")
    for project in (None, held.projects[0]):
        with pytest.raises(ValidationError):
            held.step("void", "officer", project)


@pytest.mark.parametrize("verb", [verb for verb in StepVerb if verb not in ("submit", "void")])
def test_no_step_skips_another(held, verb):
    who = {"return": "officer", "attest": "controller", "notify": "officer", "archive": "officer"}
    for project in (None, held.projects[0]):
        roles = {**who, "validate": "director" if project is None else "officer"}
        with pytest.raises((StepRefused, ValidationError)):
            held.step(verb, roles.get(verb, "officer" if verb == "review" else "director"), project)


def test_nobody_arbitrates_or_validates_what_they_submitted(held):
    both = person(Role.PORTFOLIO_DIRECTOR, username="both")
    project = held.projects[0]
    held.step("submit", both, project)
    with pytest.raises(OwnSubmission):
        held.step("arbitrate", both, project)
    held.step("submit", "manager", held.projects[1])
    for one in held.projects:
        held.step("arbitrate", "director", one)
    held.step("submit", "officer")
    with pytest.raises(OwnSubmission):
        held.step("arbitrate", both)
    held.step("arbitrate", "director")


def test_an_officer_does_not_validate_the_file_that_they_submitted_for_a_project(held):
    project = held.projects[0]
    held.step("submit", "officer", project)
    held.step("arbitrate", "director", project)
    with pytest.raises(OwnSubmission):
        held.step("validate", "officer", project)
    held.step("validate", "deputy", project)


def test_a_director_of_one_portfolio_decides_neither_on_another_nor_on_the_whole(held):
    other = PortfolioNode.objects.create(code="AUTRE", name="Autre", kind="portfolio")
    elsewhere = make_project("P-3")
    elsewhere.node = other
    elsewhere.save()
    make_line(held.version, held.uo, project=elsewhere, requested=[("1", "1")])
    near = person(Role.PORTFOLIO_DIRECTOR, "DNE", scope_kind=ScopeKind.PORTFOLIO)
    held.projects.append(elsewhere)
    for project in held.projects:
        held.step("submit", "officer", project)
    held.step("arbitrate", near, held.projects[0])
    with pytest.raises(ProgrammingFile.DoesNotExist):
        held.step("arbitrate", near, elsewhere)
    held.step("submit", "deputy")
    with pytest.raises(PermissionDenied):
        held.step("arbitrate", near)


def test_an_officer_of_one_uo_submits_no_file_that_another_pays_too(held):
    other = make_uo("UO-2")
    make_line(held.version, other, project=held.projects[0], requested=[("1", "1")])
    near = person(Role.BUDGET_OFFICER, "UO-1", scope_kind=ScopeKind.NOMENCLATURE)
    with pytest.raises(PermissionDenied):
        held.step("submit", near, held.projects[0])
    held.step("submit", near, held.projects[1])


def test_a_step_on_what_was_looked_at_before_is_stale(held):
    project = held.projects[0]
    seen = held.file(project)
    held.step("submit", "manager", project)
    with pytest.raises(StaleEdit):
        held.step("return", "officer", project, expected_version=seen.version)
    digest = digest_of_file(held.file(project))
    held.edit("officer", held.lines[0], "90")
    with pytest.raises(StaleEdit):
        held.step("arbitrate", "director", project, expected_digest=digest)
    fresh = digest_of_file(held.file(project))
    assert held.step("arbitrate", "director", project, expected_digest=fresh)


def test_files_of_an_arbitrated_version_are_validated_and_nothing_else(held):
    held.at("arbitrated")
    project = held.projects[0]
    with pytest.raises(StepRefused):
        held.step("return", "officer", project)
    held.step("validate", "deputy", project)
    held.step("attest", "controller")
    held.step("validate", "director")
    assert states(held) == ["validated", "validated"]


def test_a_returned_version_is_submitted_again_with_the_files_as_they_are(held):
    held.at("arbitrated")
    held.step("return", "director", reason="Le plafond a baissé")
    assert held.version.state == "draft"
    assert states(held) == ["arbitrated", "arbitrated"]
    held.step("submit", "deputy")


def test_many_files_are_moved_at_once_and_each_says_what_became_of_it(held):
    held.step("submit", "manager", held.projects[0])
    rows = [
        FileStep(project_id=one.pk, expected_version=held.file(one).version)
        for one in held.projects
    ]
    found = take_steps(
        actor=held.people["manager"], version_id=held.version.pk, verb="submit", files=rows
    )
    assert isinstance(found[0].error, StepRefused)
    assert found[1].error is None
    assert found[1].step.verb == "submit"
    assert states(held) == ["submitted", "submitted"]
    beyond = take_steps(
        actor=held.people["manager"], version_id=held.version.pk, verb="arbitrate", files=rows
    )
    assert [type(one.error) for one in beyond] == [PermissionDenied, PermissionDenied]


def test_a_step_costs_as_many_queries_whatever_the_number_of_lines(held):
    def cost(project) -> int:
        with CaptureQueriesContext(connection) as captured:
            held.step("submit", "officer", project)
        return len(captured)

    cost(held.projects[1])
    held.step("return", "officer", held.projects[1])
    few = cost(held.projects[0])
    for index in range(20):
        make_line(held.version, held.uo, project=held.projects[1], label=f"L{index}")
    assert cost(held.projects[1]) == few


def test_the_digest_of_a_version_is_that_of_its_lines_in_any_version_that_copies_them(held):
    following = start_next(
        actor=held.people["officer"], version_id=held.version.pk, kind="requests"
    )
    assert digests_of(following.pk)[0] == digests_of(held.version.pk)[0]
    assert VersionState(following.state) == VersionState.DRAFT


def test_an_unknown_project_has_no_file(held):
    with pytest.raises(ProgrammingFile.DoesNotExist):
        take_step(
            actor=held.people["officer"], version_id=held.version.pk, project_id=10**6,
            verb="submit", expected_version=1,
        )  # fmt: skip
