"""Imports by REST: the same deposit, the same refusals, the same undo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from records.models import ImportBatch, ImportDraft
from tests.imports import restitution as restituted
from tests.imports.content import content
from tests.imports.folders import run

pytestmark = pytest.mark.django_db
DRAFTS, BATCHES = "/api/v1/import-drafts/", "/api/v1/import-batches/"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    """A folder for the deposited files."""
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def known(tmp_path: Path) -> None:
    """What the database holds before the restitution."""
    assert run(restituted.write_former(tmp_path / "former")).status == "applied"


def deposit(client: Client, **fields: Any) -> Any:
    file = SimpleUploadedFile(restituted.NAME, restituted.restitution())
    return client.post(DRAFTS, {"files": [file], "is_new_version": "true", **fields})


def version_of(client: Client, address: str) -> dict[str, str]:
    """Return the If-Match of the deposit that the address names, as it stands."""
    if not address.startswith(DRAFTS):
        return {}
    read = client.get(f"{DRAFTS}{address.split('/')[4]}/")
    return {"If-Match": read.headers.get("ETag", '"1"')}


def post(client: Client, address: str, body: Any = None) -> Any:
    headers = version_of(client, address)
    return client.post(address, body or {}, content_type="application/json", headers=headers)


def test_a_deposit_goes_from_the_files_to_the_batch_and_back(
    client, known, controller, after_commit
):
    client.force_login(controller)
    before = content()
    answer = deposit(client)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["report"]["errors_total"] == 2
    assert told["is_ready"] is False
    place = f"{DRAFTS}{told['id']}/"
    assert post(client, f"{place}commit/").status_code == 409
    line = {"table": "commitments", "line": 14, "cells": {"amount": "12 400,00"}}
    assert post(client, f"{place}correct/", line).status_code == 200
    answer = post(client, f"{place}set-aside/", {"table": "commitments", "line": 87})
    keys = [anomaly["key"] for anomaly in answer.json()["report"]["anomalies"]]
    answer = post(client, f"{place}confirm/", {"anomalies": keys})
    assert answer.json()["is_ready"] is True
    assert content() == before
    with after_commit():
        assert post(client, f"{place}commit/").status_code == 202
    told = client.get(place).json()
    assert told["state"] == "applied"
    assert content() != before
    batch = client.get(f"{BATCHES}{told['batch']}/").json()
    assert batch["counts"]["commitments"] == {"created": 38, "updated": 213, "unchanged": 1032}
    answer = post(client, f"{BATCHES}{told['batch']}/undo/", {"reason": "Essai"})
    assert (answer.status_code, answer.json()["state"]) == (200, "undone")
    assert content() == before


def test_a_deposit_with_errors_is_never_recorded_at_once(client, known, controller, after_commit):
    client.force_login(controller)
    with after_commit():
        answer = deposit(client, dry_run="false")
    assert answer.json()["state"] == "checked"
    assert ImportBatch.objects.count() == 1


def test_what_is_not_seen_is_404_and_a_verb_that_is_refused_403(
    client, known, controller, budget_officer, director
):
    client.force_login(controller)
    place = f"{DRAFTS}{deposit(client).json()['id']}/"
    code = ImportBatch.objects.get().code
    client.force_login(budget_officer)
    assert client.get(place).status_code == 404
    assert post(client, f"{place}commit/").status_code == 404
    assert client.get(DRAFTS).json()["results"] == []
    assert client.get(f"{BATCHES}{code}/").status_code == 404
    client.force_login(director)
    assert client.get(DRAFTS).status_code == 403
    assert deposit(client).status_code == 403
    assert post(client, f"{BATCHES}{code}/undo/", {"reason": "x"}).status_code == 403
    assert ImportDraft.objects.count() == 1


def test_an_abandoned_deposit_answers_204_and_is_kept_in_the_log(client, known, controller):
    client.force_login(controller)
    place = f"{DRAFTS}{deposit(client).json()['id']}/"
    assert client.delete(place).status_code == 428
    assert client.delete(place, headers=version_of(client, place)).status_code == 204
    assert client.get(place).json()["state"] == "abandoned"


def test_a_body_that_is_wrong_is_a_400(client, known, controller: User):
    client.force_login(controller)
    assert client.post(DRAFTS, {}).status_code == 400
    answer = deposit(client)
    assert answer.status_code == 201, answer.content
    place = f"{DRAFTS}{answer.json()['id']}/"
    wrong = {"table": "users", "line": 0, "cells": {"a": 1}}
    answer = post(client, f"{place}correct/", wrong)
    assert answer.status_code == 400
    told = str(answer.json()["errors"])
    assert "table" in told
    assert "line" in told
    wrong = {"table": "commitments", "line": 14, "cells": {"amount\u0000": "1"}}
    assert post(client, f"{place}correct/", wrong).status_code == 400


def test_a_decision_on_another_version_of_a_deposit_is_refused(client, known, controller):
    client.force_login(controller)
    place = f"{DRAFTS}{deposit(client).json()['id']}/"
    read = version_of(client, place)
    line = {"table": "commitments", "line": 14, "cells": {"amount": "12 400,00"}}
    assert post(client, f"{place}correct/", line).status_code == 200
    told = client.get(place).json()
    decisions = {
        "correct": line,
        "set-aside": {"table": "commitments", "line": 87},
        "confirm": {"anomalies": []},
        "commit": {},
    }
    for verb, body in decisions.items():
        for headers, status in (({}, 428), (read, 412)):
            answer = client.post(
                f"{place}{verb}/", body, content_type="application/json", headers=headers
            )
            assert answer.status_code == status, verb
        assert answer.headers["ETag"] == f'"{told["version"]}"'
    assert client.delete(place, headers=read).status_code == 412
    assert client.get(place).json() == told
