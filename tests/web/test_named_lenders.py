"""« A pour B »: steps and edits by delegation name who lends the right, in pages and by REST."""

from __future__ import annotations

import pytest
import structlog
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import User
from accounts.selectors import record_edits
from accounts.services.delegations import give_delegation
from budgets.models import ProgrammingEdit
from budgets.services.programming_lines import update_line
from budgets.tables.programming_compare import compare
from common.fiscal import today
from projects.models import Project
from tests.budgets.programming import make_line, make_version
from tests.budgets.rounds import make_round
from tests.people import person

TOLD = "colleague pour project_manager"


@pytest.fixture
def held(db):
    """A round where a colleague holds P-2 and stands in for the manager of P-1."""
    held = make_round()
    other = person(Role.PROJECT_MANAGER, username="colleague")
    Project.objects.filter(pk=held.projects[1].pk).update(manager=other)
    giver = held.people["manager"]
    give_delegation(
        actor=giver, grant_id=giver.grants.get().pk, delegate=other, valid_from=today(),
        valid_to=today(), reason="Congés",
    )  # fmt: skip
    held.people["colleague"] = User.objects.get(pk=other.pk)
    return held


def text(client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def line_url(held, line):
    place = [held.version.fiscal_year, held.version.number, line.pk]
    return reverse("web:programming_line", args=place)


def test_an_edit_keeps_who_lends_the_right_to_write_in_its_line_alone(client, held):
    first, second = held.lines
    for line in (first, second):
        held.edit("colleague", line, "90")
    names = ProgrammingEdit.objects.order_by("pk").values_list("on_behalf_of__username", flat=True)
    assert list(names) == ["project_manager", None]
    client.force_login(person(Role.AUDITOR))
    assert TOLD in text(client, line_url(held, first))
    assert TOLD not in text(client, line_url(held, second))
    api = APIClient()
    api.force_login(held.people["controller"])
    rows = api.get("/api/v1/programming-edits/").json()["results"]
    assert [(row["by"], row["on_behalf_of"]) for row in rows] == [
        ("colleague", None), ("colleague", "project_manager"),
    ]  # fmt: skip


def test_a_comparison_and_a_conflict_name_who_lends_the_right(held):
    first, _second = held.lines
    former = make_version("requests")
    make_line(former, held.uo, project=first.project, lineage=first.lineage)
    held.edit("colleague", first, "90")
    found = compare(former, held.version, held.people["controller"]).differences
    mine = [one for one in found if one.line.pk == first.pk and one.measure == "ae"]
    assert [(one.author, one.on_behalf_of) for one in mine] == [("colleague", "project_manager")]


def test_the_trail_of_a_file_names_who_lends_the_right(client, held):
    first, _second = held.projects
    held.step("submit", "colleague", first)
    client.force_login(person(Role.AUDITOR))
    file = held.file(first)
    assert TOLD in text(client, reverse("web:programming-file", args=[file.pk]))
    api = APIClient()
    api.force_login(held.people["controller"])
    (row,) = api.get("/api/v1/programming-steps/").json()["results"]
    assert (row["actor"], row["on_behalf_of"]) == ("colleague", "project_manager")


def test_the_history_of_a_line_names_who_lends_the_right(client, held):
    line = held.lines[0]
    with structlog.contextvars.bound_contextvars(request_id="request-of-the-test"):
        update_line(
            actor=held.people["colleague"], line_id=line.pk, expected_version=1,
            changes={"label": "Infogérance"},
        )  # fmt: skip
    client.force_login(person(Role.AUDITOR))
    assert TOLD in text(client, line_url(held, line))
    (edit,) = [one for one in record_edits(line) if one.version == 2]
    assert (edit.actor, edit.on_behalf_of) == ("colleague", "project_manager")
