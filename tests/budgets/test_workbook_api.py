"""The workbook of a version by REST: examined, written once for its key, refused by cell."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from budgets.models import ProgrammingEdit
from tests.api.conftest import *  # noqa: F403 (the callers and the portfolio of the API)
from tests.budgets.programming import at_state, make_line, make_version
from tests.budgets.workbooks import FIRST, place, rows_of, saved


@pytest.fixture
def version(portfolio):
    made = make_version(year=2026, data_origin="fictitious")
    for label in ("Amont", "Aval"):
        make_line(
            made, portfolio.uo, project=portfolio.first, label=label, requested=[("100", "40")]
        )
    return made


def url(version) -> str:
    return f"/api/v1/programming-versions/{version.pk}/workbook/"


def downloaded(client, version, **query):
    answer = client.get(url(version), query)
    assert answer.status_code == 200
    return rows_of(b"".join(answer.streaming_content), query.get("format", "ods"))


def send(client, version, rows, key="", **fields):
    file = SimpleUploadedFile("classeur.ods", saved(rows))
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(
        url(version), {"workbook": file, **fields}, format="multipart", headers=headers
    )


def amount(version, label="Amont"):
    return version.lines.get(label=label).amounts.get(rank=0).requested_ae


def test_a_workbook_is_examined_then_written_once_for_its_key(api, version):
    rows = downloaded(api.budget, version)
    rows[FIRST][place(rows, "AE 2026")] = 120
    told = send(api.budget, version, rows).json()
    assert (told["dry_run"], told["count"], told["unchanged"]) == (True, 0, 15)
    [cell] = told["results"]
    assert (cell["before"], cell["after"], cell["status"]) == ("100.00", "120.00", "would_change")
    assert {"rank": 0, "measure": "ae", "before": "200.00", "after": "220.00"} in told["totals"]
    assert not ProgrammingEdit.objects.exists()
    done = send(api.budget, version, rows, "workbook-1", dry_run="false")
    assert (done.status_code, done.json()["count"]) == (200, 1)
    again = send(api.budget, version, rows, "workbook-1", dry_run="false")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == done.json()
    rows[FIRST][place(rows, "AE 2026")] = 130
    assert send(api.budget, version, rows, "workbook-1", dry_run="false").status_code == 422
    undo = {"operation": done.json()["operation"]}
    undone = api.budget.post(url(version).replace("workbook", "undo"), undo, format="json")
    assert (undone.json()["count"], amount(version)) == (1, 100)


def test_faults_are_a_409_with_their_cells_and_a_conflict_a_412_with_its_values(api, version):
    rows = downloaded(api.budget, version)
    rows[FIRST][place(rows, "AE 2026")] = 120
    other = [list(row) for row in rows]
    other[FIRST][place(rows, "AE 2026")] = 150
    assert send(api.budget, version, other, dry_run="false").status_code == 200
    clash = send(api.budget, version, rows, dry_run="false")
    assert (clash.status_code, clash.json()["code"]) == (412, "stale_cell")
    [cell] = clash.json()["context"]["cells"]
    assert (cell["before"], cell["yours"], cell["stored"]) == ("100.00", "120.00", "150.00")
    kept = send(api.budget, version, rows, dry_run="false", conflicts="theirs").json()
    assert [row["status"] for row in kept["results"]] == ["left"]
    assert send(api.budget, version, rows, dry_run="false", conflicts="mine").status_code == 200
    assert amount(version) == 120
    rows[FIRST][place(rows, "CP 2026")] = "douze"
    refused = send(api.budget, version, rows, dry_run="false")
    assert (refused.status_code, refused.json()["code"]) == (409, "workbook_refused")
    [fault] = refused.json()["context"]["details"]
    assert (fault["code"], fault["sheet"], fault["value"]) == ("not_a_number", "Feuille", "douze")


def test_a_selection_is_downloaded_and_what_is_unknown_is_refused(api, version):
    assert len(downloaded(api.controller, version, q="aval", format="xlsx")) == FIRST + 1
    code = version.lines.first().project.code
    assert len(downloaded(api.budget, version, group_by="project", group=code)) == FIRST + 2
    for query in ({"format": "pdf"}, {"group_by": "colour"}, {"page": "1"}):
        assert api.budget.get(url(version), query).status_code == 400


def test_a_frozen_version_is_downloaded_and_takes_nothing_back(api, version):
    at_state(version, "validated")
    rows = downloaded(api.budget, version)
    answer = send(api.budget, version, rows)
    assert (answer.status_code, answer.json()["code"]) == (409, "version_frozen")
    assert send(api.controller, version, rows).status_code == 403
