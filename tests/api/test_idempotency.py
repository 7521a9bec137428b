"""Idempotency-Key on what creates money: one effect a key, whatever happens in between."""

from __future__ import annotations

import datetime as dt

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.api import idempotency
from accounts.models import IdempotencyKey
from accounts.services.idempotency import purge_keys
from projects.models import Baseline, Estimate
from tests.api.test_recorded_rows import BASELINE, ESTIMATE

KEY = "7f9c1d2e-estimate"
MONEY = {"estimates", "baselines", "contracts"}


def send(client, body=ESTIMATE, key: str | None = KEY, url="estimates", version='"1"'):
    headers = {"If-Match": version, **({"Idempotency-Key": key} if key is not None else {})}
    return client.post(f"/api/v1/{url}/", body, format="json", headers=headers)


def count() -> int:
    return Estimate.objects.filter(project__code="A-1").count()


def test_the_same_request_again_is_the_same_answer(api):
    first, again = send(api.manager), send(api.manager)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    for name in ("ETag", "Location"):
        assert first.headers[name] == again.headers[name]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert count() == 2


def test_without_the_header_nothing_is_kept(api):
    assert send(api.manager, key=None).status_code == 201
    assert send(api.manager, key=None).status_code == 412
    assert not IdempotencyKey.objects.exists()


def test_another_body_or_address_under_the_key_is_422(api):
    assert send(api.director).status_code == 201
    for answer in (
        send(api.director, ESTIMATE | {"reason": "Autre"}),
        send(api.director, BASELINE, url="baselines"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert (count(), Baseline.objects.filter(project__code="A-1").count()) == (2, 1)


def test_a_key_belongs_to_its_caller(api):
    assert send(api.manager).status_code == 201
    answer = send(api.director)
    assert answer.status_code == 412  # their own first attempt, on a version that has passed
    assert "Idempotent-Replayed" not in answer.headers


def test_a_refusal_is_not_kept(api):
    assert send(api.manager, version='"7"').status_code == 412
    assert not IdempotencyKey.objects.exists()
    assert send(api.manager).status_code == 201


def test_rights_come_before_the_key(api, portfolio):
    assert send(api.manager).status_code == 201
    for caller, status in ((api.anonymous, 401), (api.controller, 403)):
        assert send(caller).status_code == status


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "with space-", "clé-accentuée", 'a"b"c"d"e']
)
def test_a_key_that_is_no_plain_token_is_refused(api, key):
    answer = send(api.manager, key=key.encode().decode("latin-1"))
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "Idempotency-Key")
    assert count() == 1


def test_a_key_is_kept_a_day_then_forgotten(api):
    assert send(api.manager).status_code == 201
    row = IdempotencyKey.objects.get()
    assert purge_keys(now=row.created_at + dt.timedelta(hours=24)) == 0
    IdempotencyKey.objects.update(created_at=row.created_at - dt.timedelta(hours=25))
    answer = send(api.manager, version='"2"')
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_change")
    IdempotencyKey.objects.update(created_at=row.created_at - dt.timedelta(hours=25))
    assert purge_keys(now=row.created_at) == 1


def test_a_failure_between_the_effect_and_the_answer_leaves_neither(api, monkeypatch):
    api.manager.get("/api/v1/estimates/")  # the session is followed from its first answer on
    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "keep_answer", _fail)
        with pytest.raises(RuntimeError, match="power cut"):
            send(api.manager)
    assert (count(), IdempotencyKey.objects.count()) == (1, 0)
    assert send(api.manager).status_code == 201
    assert count() == 2


def test_with_the_answer_kept_apart_a_failure_loses_it(api, monkeypatch):
    """The twin: the effect is committed first, so that the retry cannot know what was done."""
    api.manager.get("/api/v1/estimates/")

    def apart(handler, key, request, *args, **kwargs):
        handler(request, *args, **kwargs)
        raise RuntimeError("power cut")

    with monkeypatch.context() as broken:
        broken.setattr(idempotency, "_once", apart)
        with pytest.raises(RuntimeError, match="power cut"):
            send(api.manager)
    assert count() == 2
    # The same request again is refused as stale: nobody tells that it was recorded.
    assert send(api.manager).status_code == 412


def _fail(**kwargs) -> None:
    raise RuntimeError("power cut")


def test_every_post_that_creates_money_takes_the_key(db):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    taking = {
        path.split("/")[3]
        for path, verbs in schema["paths"].items()
        for parameter in verbs.get("post", {}).get("parameters", [])
        if parameter["name"] == "Idempotency-Key"
    }
    assert taking >= MONEY
    for resource in MONEY:
        answers = schema["paths"][f"/api/v1/{resource}/"]["post"]["responses"]
        assert "422" in answers
        assert "Idempotent-Replayed" in answers["201"]["headers"]
    # A body that holds money belongs to an operation that takes the key, or edits under If-Match.
    for path, verbs in schema["paths"].items():
        post = verbs.get("post")
        if post and "requestBody" in post and path.split("/")[3] not in taking:
            assert not _holds_money(schema, post), path


def _holds_money(schema, operation) -> bool:
    (content,) = operation["requestBody"]["content"].values()
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    fields = schema["components"]["schemas"].get(name, {}).get("properties", {})
    return any(field.get("pattern", "").startswith("^-?[0-9]{1,15}") for field in fields.values())
