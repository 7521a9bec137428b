"""`machine-clients` by REST: made, edited, rotated, revoked; what a client may and may not do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from oauth2_provider.models import AccessToken
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.models import AuditEvent, Grant, MachineClient, User
from accounts.services.grants import approve_grant
from common.fiscal import add_months, today
from tests.api.conftest import basic, client_of, make_user

URL = "/api/v1/machine-clients/"


@pytest.fixture
def admin(portfolio):
    return client_of(make_user("administrator", Role.TECHNICAL_ADMIN))


@pytest.fixture
def auditor(portfolio):
    return client_of(make_user("auditor", Role.AUDITOR))


def create(client, **fields):
    body = {"name": "Entrepôt", "perimeter": "A", **fields}
    return client.post(URL, body, format="json")


def edit(client, row, body, version=None):
    tag = f'"{version or row["version"]}"'
    return client.patch(f"{URL}{row['id']}/", body, format="json", headers={"If-Match": tag})


def rotate(client, row, **body):
    tag = f'"{row["version"]}"'
    return client.post(f"{URL}{row['id']}/rotate/", body, format="json", headers={"If-Match": tag})


def token(row, secret: str | None = None, **extra):
    client = APIClient()
    client.credentials(
        HTTP_AUTHORIZATION=basic(row["client_id"], secret or row.get("client_secret", ""))
    )
    return client.post("/api/oauth/token/", {"grant_type": "client_credentials"}, **extra)


def approve_all() -> None:
    """Approve every grant that waits, as the second person."""
    second, _new = User.objects.get_or_create(username="second")
    for grant in Grant.objects.pending():
        approve_grant(actor=second, grant_id=grant.pk)


def bearer(row, secret: str | None = None) -> APIClient:
    approve_all()
    answer = token(row, secret)
    assert answer.status_code == 200, answer.content
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    return client


def test_a_client_of_a_person_opens_nothing_before_a_second_person_approved_it(admin):
    row = create(admin).json()
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token(row).json()['access_token']}")
    assert client.get("/api/v1/projects/").status_code == 403
    approve_all()
    assert client.get("/api/v1/projects/").status_code == 200
    edited = edit(admin, row, {"scopes": ["read", "projects:write"]})
    assert edited.status_code == 200
    again = APIClient()
    again.credentials(HTTP_AUTHORIZATION=f"Bearer {token(row).json()['access_token']}")
    assert again.get("/api/v1/projects/").status_code == 403


def test_a_client_is_made_read_only_for_a_year_and_its_secret_is_shown_once(admin):
    answer = create(admin)
    assert answer.status_code == 201, answer.content
    assert answer.headers["Cache-Control"] == "no-store"
    row = answer.json()
    assert (row["scopes"], row["state"], row["perimeter"]) == (["read"], "waiting", "A")
    assert row["ends_on"] == add_months(today(), 12).isoformat()
    shown = admin.get(answer.headers["Location"])
    assert shown.status_code == 200
    listed = admin.get(URL)
    for text in (shown.content.decode(), listed.content.decode()):
        assert row["client_secret"] not in text
        assert "client_secret" not in text
    assert bearer(row).get("/api/v1/projects/").status_code == 200


def test_another_verb_is_403_and_another_perimeter_is_404(admin):
    robot = bearer(create(admin).json())
    assert [row["code"] for row in robot.get("/api/v1/projects/").json()["results"]] == [
        "A-1",
        "A-2",
    ]
    assert robot.get("/api/v1/projects/B-1/").status_code == 404
    patch = robot.patch(
        "/api/v1/projects/A-1/", {"title": "x"}, format="json", headers={"If-Match": '"1"'}
    )
    assert patch.status_code == 403
    assert robot.get(URL).status_code == 403


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": ""}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"perimeter": "nowhere"}, "scope_code"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
        ({"ends_on": "2190-01-01"}, "ends_on"),
        ({"networks": ["10.0.0.1/8"]}, "networks"),
        ({"networks": ["example.org"]}, "networks"),
        ({"contact": "nobody"}, "contact"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_is_wrong_is_named(admin, fields, path):
    answer = create(admin, **fields)
    assert answer.status_code == 400, answer.content
    assert {error["path"].partition("[")[0] for error in answer.json()["errors"]} == {path}
    assert not MachineClient.objects.exists()


def test_who_may_see_and_who_may_decide(admin, auditor, api):
    row = create(admin).json()
    for reader in (admin, auditor):
        assert [one["name"] for one in reader.get(URL).json()["results"]] == ["Entrepôt"]
    for stranger in (api.director, api.manager, api.budget, api.controller):
        assert stranger.get(URL).status_code == 403
    assert api.anonymous.get(URL).status_code == 401
    for refused in (auditor, api.director):
        assert create(refused, name="x").status_code == 403
        assert edit(refused, row, {"name": "x"}).status_code == 403
        assert rotate(refused, row).status_code == 403
        assert refused.post(f"{URL}{row['id']}/revoke/").status_code == 403
    assert admin.get(f"{URL}999/").status_code == 404


def test_an_edit_follows_the_version_and_reaches_the_tokens(admin):
    made = create(admin, scopes=["read", "projects:write"]).json()
    robot = bearer(made)
    assert edit(admin, made, {"perimeter": "B"}).status_code == 200
    assert robot.get("/api/v1/projects/").status_code == 403
    approve_all()
    assert robot.get("/api/v1/projects/A-1/").status_code == 404
    assert robot.get("/api/v1/projects/B-1/").status_code == 200
    stale = edit(admin, made, {"name": "Autre"})
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"2"')
    assert edit(admin, made, {"scopes": ["read"]}, version=2).status_code == 200
    # The former token held the scope that was taken away.
    assert robot.get("/api/v1/projects/B-1/").status_code == 401
    history = MachineClient.objects.get().history
    assert [one.scope_code for one in history.order_by("version")] == ["A", "B", "B"]
    assert {one.history_user.username for one in history.all()} == {"administrator"}


def test_a_rotation_at_once_refuses_the_former_secret_and_its_tokens(admin):
    made = create(admin).json()
    robot = bearer(made)
    answer = rotate(admin, made)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    new = answer.json()
    assert new["client_secret"] != made["client_secret"]
    assert robot.get("/api/v1/projects/").status_code == 401
    assert token(made).status_code == 401
    assert bearer(new).get("/api/v1/projects/").status_code == 200


def test_a_rotation_with_an_overlap_keeps_the_former_secret_for_the_hours_chosen(admin):
    made = create(admin).json()
    robot = bearer(made)
    new = rotate(admin, made, overlap_hours=24).json()
    for row in (made, new):
        assert bearer(row).get("/api/v1/projects/").status_code == 200
    assert robot.get("/api/v1/projects/").status_code == 200
    MachineClient.objects.update(former_secret_until=timezone.now() - dt.timedelta(seconds=1))
    assert token(made).status_code == 401
    assert token(new).status_code == 200
    for hours in (25, -1, "1", True, 1.5):
        assert rotate(admin, new, overlap_hours=hours).status_code == 400


def test_a_revoked_client_is_refused_from_the_next_call_on(admin):
    row = create(admin).json()
    robot = bearer(row)
    for _ in range(2):
        answer = admin.post(f"{URL}{row['id']}/revoke/")
        assert (answer.status_code, answer.json()["state"]) == (200, "revoked")
    assert robot.get("/api/v1/projects/").status_code == 401
    assert token(row).status_code == 401
    assert not AccessToken.objects.exists()
    again = answer.json()
    for refused in (edit(admin, again, {"name": "x"}), rotate(admin, again)):
        assert (refused.status_code, refused.json()["code"]) == (409, "client_revoked")
    assert AuditEvent.objects.filter(verb="revoked").count() == 1


def test_a_client_that_is_over_or_suspended_is_refused(admin):
    row = create(admin).json()
    robot = bearer(row)
    MachineClient.objects.update(ends_on=today() - dt.timedelta(days=1))
    assert robot.get("/api/v1/projects/").status_code == 401
    assert token(row).status_code == 401
    assert admin.get(f"{URL}{row['id']}/").json()["state"] == "expired"
    MachineClient.objects.update(ends_on=today())
    assert robot.get("/api/v1/projects/").status_code == 200
    User.objects.filter(is_machine=True).update(is_active=False)
    assert robot.get("/api/v1/projects/").status_code == 401
    assert token(row).status_code == 401
    assert admin.get(f"{URL}{row['id']}/").json()["state"] == "suspended"


def test_an_address_outside_the_list_is_403_and_audited(admin):
    row = create(admin, networks=["192.0.2.0/24", "2001:db8::/32"]).json()
    approve_all()
    assert token(row).status_code == 401
    answer = token(row, REMOTE_ADDR="192.0.2.9")
    assert answer.status_code == 200
    robot = APIClient()
    robot.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    for address, status in (
        ("192.0.2.9", 200),
        ("2001:db8::9", 200),
        ("192.0.3.9", 403),
        ("2001:db9::9", 403),
    ):
        given = robot.get("/api/v1/projects/", REMOTE_ADDR=address)
        assert given.status_code == status, address
    forged = robot.get(
        "/api/v1/projects/",
        REMOTE_ADDR="198.51.100.1",
        headers={"X-Forwarded-For": "192.0.2.9", "X-Real-IP": "192.0.2.9"},
    )
    assert forged.status_code == 403
    refusals = AuditEvent.objects.filter(verb="refused", object_kind="machine_client")
    assert {event.detail["address"] for event in refusals} == {
        "127.0.0.1",
        "192.0.3.9",
        "2001:db9::9",
        "198.51.100.1",
    }


def test_calls_are_told_by_day_with_the_last_one(admin):
    row = create(admin).json()
    robot = bearer(row)
    before = timezone.now() - dt.timedelta(minutes=1)
    for _ in range(3):
        robot.get("/api/v1/projects/")
    shown = admin.get(f"{URL}{row['id']}/").json()
    assert [day["calls"] for day in shown["calls"]] == [3]
    assert [day["refused"] for day in shown["calls"]] == [0]
    assert dt.datetime.fromisoformat(shown["last_called_at"]) >= before.replace(
        second=0, microsecond=0
    )
