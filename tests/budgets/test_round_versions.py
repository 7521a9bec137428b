"""A version in its round: problems, the version of record, the distribution of credits (R-09)."""

from __future__ import annotations

import pytest

from budgets.exceptions import ProblemsStand, RuleBroken
from budgets.models import NomenclatureNode, ProgrammingVersion, RuleOverride
from budgets.services.rounds import start_next
from tests.budgets.ledger import move
from tests.budgets.programming import make_line
from tests.budgets.rounds import Round, make_round


@pytest.fixture
def held(db) -> Round:
    return make_round()


def test_a_version_with_blocking_problems_is_not_validated(held):
    make_line(held.version, held.uo, project=held.projects[0], requested=[("10", "50")])
    held.at("attested")
    with pytest.raises(ProblemsStand):
        held.step("validate", "director")
    assert held.version.state == "arbitrated"


def test_the_next_version_supersedes_the_one_of_record_when_it_is_validated(held):
    held.at("validated")
    officer = held.people["officer"]
    following = start_next(actor=officer, version_id=held.version.pk)
    assert (following.kind, following.number, following.state) == ("conference", 2, "draft")
    lineages = set(following.lines.values_list("lineage", flat=True))
    assert lineages == {line.lineage for line in held.lines}
    assert following.files.count() == 2
    former = held.version
    held.version, held.lines = following, list(following.lines.order_by("pk"))
    for project in held.projects:
        held.step("submit", "officer", project)
    former.refresh_from_db()
    assert former.is_of_record
    for project in held.projects:
        held.step("arbitrate", "director", project)
    for verb, who in (("submit", "deputy"), ("arbitrate", "director"), ("attest", "controller")):
        held.step(verb, who)
    held.step("validate", "director")
    former.refresh_from_db()
    assert (former.state, former.is_of_record) == ("validated", False)
    assert ProgrammingVersion.objects.get(is_of_record=True) == held.version
    assert former.history.latest().is_of_record is False


# UO-1 has 200 programmed in N in AE and in CP (two lines of 100); the DRICE gives to its BOP.
def initial(ae: str, cp: str) -> Round:
    held = make_round("initial")
    bop = NomenclatureNode.objects.get(code="BOP-1")
    if ae != "0":
        move(bop, "initial_distribution", ae, cp, year=2027)
    held.at("attested")
    return held


def test_an_initial_programming_equal_to_the_drice_is_validated(db):
    held = initial("200", "200")
    held.step("validate", "director")
    assert held.version.state == "validated"


@pytest.mark.parametrize(("ae", "cp"), [("200.01", "200"), ("200", "199.99"), ("0", "0")])
def test_an_initial_programming_that_differs_by_a_cent_is_refused_unless_overridden(db, ae, cp):
    held = initial(ae, cp)
    with pytest.raises(RuleBroken, match="BOP-1"):
        held.step("validate", "director")
    assert held.version.state == "arbitrated"
    held.step("validate", "director", override_reason="DRICE rectificative attendue")
    assert RuleOverride.objects.filter(subject_code="BOP-1").exists()


def test_requests_are_compared_with_no_distribution(held):
    move(NomenclatureNode.objects.get(code="BOP-1"), "initial_distribution", "1", year=2027)
    held.at("validated")
