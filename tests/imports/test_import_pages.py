"""The pages of the imports, without a browser: rights, steps, what is shown and what is refused."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from records.importing.schema import load_schemas
from records.models import ImportBatch, ImportDraft
from tests.imports import restitution as restituted
from tests.imports.content import content
from tests.imports.folders import right_tables, run, text_of, write_tables
from web.imports.words import TITLES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def known(tmp_path: Path) -> None:
    """What the database holds before the restitution."""
    assert run(restituted.write_former(tmp_path / "former")).status == "applied"


def deposit(client: Client, *files: tuple[str, bytes], **options: Any) -> Any:
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(reverse("web:import-deposit"), {"uploads": sent, **options})


@pytest.fixture
def draft(known: None, client: Client, controller: User) -> ImportDraft:
    """The restitution, deposited through the page."""
    client.force_login(controller)
    file = (restituted.NAME, restituted.restitution())
    answer = deposit(client, file, is_new_version="on")
    assert answer.status_code == 302, answer.content
    return ImportDraft.objects.get()


def page(client: Client, draft: ImportDraft, query: str = "") -> str:
    return client.get(reverse("web:import-draft", args=[draft.pk]) + query).content.decode()


def act(client: Client, name: str, draft: ImportDraft, *place: Any, **data: Any) -> Any:
    return client.post(reverse(f"web:{name}", args=[draft.pk, *place]), data)


def test_the_steps_lead_from_the_files_to_the_batch(client, draft, after_commit):
    text = page(client, draft, "?step=2")
    assert "fr-stepper" in text
    assert "évolutive" in text
    text = page(client, draft)
    assert 'data-fr-current-step="3"' in text
    assert re.search(r'id="commit"[^>]*disabled', text)
    act(client, "import-line", draft, "commitments", 14, **{"cell-amount": "12 400,00"})
    act(client, "import-set-aside", draft, "commitments", 87)
    key = ImportDraft.objects.get().report["anomalies"][0]["key"]
    act(client, "import-confirm", draft, anomaly=key)
    assert not re.search(r'id="commit"[^>]*disabled', page(client, draft))
    with after_commit():
        act(client, "import-commit", draft)
    batch = ImportBatch.objects.latest("pk")
    assert batch.code in page(client, draft)
    text = client.get(reverse("web:import-batch", args=[batch.code])).content.decode()
    assert "EJ-000" in text
    assert batch.code in client.get(reverse("web:imports")).content.decode()


def test_the_whole_line_is_shown_to_be_corrected(client, draft):
    address = reverse("web:import-line", args=[draft.pk, "commitments", 87])
    text = client.get(address).content.decode()
    assert 'name="cell-node" value="DNE999"' in text
    assert client.get(address.replace("/87/", "/88/")).status_code == 404


def test_rejected_lines_are_a_file_with_their_reason(client, draft):
    answer = client.get(reverse("web:import-rejects", args=[draft.pk, "commitments"]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert [line.split(";")[0] for line in text.splitlines()[1:]] == ["14", "87"]
    assert "DNE999" in text
    assert "attachment" in answer["Content-Disposition"]


def test_the_file_that_was_deposited_is_given_back_and_never_interpreted(client, draft):
    answer = client.get(reverse("web:import-file", args=[draft.pk, 0]))
    assert b"".join(answer.streaming_content) == restituted.restitution()
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_recording_that_is_not_ready_is_refused_by_the_service_too(client, draft):
    before = content()
    act(client, "import-commit", draft)
    assert content() == before
    assert ImportDraft.objects.get().state == "checked"


def test_an_upload_that_is_no_table_says_so_on_the_form(client, controller):
    client.force_login(controller)
    answer = deposit(client, ("notes.csv", b"%PDF-1.7\n"))
    assert answer.status_code == 422
    assert "notes.csv" in answer.content.decode()
    assert client.post(reverse("web:import-deposit"), {}).status_code == 422


def test_pages_are_for_who_may_import_and_each_sees_their_own(
    client, draft, budget_officer, director, stranger
):
    places = [
        reverse("web:import-draft", args=[draft.pk]),
        reverse("web:import-file", args=[draft.pk, 0]),
        reverse("web:import-rejects", args=[draft.pk, "commitments"]),
    ]
    client.force_login(budget_officer)
    assert [client.get(place).status_code for place in places] == [404, 404, 404]
    assert act(client, "import-abandon", draft).status_code == 404
    for user in (director, stranger):
        client.force_login(user)
        assert [client.get(place).status_code for place in places] == [403, 403, 403]
        assert client.get(reverse("web:import-deposit")).status_code == 403
    assert ImportDraft.objects.get().state == "checked"


def test_another_controller_reads_a_deposit_and_does_not_touch_it(client, draft, db):
    other = User.objects.create_user(username="other")
    establish_grant(
        user=other, role=Role.MANAGEMENT_CONTROLLER, scope_code="",
        valid_from=dt.date(2020, 1, 1),
    )  # fmt: skip
    client.force_login(other)
    assert "confirmations" not in page(client, draft)
    assert act(client, "import-abandon", draft).status_code == 403


def test_an_undo_by_two_people_goes_through_the_pages(client, tmp_path, controller, budget_officer):
    result = run(write_tables(tmp_path / "first", right_tables()), actor=None)
    address = reverse("web:import-batch", args=[result.batch])
    client.force_login(controller)
    text = client.get(address).content.decode()
    assert reverse("web:import-undo-request", args=[result.batch]) in text
    client.post(reverse("web:import-undo-request", args=[result.batch]), {"reason": ""})
    assert ImportBatch.objects.get().state == "applied"
    client.post(reverse("web:import-undo-request", args=[result.batch]), {"reason": "Essai"})
    client.post(reverse("web:import-undo-confirm", args=[result.batch]))
    assert ImportBatch.objects.get().state == "undo_requested"
    client.force_login(budget_officer)
    answer = client.post(reverse("web:import-undo-confirm", args=[result.batch]))
    assert answer.status_code == 404  # not one of their own imports
    assert ImportBatch.objects.get().state == "undo_requested"


def test_the_panorama_is_recognised_and_recorded(client, controller, after_commit):
    client.force_login(controller)
    data = (Path(__file__).parent.parent / "projects" / "panorama_fictitious.csv").read_bytes()
    answer = deposit(client, ("panorama-2025-06.csv", data))
    assert answer.status_code == 302, answer.content.decode()
    draft = ImportDraft.objects.get()
    assert draft.kind == "panorama"
    assert 'data-fr-current-step="3"' in page(client, draft)
    with after_commit():
        act(client, "import-commit", draft)
    assert ImportBatch.objects.get().kind == "panorama"


def test_titles_of_the_schemas_are_those_that_are_translated():
    schemas = load_schemas().values()
    titles = {schema.title for schema in schemas}
    titles |= {field.title for schema in schemas for field in schema.fields}
    assert titles == set(TITLES)


def test_a_table_file_is_deposited_under_any_name(client, controller, known):
    client.force_login(controller)
    data = text_of(right_tables()["commitments"]).encode()
    assert deposit(client, ("EJ novembre.csv", data)).status_code == 302
    (told,) = ImportDraft.objects.get().recognised
    assert (told["name"], told["file"]) == ("commitments", "EJ novembre.csv")
