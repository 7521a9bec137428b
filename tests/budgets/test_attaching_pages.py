"""The pages of the queue: from an import to no line that waits, and a panel that closes."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from budgets.models import Commitment, MatchingRule, WaitingLine
from projects.models import Project
from records.models import ImportDraft
from tests.budgets.extracts import bring, commitment, lay_base, payment
from tests.imports.folders import text_of
from tests.people import person

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
