"""The pages of the queue: from an import to no line that waits, and a panel that closes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.services.grants import establish_grant
from budgets.models import Commitment, MatchingRule, NomenclatureNode, WaitingLine
from budgets.services.attaching import attach_lines
from projects.models import PortfolioNode, Project
from records.models import ImportDraft
from tests.budgets.extracts import bring, commitment, lay_base, payment
from tests.imports.folders import text_of
from tests.people import person

SINCE = dt.date(2020, 1, 1)
pytestmark = pytest.mark.django_db
LINES = [
    commitment("EJ-1-1", "1000.00", supplier="Hébergeur"),
    commitment("EJ-2-1", "200.00", project="ZZ", supplier="Hébergeur"),
    commitment("EJ-3-1", "30.00", project="", supplier="HEBERGEUR"),
]


@pytest.fixture
def controller(client, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    lay_base(tmp_path)
    user = person("management_controller")
    client.force_login(user)
    return user


def text(client, name, *place, query=""):
    return client.get(reverse(f"web:{name}", args=place) + query).content.decode()


def test_the_deposit_tells_how_many_lines_would_wait_and_for_how_much(client, controller):
    file = SimpleUploadedFile("commitments.csv", text_of(LINES).encode())
    sent = {"uploads": [file], "keeps_waiting": "on"}
    assert client.post(reverse("web:import-deposit"), sent).status_code == 302
    draft = ImportDraft.objects.get()
    assert draft.keeps_waiting
    client.post(reverse("web:import-check", args=[draft.pk]))
    page = text(client, "import-draft", draft.pk)
    assert 'data-count="waiting">1<' in page
    assert "200,00" in page


def test_the_queue_says_why_each_line_waits_and_attaches_by_a_suggestion(
    client, controller, tmp_path
):
    bring(tmp_path, commitments=[*LINES, commitment("EJ-1-2", "4.00", project="")])
    page = text(client, "waiting_lines")
    assert "projet inconnu" in page
    assert 'data-suggestion="EJ-1-2"' in page
    line = WaitingLine.objects.get(source_reference="EJ-1-2")
    answer = client.post(reverse("web:waiting_line", args=[line.pk]), {"project": "A-1"})
    assert answer.status_code == 302
    wrong = WaitingLine.objects.get(source_reference="EJ-2-1")
    answer = client.post(reverse("web:waiting_line", args=[wrong.pk]), {"project": "Z9"})
    assert answer.status_code == 422
    assert "ZZ" in text(client, "waiting_line", wrong.pk)


def test_a_rule_made_from_a_line_is_tried_created_and_applied(client, controller, tmp_path):
    bring(tmp_path, commitments=LINES)
    line = WaitingLine.objects.get(source_reference="EJ-2-1")
    create = reverse("web:matching_rule_create")
    assert 'value="Hébergeur"' in client.get(f"{create}?line={line.pk}").content.decode()
    project = Project.objects.get(code="A-2")
    fields = {
        "code": "HEB", "name": "Hébergement", "table": "", "project": project.pk, "position": "10",
        "column-0": "supplier", "operator-0": "is", "text-0": "Hébergeur",
    }  # fmt: skip
    tried = client.post(create, {**fields, "preview": "1"}).content.decode()
    assert "2 lignes" in tried
    assert "230,00" in tried
    assert not MatchingRule.objects.exists()
    assert client.post(create, {**fields, "text-0": ""}).status_code == 422
    assert client.post(create, fields).status_code == 302
    assert "2 lignes" in text(client, "matching_rule", "HEB")
    client.post(reverse("web:matching_rule_apply", args=["HEB"]))
    assert not WaitingLine.objects.waiting().exists()
    assert Commitment.objects.get(source_reference="EJ-2-1").project == project
    page = text(client, "reconciliation")
    assert "le rapprochement se referme" in page
    assert "HEB" in text(client, "matching_rules")


def test_a_line_is_set_aside_with_a_reason_and_taken_back(client, controller, tmp_path):
    bring(tmp_path, payments=[payment("DP-1", "EJ-9-1")])
    line = WaitingLine.objects.get()
    aside = reverse("web:waiting_line_set_aside", args=[line.pk])
    assert client.post(aside, {"reason": ""}).status_code == 422
    assert client.post(aside, {"reason": "Autre ministère"}).status_code == 302
    assert "Autre ministère" in text(client, "waiting_line", line.pk)
    client.post(reverse("web:waiting_line_take_back", args=[line.pk]))
    assert WaitingLine.objects.waiting().exists()


@pytest.mark.parametrize("wanted", ["csv-fr", "xlsx", "ods"])
def test_the_panel_is_exported_and_an_empty_one_says_what_feeds_it(
    client, controller, tmp_path, wanted
):
    assert "Aucun import des registres" in text(client, "reconciliation")
    bring(tmp_path, commitments=LINES)
    address = reverse("web:reconciliation")
    answer = client.get(address, {"format": wanted})
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    assert client.get(address, {"fiscal_year": "x"}).status_code == 422
    assert "Aucun import" in text(client, "reconciliation", query="?source=zzz")


def test_a_budget_officer_of_the_whole_tree_attaches_a_line_of_no_known_imputation(
    client, controller, tmp_path
):
    bring(tmp_path, commitments=[commitment("EJ-8-1", "9.00", node="X", project="ZZ"), *LINES])
    line = WaitingLine.objects.get(source_reference="EJ-8-1")
    address = reverse("web:waiting_line", args=[line.pk])
    client.force_login(person("budget_officer", "0214-UO1", scope_kind="nomenclature"))
    assert client.get(address).status_code == 404
    officer = person("budget_officer", "0214", scope_kind="nomenclature")
    client.force_login(officer)
    assert client.get(address).status_code == 200
    NomenclatureNode.objects.create(code="0214-UO2", name="UO", kind="uo")
    assert client.get(address).status_code == 404
    more = {"scope_kind": "nomenclature", "scope_code": "0214-UO2", "valid_from": SINCE}
    establish_grant(user=officer, role="budget_officer", **more)
    assert "EJ-8-1" in text(client, "waiting_lines")
    sent = {"node": "0214-UO2", "project": "A-1"}
    assert client.post(address, sent).status_code == 302
    assert Commitment.objects.get(source_reference="EJ-8-1").node.code == "0214-UO2"


def test_the_page_refuses_a_node_of_another_officer_and_a_project_that_is_not_seen(
    client, controller, tmp_path
):
    NomenclatureNode.objects.create(code="0214-UO2", name="UO", kind="uo")
    lines = [commitment("EJ-7-1", "5.00", project="ZZ"), commitment("EJ-7-2", "6.00")]
    bring(tmp_path, commitments=lines)
    line = WaitingLine.objects.get(source_reference="EJ-7-1")
    address = reverse("web:waiting_line", args=[line.pk])
    client.force_login(person("budget_officer", "0214-UO1", scope_kind="nomenclature"))
    unseen = client.post(address, {"project": "A-2"})
    unknown = client.post(address, {"project": "Z9"})
    assert unseen.status_code == unknown.status_code == 422
    assert "périmètre" in unseen.content.decode()
    assert WaitingLine.objects.waiting().filter(pk=line.pk).exists()
    assert client.post(address, {"project": "A-1"}).status_code == 302


def test_a_node_that_another_officer_holds_is_refused_and_so_is_it_in_a_list(
    client, controller, tmp_path
):
    NomenclatureNode.objects.create(code="0214-UO2", name="UO", kind="uo")
    bring(tmp_path, commitments=[commitment("EJ-7-1", "5.00", node="X", project="A-1")])
    line = WaitingLine.objects.get()
    WaitingLine.objects.update(node=NomenclatureNode.objects.get(code="0214-UO1"))
    officer = person("budget_officer", "0214-UO1", scope_kind="nomenclature")
    client.force_login(officer)
    address = reverse("web:waiting_line", args=[line.pk])
    assert client.post(address, {"node": "0214-UO2"}).status_code == 403
    assert client.post(address, {"node": "0214-UO9"}).status_code == 422
    done = attach_lines(actor=officer, line_ids=[line.pk], target={"node": "0214-UO2"})
    assert list(done.refused) == [line.pk]
    assert client.post(address, {"node": "0214-UO1"}).status_code == 302


def test_an_officer_of_a_portfolio_charges_their_own_projects_to_any_node_and_no_other_project(
    client, controller, tmp_path
):
    lines = [commitment("EJ-7-1", "5.00", node="X", project="A-1")]
    bring(tmp_path, commitments=[*lines, commitment("EJ-7-2", "6.00", project="")])
    officer = person("budget_officer", "DNE-SN", scope_kind="portfolio")
    held = WaitingLine.objects.get(source_reference="EJ-7-1")
    WaitingLine.objects.update(project=Project.objects.get(code="A-1"))
    Project.objects.filter(code="A-2").update(node=PortfolioNode.objects.get(code="DNE"))
    done = attach_lines(actor=officer, line_ids=[held.pk], target={"node": "0214-UO1"})
    assert (done.refused, Commitment.objects.filter(node__code="0214-UO1").count()) == ({}, 2)
    alone = WaitingLine.objects.get(source_reference="EJ-7-2")
    done = attach_lines(actor=officer, line_ids=[alone.pk], target={"project": "A-2"})
    assert list(done.refused) == [alone.pk]
    done = attach_lines(actor=officer, line_ids=[alone.pk], target={"project": "A-1"})
    assert done.refused == {}


def test_the_page_of_a_line_writes_what_the_extract_says_as_people_do(client, controller, tmp_path):
    bring(tmp_path, commitments=[commitment("EJ-7-1", "1234.50", project="ZZ")])
    page = text(client, "waiting_line", WaitingLine.objects.get().pk).split("<dl")[-1]
    for shown in ("1\u202f234,50", "01/03/2026", "HT2", "<dd>non</dd>"):
        assert shown in page.replace("\xa0", "\u202f"), shown
    assert "<dd>false</dd>" not in page


def test_the_queue_shows_what_waits_unless_another_state_is_asked_for(client, controller, tmp_path):
    bring(tmp_path, commitments=[commitment(f"EJ-{n}-1", "5.00", project="ZZ") for n in (1, 2)])
    first = WaitingLine.objects.get(source_reference="EJ-1-1")
    attach_lines(actor=controller, line_ids=[first.pk], target={"project": "A-1"})
    expected = {"": "EJ-2-1", "?state=attached": "EJ-1-1", "?state=set_aside": ""}
    for query, reference in expected.items():
        page = text(client, "waiting_lines", query=query)
        found = {code for code in ("EJ-1-1", "EJ-2-1") if f">{code}</a>" in page}
        assert found == ({reference} if reference else set()), query
    assert ">EJ-1-1</a>" in text(client, "waiting_lines", query="?state=all")
