"""Pages of the scenarios: tried, cut, compared, accepted whole or by ticked lines."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.enums import Role
from budgets.models import ProgrammingAmount, Scenario
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.scenarios import Proposal, create_scenario, set_changes
from tests.budgets.ledger import make_uo
from tests.budgets.programming import make_line, make_version
from tests.people import person

PLACE = "/budget/programmation/2027/V1/scenarios/"


@pytest.fixture
def people(db):
    return {
        "controller": person(Role.MANAGEMENT_CONTROLLER), "officer": person(Role.BUDGET_OFFICER)
    }  # fmt: skip


@pytest.fixture
def lines(db):
    version, uo = make_version(), make_uo()
    return [
        make_line(version, uo, label="Hébergement", nature="compulsory", requested=[("100", "40")]),
        make_line(version, uo, label="Refonte", nature="new", requested=[("50", "30")]),
    ]


@pytest.fixture
def scenario(people, lines):
    made = create_scenario(
        actor=people["controller"], version_id=lines[0].programming_version_id, name="Étalement"
    )
    cells = [Proposal(line=line.pk, rank=0, measure="ae", after=Decimal(60)) for line in lines]
    return set_changes(
        actor=people["controller"], scenario_id=made.pk, expected_version=1, cells=cells
    )


@pytest.fixture
def visit(client, people):
    def log_in(name):
        client.force_login(people[name])
        return client

    return log_in


def page(scenario, name=""):
    return reverse(f"web:scenario{name}", args=[scenario.pk])


def ae(line):
    return ProgrammingAmount.objects.get(line=line, rank=0).requested_ae


def test_a_controller_starts_a_scenario_and_changes_its_cells(visit, lines):
    client = visit("controller")
    made = client.post(f"{PLACE}nouveau/", {"name": "Étalement", "note": ""})
    scenario = Scenario.objects.get()
    assert made["Location"] == page(scenario, "_change")
    sent = {"version": 1}
    for line, typed in zip(lines, ("80", "50"), strict=True):
        sent |= {f"ae-{line.pk}": typed, f"cp-{line.pk}": "40" if typed == "80" else "30"}
    sent[f"out-{lines[1].pk}"] = "on"
    done = client.post(page(scenario, "_change"), sent)
    assert done.status_code == 302
    told = {(one.line_id, one.rank, one.after) for one in scenario.changes.all()}
    assert told == {(lines[0].pk, 0, Decimal(80)), (lines[1].pk, None, None)}
    assert ae(lines[0]) == Decimal(100)


def test_the_cut_follows_the_ceiling_of_the_address(visit, scenario):
    client = visit("officer")

    def fallen(**asked):
        text = client.get(page(scenario), {"cp": "", **asked}).content.decode()
        return re.findall(r"data-line=\"(\d+)\" class=\"pf-muted\"", text), "data-cut" in text

    (_below, below) = scenario.changes.order_by("line_id").values_list("line_id", flat=True)
    assert fallen(ae="120,00") == ([], False)
    assert fallen(ae="119,99") == ([str(below)], True)
    assert fallen(ae="") == ([], False)


def test_a_ceiling_that_cannot_be_read_is_told(visit, scenario):
    assert visit("officer").get(page(scenario), {"ae": "beaucoup"}).status_code == 422


def test_ticked_lines_are_accepted_and_the_others_wait(visit, scenario, lines):
    client = visit("officer")
    sent = {"version": scenario.version, "what": "lines", "line": str(lines[1].pk)}
    assert client.post(page(scenario, "_accept"), sent).status_code == 302
    assert (ae(lines[0]), ae(lines[1])) == (Decimal(100), Decimal(60))
    scenario.refresh_from_db()
    client.post(page(scenario, "_accept"), {"version": scenario.version, "what": "all"})
    assert ae(lines[0]) == Decimal(60)
    assert Scenario.objects.get().state == "accepted"


def test_a_version_that_moved_is_marked_and_both_values_are_told(visit, scenario, lines, people):
    edit = CellEdit(line=lines[0].pk, rank=0, measure="ae", before=Decimal(100), after=Decimal(90))
    edit_cells(actor=people["officer"], version_id=lines[0].programming_version_id, edits=[edit])
    client = visit("officer")
    assert "data-moved" in client.get(page(scenario)).content.decode()
    sent = {"version": scenario.version, "what": "all"}
    told = client.post(page(scenario, "_accept"), sent, follow=True).content.decode()
    assert "100.00" in told
    assert "90.00" in told
    assert ae(lines[1]) == Decimal(50)


def test_who_is_not_its_author_neither_changes_nor_abandons_it(visit, scenario):
    client = visit("officer")
    for name in ("_change", "_abandon"):
        assert client.get(page(scenario, name)).status_code == 403
    own = visit("controller")
    assert own.post(page(scenario, "_abandon"), {"version": scenario.version}).status_code == 302
    assert Scenario.objects.get().state == "abandoned"


def test_two_scenarios_stand_beside_their_version(visit, scenario, people, lines):
    create_scenario(
        actor=people["controller"], version_id=scenario.programming_version_id, name="Nu"
    )
    text = visit("officer").get(f"{PLACE}comparer/").content.decode()
    assert "Étalement" in text
    assert "Nu" in text
    assert text.count("data-line=") == 2
    assert visit("officer").get(PLACE).content.decode().count("data-scenario=") == 2


def test_the_lines_of_a_scenario_are_exported_as_they_are_shown(visit, scenario):
    answer = visit("officer").get(page(scenario), {"format": "csv"})
    rows = b"".join(answer.streaming_content).decode().splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["Hébergement", "Refonte"]
