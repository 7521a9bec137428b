"""Documents, comments and notifications by REST, as every role, in and out of scope."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from records.api.parsers import LARGEST_BODY
from records.models import Attachment, Comment, Notification
from records.rules.files import LARGEST_FILE
from tests.records import files

PROJECT = {"subject_kind": "project", "subject_code": "P-1"}


def client_of(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture
def clients(team):
    return {role: client_of(user) for role, user in team.items()}


def send_file(client, address="/api/v1/attachments/", content=files.PDF, headers=None, **fields):
    name = fields.pop("name", "avis.pdf")
    body = {"content": SimpleUploadedFile(name, content), **fields}
    return client.post(address, body, format=None, headers=headers)


def attach(client, **fields):
    return send_file(client, **(PROJECT | fields))


def write(client, body="Bonjour", **fields):
    return client.post("/api/v1/comments/", {"body": body, **PROJECT, **fields}, format="json")


def edit(client, address, body, version=1, verb="patch"):
    return getattr(client, verb)(address, body, format="json", headers={"If-Match": f'"{version}"'})


def test_a_document_is_attached_read_replaced_and_withdrawn(clients):
    client = clients["manager"]
    made = attach(client, title="Avis", kind="opinion")
    assert made.status_code == 201, made.content
    row = made.json()
    assert row["file"]["sha256"] == hashlib.sha256(files.PDF).hexdigest()
    assert made.headers["ETag"] == '"1"'
    address = made.headers["Location"]
    replaced = send_file(
        client, f"{address}files/", files.PNG, name="b.png", headers={"If-Match": '"1"'}
    )
    assert [file["number"] for file in replaced.json()["files"]] == [2, 1]
    content = client.get(f"{address}files/1/content/")
    assert b"".join(content.streaming_content) == files.PDF
    assert content.headers["Content-Disposition"].startswith("attachment;")
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in content.headers["Content-Security-Policy"]
    assert client.get(f"{address}files/9/content/").status_code == 404
    described = edit(client, address, {"title": "Autre"}, 2)
    assert (described.status_code, described.json()["title"]) == (200, "Autre")
    withdrawn = edit(client, f"{address}withdraw/", {"reason": "Doublon"}, 3, "post")
    assert withdrawn.json()["withdrawal_reason"] == "Doublon"
    refused = edit(client, address, {"title": "X"}, 4)
    assert (refused.status_code, refused.json()["code"]) == (409, "withdrawn")


def test_an_edit_names_the_version_that_was_read(clients):
    client = clients["manager"]
    address = attach(client).headers["Location"]
    comment = f"/api/v1/comments/{write(client).json()['id']}/"
    for place, body in ((address, {"title": "X"}), (comment, {"body": "X"})):
        assert client.patch(place, body, format="json").status_code == 428
        stale = edit(client, place, body, 7)
        assert (stale.status_code, stale.json()["context"]["current"]) == (412, 1)
    assert send_file(client, f"{address}files/").status_code == 428


@pytest.mark.parametrize(
    "name", ["page.pdf", "gifar.jpg", "archive.zip", "macro.docx", "empty.txt"]
)
def test_a_refused_file_is_a_refusal_that_says_why(clients, name):
    answer = attach(clients["manager"], name=name, content=files.BAD[name])
    assert answer.status_code in (400, 409), answer.content
    assert not Attachment.objects.exists()


def test_the_bound_is_twenty_megabytes(clients):
    client = clients["manager"]
    kept = attach(client, name="a.txt", content=b"a" * LARGEST_FILE)
    assert kept.status_code == 201
    over = attach(client, name="a.txt", content=b"a" * (LARGEST_FILE + 1))
    assert (over.status_code, over.json()["code"]) == (409, "file_refused")
    far_over = attach(client, name="a.txt", content=b"a" * (LARGEST_BODY + 1))
    assert far_over.status_code == 400
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"subject_kind": "user"},
        {"subject_kind": "job", "subject_code": "1"},
        {"subject_code": "P-3"},
        {"subject_code": "../P-1"},
    ],
)
def test_an_unseen_object_is_404(clients, fields):
    assert attach(clients["manager"], **fields).status_code == 404
    assert write(clients["manager"], **fields).status_code == 404


def test_unknown_keys_and_wrong_bodies_are_400(clients):
    client = clients["manager"]
    assert attach(client, version=3).status_code == 400
    assert attach(client, kind="poem").status_code == 400
    assert client.post("/api/v1/attachments/", PROJECT, format="json").status_code == 415
    assert write(client, version=3).status_code == 400
    assert write(client, body=3).status_code == 400
    assert write(client, body="").status_code == 400
    assert write(client, body="a" * 5001).status_code == 400
    assert write(client, parent=999).status_code == 400
    assert not Comment.objects.exists()


CREATES = {"director": 201, "manager": 201, "budget": 201, "contracts": 201, "controller": 201}
OUTSIDE = {"director_out": 404, "manager_out": 404, "partner": 404, "partner_out": 404}
NO_VERB = {"auditor": 403, "admin": 403, "stranger": 403}


def test_who_creates_is_the_policy_inside_the_scope(clients):
    expected = CREATES | OUTSIDE | NO_VERB
    assert {role: attach(client).status_code for role, client in clients.items()} == expected
    assert {role: write(client).status_code for role, client in clients.items()} == expected


def test_who_reads_is_who_reads_the_object(clients):
    document = attach(clients["manager"]).headers["Location"]
    comment = write(clients["manager"]).headers["Location"]
    expected = dict.fromkeys(CREATES, 200) | OUTSIDE | NO_VERB | {"auditor": 200}
    for address in (document, comment, f"{document}files/1/content/"):
        answers = {role: client.get(address) for role, client in clients.items()}
        for answer in answers.values():
            if answer.streaming:
                assert b"".join(answer.streaming_content) == files.PDF
        assert {role: answer.status_code for role, answer in answers.items()} == expected, address
    for place in ("attachments", "comments"):
        for role, code in expected.items():
            answer = clients[role].get(f"/api/v1/{place}/")
            count = len(answer.json()["results"]) if answer.status_code == 200 else None
            assert count == {200: 1, 404: 0, 403: None}[code], (place, role)


def test_who_changes_is_the_right_to_edit_or_the_author(clients):
    document = attach(clients["manager"]).headers["Location"]
    comment = write(clients["manager"]).headers["Location"]
    expected = (
        dict.fromkeys(["director", "budget", "contracts"], 412)
        | {"controller": 403, "manager": 412}
        | OUTSIDE
        | NO_VERB
    )
    for address, body in ((document, {"title": "X"}), (comment, {"body": "X"})):
        found = {r: edit(c, address, body, 5).status_code for r, c in clients.items()}
        if address == comment:
            found |= {r: 412 for r, code in found.items() if code == 409}
        assert found == expected, address
    own = write(clients["controller"]).headers["Location"]
    assert edit(clients["controller"], own, {"body": "Y"}).status_code == 200
    assert edit(clients["director"], own, {"body": "Z"}, 2).json()["code"] == "not_the_author"


def test_lists_are_filtered_by_object_and_state(clients):
    client = clients["director"]
    attach(client, title="premier")
    attach(client, title="deux", subject_kind="credit_movement", subject_code="M-1")
    first = write(client, "un")
    write(client, "deux", parent=first.json()["id"])
    edit(client, f"{first.headers['Location']}withdraw/", {"reason": "x"}, 1, "post")

    def found(place, **query):
        rows = client.get(f"/api/v1/{place}/", query).json()["results"]
        return [row.get("title", row.get("body")) for row in rows]

    assert found("attachments", subject_kind="credit_movement") == ["deux"]
    assert found("attachments", subject_code="P-1", q="premier") == ["premier"]
    assert found("comments", is_standing="true") == ["deux"]
    assert found("comments", is_standing="false") == [""]
    assert found("comments", parent=first.json()["id"]) == ["deux"]
    assert client.get("/api/v1/comments/", {"unknown": "1"}).status_code == 400


def test_a_thread_is_resolved_and_opened_again_with_the_version_read(clients):
    made = write(clients["manager"], "Pourquoi ?").json()
    assert (made["anchor"], made["resolved_at"], made["resolved_by"]) == ("", None, None)
    address = f"/api/v1/comments/{made['id']}/"
    director = clients["director"]
    assert director.post(f"{address}resolve/").status_code == 428
    settled = edit(director, f"{address}resolve/", None, verb="post").json()
    assert settled["resolved_by"] == "inside-director"
    refused = edit(director, f"{address}resolve/", None, 2, "post")
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_thread_state")
    assert write(director, parent=made["id"]).json()["code"] == "thread_resolved"
    asked = {"is_thread": "true", "is_resolved": "true"}
    found = director.get("/api/v1/comments/", asked).json()["results"]
    assert [row["id"] for row in found] == [made["id"]]
    again = edit(director, f"{address}reopen/", None, 2, "post").json()
    assert (again["resolved_at"], again["version"]) == (None, 3)
    assert director.get("/api/v1/comments/", asked).json()["results"] == []


def test_notifications_are_those_of_the_caller(clients, team):
    write(clients["manager"], "@inside-director un")
    write(clients["manager"], "@inside-director deux")
    mine = clients["director"].get("/api/v1/notifications/", {"is_unread": "true"}).json()
    assert [row["event"] for row in mine["results"]] == ["mention", "mention"]
    row = Notification.objects.filter(recipient=team["director"]).first()
    address = f"/api/v1/notifications/{row.pk}/"
    assert clients["manager"].get(address).status_code == 404
    assert clients["manager"].post(f"{address}read/").status_code == 404
    assert clients["director"].post(f"{address}read/").json()["read_at"]
    assert clients["director"].post("/api/v1/notifications/read-all/").json() == {"read": 1}
    assert clients["stranger"].get("/api/v1/notifications/").status_code == 403
    assert APIClient().get("/api/v1/notifications/").status_code == 401


@pytest.mark.parametrize("place", ["attachments", "comments", "notifications"])
def test_a_list_costs_the_same_queries_for_one_row_and_for_many(
    clients, place, django_assert_max_num_queries
):
    def add(count):
        for _ in range(count):
            attach(clients["director"])
            write(clients["director"], "@manager @inside-budget")

    add(1)
    with django_assert_max_num_queries(40) as few:
        clients["manager"].get(f"/api/v1/{place}/")
    count = len(few)
    add(6)
    with django_assert_max_num_queries(count):
        answer = clients["manager"].get(f"/api/v1/{place}/")
    assert len(answer.json()["results"]) >= 7
