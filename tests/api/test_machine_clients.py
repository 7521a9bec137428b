"""OAuth2 client credentials: scopes, perimeter, revocation."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from oauth2_provider.models import AccessToken, Application
from rest_framework.test import APIClient

from accounts.models import MachineClient, User
from accounts.services.clients import create_client, revoke_client
from tests.api.conftest import basic


def ask(new, **body):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=basic(new.client_id, new.secret))
    return client.post("/api/oauth/token/", {"grant_type": "client_credentials", **body})


def test_the_command_prints_the_secret_once_and_keeps_it_hashed(portfolio):
    out = StringIO()
    call_command("create_api_client", "suivi", "--scope", "read", "--node", "A", stdout=out)
    printed = dict(line.split("=", 1) for line in out.getvalue().splitlines()[:2])
    application = Application.objects.get(client_id=printed["client_id"])
    assert printed["client_secret"] not in application.client_secret
    account = MachineClient.objects.get(name="suivi").account
    assert account.is_machine
    assert not account.has_usable_password()
    assert list(account.grants.values_list("role", "scope_code")) == [("api_client", "A")]


def test_the_command_names_what_is_wrong(portfolio):
    call_command("create_api_client", "suivi", "--scope", "read", stdout=StringIO())
    with pytest.raises(CommandError, match=r"existe|exists"):
        call_command("create_api_client", "suivi", "--scope", "read")
    with pytest.raises(CommandError, match="no portfolio node Z"):
        call_command("create_api_client", "autre", "--scope", "read", "--node", "Z")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("create_api_client", "autre", "--scope", "admin")


def test_a_client_gets_its_own_scopes_and_no_other(portfolio):
    new = create_client(name="robot", scopes=["read"])
    assert ask(new).json()["scope"] == "read"
    refused = ask(new, scope="projects:write")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert ask(new, grant_type="password", username="x", password="y").status_code == 400


def test_a_wrong_secret_is_refused(portfolio):
    new = create_client(name="robot", scopes=["read"])
    wrong = type(new)(new.client, new.client_id, "wrong")
    assert ask(wrong).status_code == 401


def test_a_client_reads_its_node_only(robot):
    client = robot("read", node="A")
    rows = client.get("/api/v1/projects/").json()["results"]
    assert [row["code"] for row in rows] == ["A-1", "A-2"]
    assert client.get("/api/v1/projects/B-1/").status_code == 404


def test_a_scope_opens_no_more_than_it_says(robot):
    client = robot("indicators:read")
    assert client.get("/api/v1/indicators/").status_code == 200
    assert client.get("/api/v1/projects/").status_code == 200
    assert client.get("/api/v1/payments/").status_code == 403
    body = {"kind": "indicators.compute", "as_of": "2025-03-31"}
    assert client.post("/api/v1/jobs/", body, format="json").status_code == 403


def test_a_client_that_may_write_edits_under_its_own_name(robot):
    client = robot("read", "projects:write", node="A")
    answer = client.post(
        "/api/v1/estimates/",
        {"project": "A-1", "end_on": "2026-12-31", "reason": "Synchronisation"},
        format="json",
        headers={"If-Match": '"1"'},
    )
    assert (answer.status_code, answer.json()["recorded_by"]) == (201, "api-robot")
    patch = client.patch(
        "/api/v1/projects/A-1/", {"title": "x"}, format="json", headers={"If-Match": '"2"'}
    )
    assert patch.status_code == 200


def test_a_client_without_write_scope_is_refused(robot):
    answer = robot("read").patch(
        "/api/v1/projects/A-1/", {"title": "x"}, format="json", headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("header", ["Bearer unknown", "Bearer", "bearer x y", "Bearer \u00e9"])
def test_an_unknown_token_is_401(api, header):
    answer = APIClient().get("/api/v1/projects/", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["status"]) == (401, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    # Beside a valid session too: the caller meant the token.
    beside = api.manager.get("/api/v1/projects/", headers={"Authorization": header})
    assert beside.status_code == 401


def test_a_revoked_client_is_401_at_once(robot):
    client = robot("read")
    assert client.get("/api/v1/projects/").status_code == 200
    revoke_client(client=MachineClient.objects.get())
    assert client.get("/api/v1/projects/").status_code == 401
    assert not AccessToken.objects.exists()


def test_a_closed_account_is_401_although_its_token_lives(robot):
    client = robot("read")
    User.objects.filter(is_machine=True).update(is_active=False)
    assert client.get("/api/v1/projects/").status_code == 401


def test_nothing_else_of_oauth_is_served(api):
    for path in ("authorize", "applications", "introspect", "revoke_token"):
        assert api.controller.get(f"/api/oauth/{path}/").status_code == 404
