"""Matching columns by the pages and by REST: what is shown, kept, edited, closed and refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from records.models import ImportDraft, ImportMapping
from tests.imports import layouts
from tests.imports.folders import right_tables, run, write_tables

pytestmark = pytest.mark.django_db
DRAFTS, MAPPINGS = "/api/v1/import-drafts/", "/api/v1/import-mappings/"
HEADINGS = ("N° EJ", "N° de poste", "Centre financier", "Projet", "Objet", "Montant engagé",
            "Date EJ", "Exercice")  # fmt: skip
FIELDS = ("legal_reference", "", "node", "project", "label", "amount", "committed_on",
          "fiscal_year")  # fmt: skip


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def known(tmp_path: Path) -> None:
    """A portfolio whose facts the extracts name."""
    assert run(write_tables(tmp_path / "known", right_tables())).status == "applied"


def deposit(client: Client, name: str, data: bytes) -> Any:
    sent = {"uploads": [SimpleUploadedFile(name, data)]}
    return client.post(reverse("web:import-deposit"), sent)


def match_address(draft: ImportDraft, position: int = 0) -> str:
    return reverse("web:import-match", args=[draft.pk, position])


def typed(**changes: Any) -> dict[str, Any]:
    """Return what a person posts to match the commitments."""
    return {
        "table": "commitments", "header_line": "5", "header_rows": "1", "sheet": "",
        "name": "Chorus EJ", "unit": "1", "dates": "dmy", "ignored": "Total; Sous-total",
        "value-source_reference": "{N° EJ}-{N° de poste}",
        **{f"column-{index}": field for index, field in enumerate(FIELDS)}, **changes,
    }  # fmt: skip


@pytest.fixture
def draft(known: None, client: Client, controller: User) -> ImportDraft:
    """The commitments of another layout, deposited through the page."""
    client.force_login(controller)
    answer = deposit(client, "INF_BUD_53.csv", layouts.COMMITMENTS)
    draft = ImportDraft.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, match_address(draft))
    return draft


@pytest.fixture
def mapping(client: Client, draft: ImportDraft) -> ImportMapping:
    """The mapping that the page kept."""
    assert client.post(match_address(draft), typed()).status_code == 302
    return ImportMapping.objects.get()


def test_each_heading_is_shown_with_values_the_proposed_field_and_what_is_missing(client, draft):
    text = client.get(match_address(draft)).content.decode()
    for index, heading in enumerate(HEADINGS):
        assert f'<label for="id_column-{index}">{heading}</label>' in text
    assert "12 400,00" in text
    assert '<option value="amount" selected>' in text
    assert "Restitution des engagements juridiques" in text
    answer = client.get(match_address(draft), {"table": "payments", "header_line": "5"})
    assert answer.context["missing"] == ["Référence source", "Montant (CP)", "Payé le"]


def test_what_is_chosen_is_kept_and_the_check_follows(client, draft, mapping):
    assert (mapping.code, mapping.table, mapping.version) == ("CHORUS-EJ", "commitments", 1)
    draft.refresh_from_db()
    assert (draft.state, draft.report["errors_total"]) == ("checked", 0)
    page = reverse("web:import-draft", args=[draft.pk])
    text = client.get(f"{page}?step=2").content.decode()
    assert reverse("web:import-mapping", args=["CHORUS-EJ"]) in text
    assert '<th scope="col">Montant engagé</th>' in text
    assert match_address(draft) in text
    assert 'data-count="created">4<' in client.get(page).content.decode()


def test_an_error_is_shown_under_the_heading_of_the_file(client, known, controller):
    client.force_login(controller)
    deposit(client, "EJ.csv", layouts.COMMITMENTS.replace(b"1 600,50", b"1 6OO,50"))
    draft = ImportDraft.objects.get()
    client.post(match_address(draft), typed())
    text = client.get(reverse("web:import-draft", args=[draft.pk])).content.decode()
    assert "Montant engagé « 1 6OO,50 »" in text
    line = reverse("web:import-line", args=[draft.pk, "commitments", 7])
    assert ">Montant engagé</label>" in client.get(line).content.decode()
    rejects = client.get(reverse("web:import-rejects", args=[draft.pk, "commitments"]))
    assert "Montant engagé:" in b"".join(rejects.streaming_content).decode()


def test_a_choice_that_is_not_whole_is_refused_and_nothing_that_was_typed_is_lost(client, draft):
    wrong = {
        "column-5": "", "column-4": "amount", "column-3": "colour",
        "equivalents": "n’importe quoi", "value-source_reference": "{Facture}",
    }  # fmt: skip
    for name, value in wrong.items():
        answer = client.post(match_address(draft), typed(**{name: value}))
        assert answer.status_code == 422, name
        assert "Chorus EJ" in answer.content.decode()
    assert not ImportMapping.objects.exists()


def test_the_next_file_of_the_source_goes_straight_to_the_check(client, draft, mapping):
    answer = deposit(client, "novembre.csv", layouts.COMMITMENTS.replace(b"345680", b"345681"))
    later = ImportDraft.objects.latest("pk")
    assert answer["Location"] == f"{reverse('web:import-draft', args=[later.pk])}?step=2"
    assert later.state == "checked"
    # It is shown, and can be edited.
    text = client.get(match_address(later)).content.decode()
    assert 'value="{N° EJ}-{N° de poste}"' in text
    assert 'value="Chorus EJ"' in text


def test_two_files_are_matched_one_after_the_other(client, known, controller):
    client.force_login(controller)
    files = [
        SimpleUploadedFile("ej.csv", layouts.COMMITMENTS),
        SimpleUploadedFile("sf.csv", layouts.SERVICE_DONE),
    ]
    client.post(reverse("web:import-deposit"), {"uploads": files})
    draft = ImportDraft.objects.get()
    text = client.get(reverse("web:import-draft", args=[draft.pk])).content.decode()
    assert match_address(draft) in text
    assert match_address(draft, 1) in text
    answer = client.post(match_address(draft), typed())
    assert answer["Location"] == match_address(draft, 1)
    draft.refresh_from_db()
    assert (draft.state, draft.recognised) == ("draft", [])
    told = {
        "table": "service_done", "header_line": "1", "header_rows": "1", "separator": ";",
        "name": "SF", "unit": "1", "dates": "ymd", "reversed-amount": "on",
        "column-0": "source_reference", "column-1": "commitment", "column-2": "amount",
        "column-3": "done_on", "column-4": "fiscal_year",
    }  # fmt: skip
    answer = client.post(match_address(draft, 1), told)
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].endswith("?step=2")
    draft.refresh_from_db()
    assert {table["name"]: table["errors"] for table in draft.report["tables"]} == {
        "commitments": 0, "service_done": 0,
    }  # fmt: skip


def test_a_mapping_is_listed_shown_edited_with_its_versions_and_closed(client, draft, mapping):
    sheet = reverse("web:import-mapping", args=[mapping.code])
    assert sheet in client.get(reverse("web:import-mappings")).content.decode()
    text = client.get(sheet).content.decode()
    assert "Sous-total" in text
    assert "{N° EJ}-{N° de poste}" in text
    edit = reverse("web:import-mapping-edit", args=[mapping.code])
    assert 'value="{N° EJ}-{N° de poste}"' in client.get(edit).content.decode()
    answer = client.post(edit, typed(version="1", unit="1000"))
    assert (answer.status_code, answer["Location"]) == (302, sheet)
    mapping.refresh_from_db()
    assert (mapping.version, mapping.options["unit"]) == (2, "1000")
    # Somebody else read the first version.
    answer = client.post(edit, typed(version="1", name="Autre"))
    assert answer.status_code == 422
    assert ImportMapping.objects.get().name == "Chorus EJ"
    close = reverse("web:import-mapping-close", args=[mapping.code])
    told = {"version": "2", "closed_on": "26/11/2026", "reason": ""}
    assert client.post(close, told).status_code == 422
    assert client.post(close, {**told, "reason": "Remplacée"}).status_code == 302
    text = client.get(sheet).content.decode()
    assert "Remplacée" in text
    assert edit not in text
    answer = client.post(edit, typed(version="3", name="Trop tard"))
    assert (answer.status_code, ImportMapping.objects.get().name) == (422, "Chorus EJ")


def test_mappings_are_read_by_who_reads_imports_and_edited_by_who_imports(
    client, mapping, budget_officer, director, stranger
):
    sheet = reverse("web:import-mapping", args=[mapping.code])
    edit = reverse("web:import-mapping-edit", args=[mapping.code])
    client.force_login(budget_officer)
    assert [client.get(place).status_code for place in (sheet, edit)] == [200, 200]
    for user in (director, stranger):
        client.force_login(user)
        assert [client.get(place).status_code for place in (sheet, edit)] == [403, 403]


def test_only_its_author_matches_a_deposit(client, draft, budget_officer):
    client.force_login(budget_officer)
    assert client.get(match_address(draft)).status_code == 404
    assert client.post(match_address(draft), typed()).status_code == 404


def test_a_file_that_is_not_there_is_not_matched(client, draft):
    assert client.get(match_address(draft, 7)).status_code == 404


def test_the_api_reads_mappings_and_names_one(client, mapping):
    told = client.get(f"{MAPPINGS}{mapping.code}/").json()
    assert (told["name"], told["table"], told["version"]) == ("Chorus EJ", "commitments", 1)
    assert told["field_by_heading"]["Montant engagé"] == "amount"
    assert client.get(MAPPINGS, {"table": "payments"}).json()["results"] == []
    assert client.post(MAPPINGS, {}).status_code == 405
    lines = layouts.COMMITMENTS.splitlines()
    more = [b"Suivi" if b"Exercice" in line else b"" for line in lines]
    pairs = zip(lines, more, strict=True)
    wider = b"\r\n".join(line + b";" + cell for line, cell in pairs)

    def send(**fields: str) -> Any:
        return client.post(DRAFTS, {"files": [SimpleUploadedFile("a.csv", wider)], **fields})

    assert send().status_code == 409
    assert send(mapping="ABSENT").status_code == 400
    answer = send(mapping=mapping.code)
    assert answer.status_code == 201, answer.content
    (table,) = answer.json()["recognised"]
    assert (table["mapping"], table["lines"], table["unread"]) == (mapping.code, 4, ["Suivi"])


def test_an_error_by_the_api_names_the_heading_and_the_column(client, mapping):
    data = layouts.COMMITMENTS.replace(b"1 600,50", b"1 6OO,50")
    file = SimpleUploadedFile("a.csv", data)
    (error,) = client.post(DRAFTS, {"files": [file]}).json()["report"]["errors"]
    assert (error["line"], error["column"], error["heading"], error["value"]) == (
        7, "amount", "Montant engagé", "1 6OO,50",
    )  # fmt: skip
