"""Lists of the programming: versions, and the lines of one, with their totals and exports."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from common.tabular import read_table
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import make_line, make_version
from tests.people import person


@pytest.fixture
def version(db):
    made = make_version("conference")
    uo = make_uo()
    make_line(
        made, uo, label="Hébergement", project=make_project(), requested=[("9", "9")],
        proposed=[("1000", "400.50"), (None, "599.50")],
    )  # fmt: skip
    make_line(made, uo, label="Sans projet", proposed=[("1", "1")])
    return made


def text(client, url: str, **query: str) -> str:
    answer = client.get(url, query)
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def test_a_version_leads_to_its_lines_in_its_stage_with_their_totals(client, version):
    client.force_login(person(Role.MANAGEMENT_CONTROLLER))
    grid = reverse("web:programming_version", args=[version.fiscal_year, version.number])
    assert grid in text(client, reverse("web:programming"))
    url = reverse("web:programming-lines", args=[version.pk])
    assert url in text(client, grid)
    page = text(client, url)
    assert "Programmation 2027-V1, conférence" in page
    assert "1 001,00" in page
    assert "401,50" in page
    assert "599,50" in page
    assert "Hébergement" not in text(client, url, nature="new")


@pytest.mark.parametrize("wanted", ["csv", "xlsx", "ods"])
def test_lines_are_exported_with_their_four_years(client, version, wanted):
    client.force_login(person(Role.AUDITOR))
    url = reverse("web:programming-lines", args=[version.pk])
    answer = client.get(url, {"format": wanted})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = read_table(body, file=f"x.{wanted}").sheets[0].rows
    cells = {str(cell) for row in rows for cell in row.cells}
    assert len(rows) == 3
    assert {"AE N", "CP N", "AE N+3 et après", "Hébergement"} <= cells
    assert cells & {"400.5", "400.50"}


def test_the_priority_and_the_credits_of_a_line_are_seen_edited_filtered_and_exported(
    client, version
):
    line = version.lines.get(label="Hébergement")
    client.force_login(person(Role.BUDGET_OFFICER, line.node.code, scope_kind="nomenclature"))
    place = [version.fiscal_year, version.number]
    address = reverse("web:programming_line", args=[*place, line.pk])
    form = {
        "version": 1, "label": line.label, "project": line.project.code, "node": line.node.code,
        "nature": "planned", "credit_type": "t2", "priority": "3",
        "ae_0": "1000", "cp_0": "400.50", "cp_1": "599.50",
    }  # fmt: skip
    assert client.post(address, form).status_code == 302
    line.refresh_from_db()
    assert (line.priority, line.credit_type) == (3, "t2")
    grid = text(client, reverse("web:programming_version", args=place), ouvert=line.project.code)
    assert 'title="prévue · T2 · priorité 3">T2 P3 prévue<' in grid
    printed = text(client, reverse("web:programming_print", args=place))
    assert "prévue · T2 · priorité 3" in printed
    url = reverse("web:programming-lines", args=[version.pk])
    assert "Sans projet" not in text(client, url, priority="3")
    assert "Hébergement" not in text(client, url, priority="2")
    answer = client.get(url, {"format": "csv", "sort": "-priority"})
    head, first, *_rest = read_table(
        b"".join(answer.streaming_content) if answer.streaming else answer.content, file="x.csv"
    ).sheets[0].rows  # fmt: skip
    row = dict(zip(map(str, head.cells), map(str, first.cells), strict=True))
    assert (row["Priorité"], row["T2 ou HT2"]) == ("3", "t2")


def test_a_manager_reads_the_lines_of_own_projects_alone(client, version):
    client.force_login(person(Role.PROJECT_MANAGER))
    page = text(client, reverse("web:programming-lines", args=[version.pk]))
    assert "Hébergement" not in page
    assert "Sans projet" not in page


def test_a_page_costs_as_many_queries_for_forty_lines_as_for_two(client, version):
    client.force_login(person(Role.MANAGEMENT_CONTROLLER))
    url = reverse("web:programming-lines", args=[version.pk])
    client.get(url)
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        costs.append(len(captured))
        node = version.lines.first().node
        for _line in range(38):
            make_line(version, node, proposed=[("1", "1")])
    assert costs[0] == costs[1]
