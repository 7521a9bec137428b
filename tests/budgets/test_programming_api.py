"""The programming by REST: conflicts, lists, refusals and costs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import ProgrammingLine, ProgrammingVersion
from projects.models import Project
from tests.api.conftest import *  # noqa: F403 (the callers and the portfolio of the API)
from tests.budgets.programming import at_state, make_line, make_version

VERSIONS, LINES = "/api/v1/programming-versions/", "/api/v1/programming-lines/"


@pytest.fixture
def version(portfolio):
    return make_version(year=2026, data_origin="fictitious")


@pytest.fixture
def line(version, portfolio):
    return make_line(
        version, portfolio.uo, project=portfolio.first, label="Maintenance",
        requested=[("100", "40")],
    )  # fmt: skip


def send(client, url, body, **headers):
    return client.post(url, body, format="json", headers=headers)


def cell(line, **fields):
    said = {"rank": 0, "measure": "ae", "before": "100.00", "after": "120.00", **fields}
    return {"line": line.pk, **said}


def test_the_officer_creates_the_next_version_from_a_former_one(api, version, line):
    body = {
        "fiscal_year": 2026, "kind": "conference", "basis": "version", "former": version.pk,
        "data_origin": "fictitious",
    }  # fmt: skip
    answer = send(api.budget, VERSIONS, body, **{"Idempotency-Key": "version-2026"})
    made = answer.json()
    assert answer.status_code == 201, made
    assert (made["code"], made["stage"], made["parent"]) == ("2026-V2", "proposed", version.pk)
    again = send(api.budget, VERSIONS, body, **{"Idempotency-Key": "version-2026"})
    assert again.json() == made
    assert ProgrammingVersion.objects.count() == 2
    copied = api.budget.get(f"{LINES}?programming_version={made['id']}").json()["results"][0]
    assert copied["lineage"] == str(line.lineage)
    assert copied["amounts"][0]["proposed_ae"] == "100.00"


def test_a_line_shows_its_four_years_and_who_does_not_reach_it_gets_404(api, line):
    shown = api.manager.get(f"{LINES}{line.pk}/").json()
    first = {
        "rank": 0, "year": 2026, "requested_ae": "100.00", "requested_cp": "40.00",
        "proposed_ae": None, "proposed_cp": None, "granted_ae": None, "granted_cp": None,
    }  # fmt: skip
    assert shown["amounts"][0] == first
    assert [one["year"] for one in shown["amounts"]] == [2026, 2027, 2028, 2029]
    Project.objects.filter(pk=line.project_id).update(manager=None)
    assert api.manager.get(f"{LINES}{line.pk}/").status_code == 404


def test_cells_are_changed_together_and_told_row_by_row(api, version, line):
    rows = [cell(line), cell(line, measure="cp", before="40.00", after="40.00")]
    url = f"{VERSIONS}{version.pk}/cells/"
    answer = send(api.manager, url, {"edits": rows}, **{"Idempotency-Key": "cells-0001"})
    done = answer.json()
    assert answer.status_code == 200, done
    assert [row["status"] for row in done["results"]] == ["changed", "unchanged"]
    again = send(api.manager, url, {"edits": rows}, **{"Idempotency-Key": "cells-0001"})
    assert again.headers["Idempotent-Replayed"] == "true"
    edits = api.manager.get(f"/api/v1/programming-edits/?line={line.pk}").json()["results"]
    assert [(one["before"], one["after"], one["by"]) for one in edits] == [
        ("100.00", "120.00", "manager")
    ]
    undone = send(api.manager, f"{VERSIONS}{version.pk}/undo/", {"operation": done["operation"]})
    assert undone.json()["count"] == 1
    assert line.amounts.get(rank=0).requested_ae == 100


def test_a_conflict_is_412_with_both_values_and_nothing_is_written(api, version, line):
    rows = [cell(line, before="90.00"), cell(line, rank=1, before=None, after="7.00")]
    answer = send(api.budget, f"{VERSIONS}{version.pk}/cells/", {"edits": rows})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (412, "stale_cell")
    [stale] = problem["context"]["cells"]
    assert (stale["before"], stale["yours"], stale["stored"]) == ("90.00", "120.00", "100.00")
    assert line.amounts.get(rank=1).requested_ae is None


def test_a_refused_list_of_cells_says_what_stands_against_each_row(api, version, line):
    rows = [cell(line, after="-1.00"), cell(line, rank=1, before=None, after="1.00")]
    answer = send(api.budget, f"{VERSIONS}{version.pk}/cells/", {"edits": rows})
    assert (answer.status_code, answer.json()["code"]) == (409, "rows_refused")
    results = answer.json()["context"]["results"]
    assert [row["status"] for row in results] == ["refused", "not_recorded"]
    assert results[0]["errors"][0]["path"] == "after"


@pytest.mark.parametrize("amount", [120, "1e3", "12,5", "1.234", ""])
def test_an_amount_of_a_cell_is_a_decimal_string_or_null(api, version, line, amount):
    answer = send(
        api.budget, f"{VERSIONS}{version.pk}/cells/", {"edits": [cell(line, after=amount)]}
    )
    assert answer.status_code == 400


def test_a_frozen_version_answers_409_to_every_write(api, version, line):
    at_state(version, "validated")
    match = {"If-Match": '"1"'}
    answers = [
        send(api.budget, f"{VERSIONS}{version.pk}/cells/", {"edits": [cell(line)]}),
        send(api.budget, f"{LINES}{line.pk}/take-out/", {"reason": "x"}, **match),
        api.budget.patch(f"{LINES}{line.pk}/", {"label": "x"}, format="json", headers=match),
        api.budget.patch(f"{VERSIONS}{version.pk}/", {"label": "x"}, format="json", headers=match),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(409, "version_frozen")}


def test_a_line_is_edited_taken_out_and_put_back_with_its_version(api, line):
    url = f"{LINES}{line.pk}/"
    assert api.budget.patch(url, {"label": "x"}, format="json").status_code == 428
    edited = api.budget.patch(
        url, {"label": "Autre", "reason": "Titre"}, format="json", headers={"If-Match": '"1"'}
    )
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    stale = send(api.budget, f"{url}take-out/", {"reason": "Abandon"}, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_edit")
    out = send(api.budget, f"{url}take-out/", {"reason": "Abandon"}, **{"If-Match": '"2"'})
    assert out.json()["taken_out_reason"] == "Abandon"
    live = f"{LINES}?programming_version={line.programming_version_id}&is_live=true"
    assert api.budget.get(live).json()["results"] == []
    back = send(api.budget, f"{url}put-back/", {}, **{"If-Match": '"3"'})
    assert back.json()["taken_out_at"] is None
    history = api.budget.get(f"{url}history/").json()["results"]
    assert [one["reason"] for one in history] == ["", "Titre", "Abandon", ""]


def test_lines_are_added_by_lists_all_or_none(api, version, portfolio):
    row = {"node": portfolio.uo.code, "project": "A-1", "nature": "planned", "label": "Un"}
    other = {**row, "project": "A-2"}
    body = {"programming_version": version.pk, "rows": [row, other]}
    refused = send(api.manager, f"{LINES}bulk/", body)
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid")
    assert refused.json()["errors"][0]["path"] == "rows[1].project"
    added = send(api.budget, f"{LINES}bulk/", body)
    assert added.status_code == 201, added.json()
    assert [one["status"] for one in added.json()["results"]] == ["recorded", "recorded"]
    assert ProgrammingLine.objects.count() == 2


def test_problems_are_those_of_the_lines_that_the_caller_reads(api, version, line, portfolio):
    make_line(version, portfolio.uo, project=portfolio.other, requested=[("1", "2")])
    line.amounts.filter(rank=0).update(requested_cp=Decimal(101))
    url = f"{VERSIONS}{version.pk}/problems/"
    told = api.manager.get(url, headers={"Accept-Language": "fr"}).json()
    assert told["blocking"] == 1
    assert {one["line"] for one in told["results"]} == {line.pk}
    assert "1,00" in told["results"][0]["sentence"]
    assert api.controller.get(url).json()["blocking"] == 2


def cost(client, url: str) -> int:
    client.get(url)  # content types and the like are read once a process
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_a_list_of_five_lines_costs_as_many_queries_as_one_of_five_hundred(api, version, portfolio):
    small = make_version(year=2026, data_origin="fictitious")
    for of, count in ((small, 5), (version, 500)):
        for _ in range(count):
            make_line(of, portfolio.uo, project=portfolio.first)
    for client in (api.budget, api.manager, api.controller):
        for path in (f"{LINES}?limit=1000&programming_version=%s", f"{VERSIONS}%s/problems/"):
            few, many = (cost(client, path % one.pk) for one in (small, version))
            assert few == many
            assert many <= (20 if path.endswith("problems/") else 12)
