"""POST /projects/."""

from __future__ import annotations

from rest_framework.test import APIClient

from accounts.enums import Role
from projects.models import Project
from tests.api.conftest import make_user

BODY = {"code": "A-9", "title": "Projet d'exemple neuf", "node": "A", "phase": "build"}


def client_of(user):
    client = APIClient()
    client.force_login(user)
    return client


def post(client, body):
    return client.post("/api/v1/projects/", body, format="json")


def test_a_manager_creates_a_project_in_a_granted_node(api):
    answer = post(api.manager, BODY | {"started_on": "2025-09-01", "ministry": "MEN"})
    assert answer.status_code == 201, answer.content
    assert answer.headers["Location"] == "/api/v1/projects/A-9/"
    assert answer.headers["ETag"] == '"1"'
    row = answer.json()
    assert {name: row[name] for name in ("code", "node", "ministry", "started_on", "phase")} == {
        "code": "A-9",
        "node": "A",
        "ministry": "MEN",
        "started_on": "2025-09-01",
        "phase": "build",
    }
    assert (row["data_origin"], row["current_cost"]) == ("fictitious", None)


def test_a_manager_who_creates_a_project_manages_it(api):
    answer = post(api.manager, BODY)
    assert (answer.status_code, answer.json()["manager"]) == (201, "manager")


def test_a_manager_cannot_create_a_project_for_somebody_else(api):
    assert post(api.manager, BODY | {"manager": "director"}).status_code == 403


def test_a_manager_cannot_create_a_project_outside_the_granted_node(api):
    lone = make_user("lone", Role.PROJECT_MANAGER, "A")
    answer = post(client_of(lone), BODY | {"node": "B"})
    assert set(errors(answer)) == {"node"}


def test_who_has_no_verb_is_refused(api):
    for client in (api.director, api.budget, api.controller, api.stranger):
        assert post(client, BODY).status_code == 403
    assert post(api.anonymous, BODY).status_code == 401
    assert not Project.objects.filter(code="A-9").exists()


def errors(answer) -> dict[str, str]:
    assert answer.status_code == 400, answer.content
    return {error["path"]: error["message"] for error in answer.json()["errors"]}


def test_faults_are_named_by_field(api):
    body = {"code": "-", "node": "nowhere", "phase": "?", "started_on": "01/09/2025", "colour": 1}
    assert set(errors(post(api.manager, body))) == {"colour"}
    body.pop("colour")
    assert set(errors(post(api.manager, body))) == {
        "code",
        "title",
        "node",
        "phase",
        "started_on",
    }


def test_a_taken_code_is_refused(api):
    assert "code" in errors(post(api.manager, BODY | {"code": "A-1"}))


def test_types_are_not_guessed(api):
    wrong = {"title": 12, "is_interministerial": "yes", "started_on": 20250901, "code": 1234}
    assert set(errors(post(api.manager, BODY | wrong))) == set(wrong)
