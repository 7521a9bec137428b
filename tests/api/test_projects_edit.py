"""PATCH /projects/{code}/, close and reopen: versions, rights, refusals."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from projects.models import Project

URL = "/api/v1/projects/A-1/"


def patch(client, body, version: str | None = '"1"', url: str = URL):
    headers = {} if version is None else {"If-Match": version}
    return client.patch(url, body, format="json", headers=headers)


def post(client, path, body, version: str | None = '"1"'):
    headers = {} if version is None else {"If-Match": version}
    return client.post(URL + path, body, format="json", headers=headers)


def test_an_edit_gives_the_new_version_and_keeps_the_reason(api):
    answer = patch(api.manager, {"title": "Nouveau titre", "reason": "Renommé"})
    assert answer.status_code == 200, answer.content
    assert answer.headers["ETag"] == '"2"'
    assert (answer.json()["title"], answer.json()["version"]) == ("Nouveau titre", 2)
    assert Project.objects.get(code="A-1").history.first().history_change_reason == "Renommé"


def test_without_if_match_the_edit_is_refused(api):
    answer = patch(api.manager, {"title": "x"}, version=None)
    assert (answer.status_code, answer.json()["code"]) == (428, "precondition_required")


@pytest.mark.parametrize("version", ["1", "*", '"x"', '"0"', '"1", "2"', '"\uff11"'])
def test_an_if_match_that_is_not_one_version_is_refused(api, version):
    answer = patch(api.manager, {"title": "x"}, version=version.encode().decode("latin-1"))
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "If-Match")


def test_a_stale_edit_is_refused_with_the_record_as_it_stands(api):
    assert patch(api.director, {"title": "Premier"}).status_code == 200
    answer = patch(api.manager, {"title": "Second"})
    body = answer.json()
    assert (answer.status_code, body["code"]) == (412, "stale_edit")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {name: body["context"][name] for name in ("expected", "current")} == {
        "expected": 1,
        "current": 2,
    }
    record = body["context"]["record"]
    assert (record["title"], record["version"]) == ("Premier", 2)
    assert record["current_cost"] == "1234567.89"


def test_a_weakened_tag_is_the_same_version(api):
    assert patch(api.manager, {"title": "x"}, version='W/"1"').status_code == 200


def test_unseen_is_404_and_refused_is_403(api):
    assert patch(api.manager, {"title": "x"}, url="/api/v1/projects/A-2/").status_code == 404
    assert patch(api.director, {"title": "x"}, url="/api/v1/projects/B-1/").status_code == 404
    for client in (api.budget, api.controller):
        assert patch(client, {"title": "x"}).status_code == 403


def test_a_project_is_not_moved_out_of_reach(api):
    unseen = patch(api.director, {"node": "B"})
    assert (unseen.status_code, unseen.json()["errors"][0]["path"]) == (400, "node")
    assert patch(api.manager, {"manager": "director"}).status_code == 403
    assert Project.objects.get(code="A-1").version == 1


def test_a_project_is_closed_then_reopened(api):
    answer = post(api.manager, "close/", {"closed_on": "2025-12-31", "reason": "Terminé"})
    assert answer.status_code == 200, answer.content
    row = answer.json()
    assert (row["state"], row["closed_on"], row["version"]) == ("closed", "2025-12-31", 2)
    answer = patch(api.manager, {"title": "x"}, version='"2"')
    assert (answer.status_code, answer.json()["code"]) == (409, "project_closed")
    answer = post(api.manager, "reopen/", {"reason": "Repris"}, version='"2"')
    assert (answer.status_code, answer.json()["state"]) == (200, "open")


def test_closing_needs_a_date_a_reason_and_a_version(api):
    assert post(api.manager, "close/", {}).status_code == 400
    body = {"closed_on": "2023-12-31", "reason": "Avant le début"}
    assert post(api.manager, "close/", body).status_code == 400
    assert post(api.manager, "close/", body, version=None).status_code == 428
    assert post(api.controller, "close/", body).status_code == 403


def test_a_session_without_its_csrf_token_is_refused(users, portfolio):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(users.manager, backend="accounts.backends.PasswordBackend")
    answer = patch(client, {"title": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_only_patch_edits(api):
    for method in ("put", "options"):
        answer = getattr(api.manager, method)(URL)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), method
