"""The hand list of hostile calls, each answered as it is written, and the bounds around it.

What a naive API answers to each: a 500 to a giant limit and to a deep body, everything to an
unbounded limit, silence to an unknown filter, an empty list to an overflow, `"1_000"` as an amount.
"""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from rest_framework.exceptions import APIException

from common.api.filters import MAX_FILTERS
from common.api.parsers import MAX_DEPTH, StrictJSONParser, check_depth
from common.text import clean_value, refused_mark
from tests.api.test_hostile import refused, send
from web.forms import PageForm
from web.projects.forms import CloseForm


@pytest.mark.parametrize(
    ("path", "faulty"),
    [
        ("projects/?limit=99999999999999999999", "limit"),
        ("projects/?limit=100000000", "limit"),
        ("projects/?limit=1001", "limit"),
        ("projects/?colour=red", "colour"),
        ("payments/?fiscal_year=99999999999999999999", "fiscal_year"),
        ("payments/?commitment=9223372036854775808", "commitment"),
        ("commitments/?amount_min=1_000", "amount_min"),
        ("commitments/?amount_min=%EF%BC%91%EF%BC%92", "amount_min"),
        ("projects/?ordering=manager__password", "ordering"),
        ("projects/?title__regex=(a+)%2B%24", "title__regex"),
        ("projects/?q=A-", "q"),
        ("projects/?q=%E2%80%AEabc", "q"),
        ("projects/?q=abc%00", "q"),
    ],
)
def test_the_hand_list_of_addresses(api, path, faulty):
    errors = refused(api.controller.get(f"/api/v1/{path}"))["errors"]
    assert {error["path"] for error in errors} == {faulty}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 100_000,
        b'{"reason": "\\u0000"}',
        b'{"reason": "\\ud800"}',
        b'{"reason": "\\u202Eexe.pdf"}',
        b'{"reason": NaN}',
        b'{"reason": 9223372036854775808}',
        b'{"reason": -' + b"9" * 5_000 + b"}",
    ],
    ids=["deep objects", "deep lists", "null", "surrogate", "bidi", "NaN", "64 bits", "digits"],
)
def test_the_hand_list_of_bodies(api, body):
    refused(send(api.manager, body))


def test_a_number_beyond_64_bits_is_refused_beside_an_idempotency_key(api):
    body, key = {"reason": "x", "unknown": 1 << 64}, {"Idempotency-Key": "a-key-of-ours"}
    fact = api.budget.get("/api/v1/commitments/").json()["results"][0]["id"]
    url = f"/api/v1/commitments/{fact}/correct/"
    refused(api.budget.post(url, json.dumps(body), content_type="application/json", headers=key))


@pytest.mark.parametrize("amount", ["1_000", "\uff11\uff12", "1e6", "NaN", " 1", "1,5", 1, 1.5])
def test_the_hand_list_of_amounts(api, amount):
    body = {"project": "A-1", "reason": "x", "full_cost": amount}
    errors = refused(send(api.manager, json.dumps(body).encode()))["errors"]
    assert [error["path"] for error in errors] == ["full_cost"]


def test_a_body_beyond_its_bound_is_413(api, settings):
    refused(send(api.manager, b" " * (settings.API_JSON_MAX_BYTES + 1)), 413)
    refused(send(api.manager, b"{}" + b" " * (settings.API_JSON_MAX_BYTES - 2)), 400)


def test_a_body_that_announces_more_than_files_may_hold_is_refused_unread(api, settings):
    settings.MAX_BODY_BYTES = 1000
    answer = api.manager.generic(
        "POST", "/api/v1/estimates/", b"x" * 1001, content_type="application/json"
    )
    refused(answer, 413)
    page = api.manager.generic("POST", "/projets/nouveau/", b"x" * 1001)
    assert page.status_code == 413


def test_more_filters_than_the_bound_are_refused(api):
    query = "&".join(f"filter{number}=1" for number in range(MAX_FILTERS + 4))
    refused(api.controller.get(f"/api/v1/projects/?{query}"))


def test_text_is_composed_and_its_length_is_counted_in_characters(api):
    title = unicodedata.normalize("NFD", "é" * 200)
    assert len(title) == 400
    headers = {"If-Match": '"1"'}
    url = "/api/v1/projects/A-1/"
    answer = api.manager.patch(url, {"title": title}, format="json", headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (200, "é" * 200)
    headers = {"If-Match": '"2"'}
    for text, status in (("😀" * 200, 200), ("😀" * 201, 400)):
        answer = api.manager.patch(url, {"title": text}, format="json", headers=headers)
        assert answer.status_code == status
    found = api.controller.get("/api/v1/projects/", {"q": unicodedata.normalize("NFD", "Étoile")})
    assert [row["code"] for row in found.json()["results"]] == ["B-1"]


def test_depth_is_counted_outside_strings_and_up_to_the_bound():
    check_depth(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    check_depth(b'["' + b"[" * 1000 + b'"]')
    check_depth(b'{"a\\"": [1, "}]"]}' * 100)
    with pytest.raises(ValueError, match="too deep"):
        check_depth(b"[" * (MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 499_000, b'"\\' * 333_000, b"[" * 999_999, b'"a' * 499_000, b"\\" * 999_999],
    ids=["escaped quotes", "escapes", "lists", "quotes", "backslashes"],
)
def test_no_body_takes_long_to_refuse(body):
    class Stream:
        def read(self, size):
            return body[:size]

    began = time.perf_counter()
    with pytest.raises(APIException):
        StrictJSONParser().parse(Stream())
    assert time.perf_counter() - began < 5  # quadratic would be hours


@bounded(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_any_text_is_composed_or_refused_and_never_crashes(text):
    if refused_mark(text):
        with pytest.raises(ValueError, match=r"U\+"):
            clean_value(text)
        return
    clean = clean_value(text)
    assert clean == unicodedata.normalize("NFC", text)
    clean.encode("utf-8")


def test_forms_of_the_pages_refuse_the_same_marks(db):

    for text in ("a\u202eb", "a\u2066b"):
        posted = QueryDict(mutable=True)
        posted["closing_reason"] = text
        form = CloseForm(posted)
        assert "U+" in str(form.errors["closing_reason"])
    data = QueryDict(mutable=True)
    data["closing_reason"] = "e\u0301"
    data["closed_on"] = "31/12/2025"
    data["version"] = "1"
    form = CloseForm(data)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["closing_reason"] == "é"
    assert issubclass(CloseForm, PageForm)
