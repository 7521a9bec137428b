"""Comments in the grid: counts by line and group, the panel, what the poll tells, the exports."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from common.tabular import read_table
from records.services.comments import resolve_thread, write_comment
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import make_line, make_version
from tests.people import person


@pytest.fixture
def lines(db):
    made = make_version("conference")
    uo, project = make_uo(), make_project()
    return [make_line(made, uo, label=f"Ligne {n}", project=project) for n in range(3)]


def write(line, body="Pourquoi ?", **fields):
    known = User.objects.filter(username="author").first()
    author = known or person(Role.MANAGEMENT_CONTROLLER, username="author")
    return write_comment(
        actor=author, subject_kind="programming_line", subject_code=line.code, body=body, **fields
    )


def url(name, line=None):
    return reverse(f"web:programming_{name}", args=[2027, 1, *([line.pk] if line else [])])


def told(client, **query):
    return client.get(url("state"), {"since": "0", "par": "project", **query}).json()["comments"]


def test_the_grid_counts_the_open_threads_of_lines_and_groups(client, lines):
    write(lines[0])
    write(lines[0], "Encore", anchor="0.ae")
    settled = write(lines[1])
    resolve_thread(actor=settled.author, comment_id=settled.pk, expected_version=1)
    client.force_login(person(Role.AUDITOR))
    code = lines[0].project.code
    page = client.get(url("version"), {"ouvert": code}).content.decode()
    assert 'aria-label="Commentaires ouverts\xa0: 2">2</a>' in page
    assert page.count('aria-label="Commentaires ouverts\xa0: 0">+</a>') == 2
    assert 'data-col="16" data-talk tabindex="-1">2</td>' in page
    assert told(client) == {"lines": {str(lines[0].pk): 2}, "groups": {code: 2}}


def test_open_threads_of_the_versions_before_are_counted_where_the_line_went(client, lines):
    comment = write(lines[0])
    later = make_version("arbitration")
    make_line(later, lines[0].node, project=lines[0].project, lineage=lines[0].lineage)
    client.force_login(comment.author)
    address = reverse("web:programming_state", args=[2027, later.number])
    counted = client.get(address, {"since": "0"}).json()["comments"]
    assert list(counted["lines"].values()) == [1]
    resolve_thread(actor=comment.author, comment_id=comment.pk, expected_version=1)
    assert client.get(address, {"since": "0"}).json()["comments"]["lines"] == {}


def test_rest_counts_them_as_the_list_does(lines):
    comment = write(lines[0])
    later = make_version("arbitration")
    make_line(later, lines[0].node, project=lines[0].project, lineage=lines[0].lineage)
    api = APIClient()
    api.force_login(comment.author)
    rows = api.get("/api/v1/programming-lines/").json()["results"]
    assert [row["open_comments"] for row in rows] == [1, 0, 0, 1]
    write_comment(
        actor=comment.author, subject_kind="programming_line", subject_code=str(rows[3]["id"]),
        body="Ici",
    )  # fmt: skip
    rows = api.get("/api/v1/programming-lines/").json()["results"]
    assert [row["open_comments"] for row in rows] == [1, 0, 0, 2]


def test_counts_cost_as_many_queries_for_many_threads_as_for_one(client, lines):
    client.force_login(person(Role.MANAGEMENT_CONTROLLER))
    write(lines[0])
    costs = []
    for _ in range(2):
        client.get(url("state"), {"since": "0"})
        with CaptureQueriesContext(connection) as captured:
            client.get(url("state"), {"since": "0"})
            client.get(url("version"), {"ouvert": lines[0].project.code})
        costs.append(len(captured))
        for line in lines:
            write(line)
            write(line)
    assert costs[0] == costs[1]


def test_the_panel_shows_the_threads_with_the_cell_that_one_was_on(client, lines):
    write(lines[0], "Ailleurs", anchor="0.ae")
    write(lines[0], "Pourquoi ce montant ?", anchor="1.cp")
    client.force_login(person(Role.MANAGEMENT_CONTROLLER))
    panel = client.get(url("thread", lines[0]), {"cellule": "1.cp"}).content.decode()
    assert 'data-open="2"' in panel
    assert panel.index("Pourquoi ce montant ?") < panel.index("Ailleurs")
    assert '<option value="1.cp" selected>CP 2028</option>' in panel
    assert "<html" not in panel


def test_the_panel_is_for_who_sees_the_line_and_its_forms_for_who_may_comment(client, lines):
    write(lines[0])
    client.force_login(person(Role.PROJECT_MANAGER))
    assert client.get(url("thread", lines[0])).status_code == 404
    assert told(client) == {"lines": {}, "groups": {}}
    client.force_login(person(Role.AUDITOR))
    panel = client.get(url("thread", lines[0])).content.decode()
    assert "Pourquoi ?" in panel
    assert "<form" not in panel


@pytest.mark.parametrize("wanted", ["csv", "ods"])
def test_an_export_of_the_lines_counts_their_open_comments(client, lines, wanted):
    write(lines[1])
    client.force_login(person(Role.AUDITOR))
    address = reverse("web:programming-lines", args=[lines[0].programming_version_id])
    answer = client.get(address, {"format": wanted, "sort": "label"})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    head, *rows = read_table(body, file=f"x.{wanted}").sheets[0].rows
    place = [str(cell) for cell in head.cells].index("Commentaires ouverts")
    assert [float(str(row.cells[place])) for row in rows] == [0, 1, 0]
