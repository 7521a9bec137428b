"""Hostile inputs: each is a 4xx problem document, never a 500, never ignored."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from common.api.pagination import encode_cursor
from projects.models import Estimate

HUGE = "9" * 40


def refused(answer, *statuses: int) -> dict:
    assert answer.status_code in (statuses or (400,)), (answer.status_code, answer.content[:300])
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["request_id"] == answer.headers["X-Request-ID"]
    return body


@pytest.mark.parametrize(
    "query",
    [
        f"limit={HUGE}",
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=1_0",
        "limit=%EF%BC%91",
        "limit=1&limit=2",
        "colour=red",
        "page=2",
        "ordering=password",
        "ordering=code,-code",
        "ordering=",
        "cursor=!!!",
        "cursor=" + "A" * 5000,
        "q=%00",
        "q=" + "x" * 201,
        "q=",
        "phase=nowhere",
        "is_interministerial=1",
        "started_on_from=2025-02-30",
        "started_on_from=20250101",
        "started_on_from=2025-W01-1",
        "started_on_from=%EF%BC%92025-01-01",
        "started_on_from=9999-01-01",
        "current_cost_min=1_000",
        "current_cost_min=%EF%BC%91%EF%BC%92",
        "current_cost_min=NaN",
        "current_cost_min=1e3",
        f"current_cost_min={HUGE}",
        "current_cost_min=1.234",
    ],
)
def test_a_query_that_cannot_be_read_is_named(api, query):
    name = query.partition("=")[0]
    errors = refused(api.controller.get(f"/api/v1/projects/?{query}"))["errors"]
    assert {error["path"] for error in errors} == {name}


@pytest.mark.parametrize(
    ("resource", "query"),
    [
        ("payments", f"commitment={HUGE}"),
        ("payments", "commitment=9223372036854775808"),
        ("payments", "fiscal_year=99999"),
        ("payments", "fiscal_year=2_025"),
        ("baselines", "number=32768"),
        ("credit-movements", f"ae_min=-{HUGE}"),
        ("jobs", "kind=" + "x" * 81),
    ],
)
def test_an_integer_overflow_is_refused(api, resource, query):
    refused(api.controller.get(f"/api/v1/{resource}/?{query}"))


def test_the_greatest_numbers_are_only_absent(api):
    for address in ("payments/?commitment=9223372036854775807", "projects/?current_cost_min=9" * 1):
        assert api.controller.get(f"/api/v1/{address}").status_code == 200
    refused(api.controller.get("/api/v1/payments/999999999999999999/"), 404)
    refused(api.controller.get(f"/api/v1/payments/{HUGE}/"), 404)
    refused(api.controller.get("/api/v1/payments/%EF%BC%91/"), 404)
    refused(api.controller.get("/api/v1/payments/-1/"), 404)


@pytest.mark.parametrize(
    "values",
    [
        [],
        [0],
        [0, "code,id"],
        [0, "code,id", "A-1"],
        [2, "code,id", "A-1", 1],
        [0, "code", "A-1", 1],
        [0, "code,id", {"a": 1}, 1],
        [0, "code,id", "A\x00", 1],
        [0, "code,id", "A-1", "x"],
        [0, "code,id", "A-1", None, 1],
        {"a": 1},
    ],
)
def test_a_forged_cursor_is_refused(api, values):
    cursor = encode_cursor(values)
    refused(api.controller.get(f"/api/v1/projects/?cursor={cursor}"))


def test_a_cursor_with_numbers_beyond_the_database_is_no_error(api):
    for value in (10**30, -(10**30)):
        cursor = encode_cursor([0, "code,id", "A-1", value])
        answer = api.controller.get(f"/api/v1/projects/?cursor={cursor}")
        assert answer.status_code in (200, 400)


def send(client, body: bytes, kind: str = "application/json", url: str = "estimates/"):
    return client.generic(
        "POST", f"/api/v1/{url}", body, content_type=kind, headers={"If-Match": '"1"'}
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b"{",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 30 + b"]" * 30,
        b'{"project": "A-1", "project": "A-1"}',
        b'{"full_cost": NaN}',
        b'{"full_cost": Infinity}',
        b'{"full_cost": 1e999}',
        b'{"reason": "\\u0000"}',
        b'{"reason": "\\ud800"}',
        b"\xff\xfe",
        b'{"full_cost": ' + b"9" * 5000 + b"}",
        b"[" * 51 + b"]" * 51,
        b'{"reason": "\\u202e"}',
        b'{"reason": "' + "\u2066".encode() + b'"}',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_body_that_is_not_plain_json_is_refused(api, body):
    refused(send(api.manager, body))


@pytest.mark.parametrize(
    "amount",
    [
        1200000.0,
        1200000,
        "1_000",
        "１２",  # noqa: RUF001
        "1 000,00",
        "1e6",
        "NaN",
        "-1",
        "1.234",
        "",
        True,
        [],
        HUGE,
    ],
)
def test_an_amount_is_an_ascii_decimal_string(api, amount):
    body = {"project": "A-1", "reason": "x", "full_cost": amount}
    errors = refused(send(api.manager, json.dumps(body).encode()))["errors"]
    assert [error["path"] for error in errors] == ["full_cost"]
    assert Estimate.objects.filter(project__code="A-1").count() == 1


def test_another_media_type_is_415(api):
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "?"):
        refused(send(api.manager, b"a=1", kind), 415)


def test_any_accept_header_is_answered_in_json(api):
    for accept in ("text/html", "application/xml", "?", "*/*;q=x", "\u00e9"):
        answer = api.controller.get("/api/v1/projects/", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


def test_an_unknown_address_is_a_problem_document(api):
    for path in ("v1/", "v1/nothing/", "v2/projects/", "v1/projects/A-1/x/", "%00"):
        refused(api.anonymous.get(f"/api/{path}"), 404)
        refused(api.anonymous.post(f"/api/{path}"), 404)
    body = refused(api.controller.get("/api/v1/projects"), 404)
    assert "slash" in body["detail"]


def test_a_code_of_another_world_is_404(api):
    for code in ("%00", quote("é" * 30), "A" * 41, "..", "A-1'--", "%F0%9F%92%A9"):
        refused(api.controller.get(f"/api/v1/projects/{code}/"), 404)


def test_a_write_takes_no_query_parameter(api):
    refused(send(api.manager, b"{}", url="estimates/?dry_run=1"))


def test_a_detail_takes_no_query_parameter(api):
    refused(api.controller.get("/api/v1/projects/A-1/?fields=code"))


def test_a_bug_is_a_problem_document_with_the_request_id(api, monkeypatch):
    def fail(*args, **kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("projects.api.views.ProjectViewSet.filter_queryset", fail)
    api.controller.raise_request_exception = False
    body = refused(api.controller.get("/api/v1/projects/"), 500)
    assert body["code"] == "server_error"
    assert "ZeroDivision" not in json.dumps(body)


def test_a_forged_host_is_a_problem_document(api):
    refused(api.controller.get("/api/v1/projects/", headers={"Host": "evil.example"}))
