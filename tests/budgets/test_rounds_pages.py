"""The pages of the steps: who holds what, steps taken by forms, many files at once, void marks."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.models import ProgrammingStep
from records.models import Notification
from records.selectors import notifications_of
from tests.budgets.ledger import make_project
from tests.budgets.programming import make_line
from tests.budgets.rounds import Round, make_round


@pytest.fixture
def held(db) -> Round:
    found = make_round()
    for project in found.projects:
        found.file(project)
    return found


def here(held: Round) -> str:
    return reverse("web:programming-steps", args=[held.version.fiscal_year, held.version.number])


def page(client, held: Round, who: str, url: str = "") -> str:
    client.force_login(held.people[who])
    answer = client.get(url or here(held))
    assert answer.status_code == 200
    return answer.content.decode()


def forms(text: str) -> set[str]:
    return set(re.findall(r'data-step="(\w+)"', text))


def posted(client, held: Round, who: str, url: str, verb: str, **more: str):
    """Post the form of a step as the page wrote it."""
    text = page(client, held, who, url)
    form = text[text.index(f'data-step="{verb}"') :]
    given = {
        name: re.search(rf'name="{name}" value="([^"]*)"', form).group(1)
        for name in ("verb", "version", "digest")
    }
    return client.post(url, {**given, **more}, follow=True).content.decode()


def test_a_version_goes_to_the_archives_by_its_pages(client, held):
    files = [reverse("web:programming-file", args=[held.file(one).pk]) for one in held.projects]
    for url in files:
        assert forms(page(client, held, "manager", url)) == {"submit"}
        posted(client, held, "manager", url, "submit")
        assert forms(page(client, held, "director", url)) == {"return", "arbitrate"}
        posted(client, held, "director", url, "arbitrate")
    for verb, who in (
        ("submit", "officer"), ("arbitrate", "director"), ("attest", "controller"),
        ("validate", "director"), ("notify", "officer"), ("archive", "officer"),
    ):  # fmt: skip
        told = posted(client, held, who, here(held), verb)
        assert "est faite" in told
    held.version.refresh_from_db()
    assert held.version.state == "archived"


def test_who_holds_a_file_and_what_is_next_is_told_to_each(client, held):
    held.step("submit", "manager", held.projects[0])
    text = page(client, held, "officer")
    row = text[text.index('data-file="P-1"') :]
    row = row[: row.index("</tr>")]
    assert "soumise" in row
    assert "responsable budgétaire" in row or "gestionnaire budgétaire" in row
    assert "retourner, examiner" in row
    assert forms(page(client, held, "controller")) == set()


def test_a_return_without_a_reason_says_why_it_is_refused(client, held):
    held.step("submit", "manager", held.projects[0])
    url = reverse("web:programming-file", args=[held.file(held.projects[0]).pk])
    told = posted(client, held, "officer", url, "return", reason="")
    assert "Un motif est nécessaire" in told
    told = posted(client, held, "officer", url, "return", reason="Le montant manque")
    assert "Le montant manque" in page(client, held, "manager", url)


def test_a_step_on_a_page_that_an_edit_overtook_is_refused(client, held):
    url = reverse("web:programming-file", args=[held.file(held.projects[0]).pk])
    text = page(client, held, "manager", url)
    digest = re.search(r'name="digest" value="(\w+)"', text).group(1)
    held.edit("officer", held.lines[0], "90")
    told = client.post(url, {"verb": "submit", "version": "1", "digest": digest}, follow=True)
    assert "entre-temps" in told.content.decode()
    assert not ProgrammingStep.objects.exists()


def test_an_edit_is_told_beside_the_approvals_that_it_voided(client, held):
    held.at("attested")
    assert "data-void" not in page(client, held, "director")
    held.edit("officer", held.lines[0], "101")
    text = page(client, held, "director")
    assert text.count("data-void") == 2
    url = reverse("web:programming-file", args=[held.file(held.projects[1]).pk])
    assert "data-void" not in page(client, held, "director", url)


def test_many_files_take_the_same_step_and_each_says_what_became_of_it(client, held):
    held.step("submit", "manager", held.projects[0])
    client.force_login(held.people["manager"])
    many = reverse("web:programming-many-steps", args=[2027, held.version.number])
    ticks = [f"{one.pk}:{held.file(one).version}" for one in held.projects]
    answer = client.post(many, {"verb": "submit", "file": ticks})
    assert answer.status_code == 422
    text = answer.content.decode()
    results = text[text.index('id="results"') : text.index('id="files"')]
    assert "n'en est pas possible" in results or "n&#x27;en est pas possible" in results
    assert 'data-result="P-2"' in results
    assert [held.file(one).state for one in held.projects] == ["submitted", "submitted"]


def test_a_list_without_a_tick_says_what_to_do(client, held):
    client.force_login(held.people["manager"])
    many = reverse("web:programming-many-steps", args=[2027, held.version.number])
    assert client.post(many, {"verb": "submit"}).status_code == 422
    assert client.post(many, {"verb": "submit", "file": ["x"]}).status_code == 404


def test_the_page_costs_as_many_queries_whatever_the_number_of_files(client, held):
    page(client, held, "officer")

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(client, held, "officer")
        return len(captured)

    few = cost()
    for index in range(8):
        project = make_project(f"P-1{index}")
        make_line(held.version, held.uo, project=project, requested=[("1", "1")])
        held.file(project)
    assert cost() == few


def news(held: Round, who: str) -> list[str]:
    told = Notification.objects.visible_to(held.people[who]).order_by("pk")
    return [f"{row.event} {row.subject_kind}" for row in told]


def test_who_has_to_act_is_told_once_and_opens_the_page(client, held):
    project = held.projects[0]
    held.step("submit", "manager", project)
    held.step("return", "officer", project)
    assert news(held, "manager") == ["waits programming_file"]
    held.at("attested")
    assert news(held, "director") == ["waits programming_version"] * 2
    assert news(held, "controller") == ["waits programming_version"]
    assert news(held, "officer") == []
    for who in ("manager", "director", "controller"):
        rows = list(Notification.objects.visible_to(held.people[who]))
        client.force_login(held.people[who])
        for told in notifications_of(held.people[who], rows):
            assert client.get(told.subject.url).status_code == 200
