"""The steps of the programming by REST: files told and moved, steps told, machines refused."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.policy import TOKEN_SCOPES
from budgets.models import ProgrammingFile, ProgrammingStep
from tests.api.conftest import token_for
from tests.budgets.rounds import Round, make_round

ROOT = "/api/v1"


@pytest.fixture
def held(db) -> Round:
    found = make_round()
    for project in found.projects:
        found.file(project)
    return found


def client_of(who) -> APIClient:
    client = APIClient()
    client.force_authenticate(who)
    return client


def post(held: Round, who: str, row, body: dict, version: int | None = None):
    kind = "files" if isinstance(row, ProgrammingFile) else "versions"
    headers = {"If-Match": f'"{row.version if version is None else version}"'}
    address = f"{ROOT}/programming-{kind}/{row.pk}/steps/"
    return client_of(held.people[who]).post(address, body, format="json", headers=headers)


def test_files_say_who_holds_them_and_since_when_and_move_by_their_steps(held):
    file = held.file(held.projects[0])
    taken = post(held, "manager", file, {"verb": "submit"})
    assert taken.status_code == 201, taken.data
    assert (taken.data["from_state"], taken.data["to_state"]) == ("draft", "submitted")
    client = client_of(held.people["officer"])
    found = client.get(f"{ROOT}/programming-files/", {"state": "submitted"}).data["results"]
    assert [(row["project"], row["holder"]) for row in found] == [("P-1", "budget_officer")]
    one = client.get(f"{ROOT}/programming-files/{file.pk}/")
    assert one.data["content_digest"] == taken.data["content_digest"]
    assert one.headers["ETag"] == '"2"'


def test_a_step_needs_the_version_that_was_read_and_its_content(held):
    file = held.file(held.projects[0])
    assert post(held, "manager", file, {"verb": "submit"}, version=9).status_code == 412
    bare = client_of(held.people["manager"]).post(
        f"{ROOT}/programming-files/{file.pk}/steps/", {"verb": "submit"}, format="json"
    )
    assert bare.status_code == 428
    other = post(held, "manager", file, {"verb": "submit", "content_digest": "0" * 64})
    assert other.status_code == 412
    assert not ProgrammingStep.objects.exists()


def test_refusals_say_which_rule_refuses(held):
    file = held.file(held.projects[0])
    for who, verb, status, code in (
        ("manager", "arbitrate", 403, "permission_denied"),
        ("director", "arbitrate", 409, "step_refused"),
        ("manager", "void", 400, None),
        ("manager", "return", 403, None),
    ):
        given = post(held, who, file, {"verb": verb})
        assert given.status_code == status, (who, verb, given.data)
        if status == 409:
            assert given.data["code"] == code
    whole = post(held, "officer", held.version, {"verb": "submit"})
    assert (whole.status_code, whole.data["code"]) == (409, "files_missing")


def test_nobody_says_in_whose_name_a_step_is(held):
    file = held.file(held.projects[0])
    forged = {"verb": "submit", "on_behalf_of": held.people["director"].username}
    assert post(held, "manager", file, forged).status_code == 400


def test_the_trail_of_a_version_tells_what_an_edit_voided(held):
    held.at("arbitrated")
    held.edit("officer", held.lines[0], "101")
    client = client_of(held.people["controller"])
    rows = client.get(
        f"{ROOT}/programming-steps/", {"programming_version": held.version.pk, "verb": "arbitrate"}
    ).data["results"]
    told = {
        row["project"]: client.get(f"{ROOT}/programming-steps/{row['id']}/").data["is_void"]
        for row in rows
    }
    assert told == {None: True, "P-1": True, "P-2": False}


def test_a_machine_reads_the_steps_and_takes_none(held):
    held.files_at("submitted")
    held.step("submit", "officer")
    client = APIClient()
    token = token_for(sorted(TOKEN_SCOPES))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    before = ProgrammingStep.objects.count()
    for kind, row in (("files", held.file(held.projects[0])), ("versions", held.version)):
        for verb in ("submit", "return", "review", "arbitrate", "attest", "validate", "notify"):
            given = client.post(
                f"{ROOT}/programming-{kind}/{row.pk}/steps/", {"verb": verb, "reason": "x"},
                format="json", headers={"If-Match": f'"{row.version}"'},
            )  # fmt: skip
            assert given.status_code == 403, (kind, verb, given.data)
    assert ProgrammingStep.objects.count() == before
    assert client.get(f"{ROOT}/programming-steps/").status_code == 200


def test_an_edit_by_address_is_refused_with_its_reason_once_the_file_or_the_version_is_closed(held):
    # ux E18: her lines are locked for her once submitted; a frozen version answers 409.
    cell = {"line": held.lines[0].pk, "rank": 0, "measure": "ae", "before": "100.00"}
    address = f"{ROOT}/programming-versions/{held.version.pk}/cells/"
    body = {"edits": [{**cell, "after": "90.00"}]}
    held.step("submit", "manager", held.projects[0])
    mine = client_of(held.people["manager"]).post(address, body, format="json")
    assert (mine.status_code, mine.data["code"]) == (409, "file_closed")
    held.step("return", "officer", held.projects[0])
    held.at("validated")
    theirs = client_of(held.people["officer"]).post(address, body, format="json")
    assert (theirs.status_code, theirs.data["code"]) == (409, "version_frozen")
