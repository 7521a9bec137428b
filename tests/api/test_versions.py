"""Versions of every editable record: tags, preconditions, and both versions of a stale edit."""

from __future__ import annotations

import pytest
from django.apps import apps
from drf_spectacular.generators import SchemaGenerator

from common.models import Versioned
from dne_portfolio.api_urls import router

EDITS = {"put", "patch", "delete"}


def views():
    return [view for _, view, _ in router.registry]


def operations():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def test_every_view_of_an_editable_record_declares_its_version():
    editable = {model for model in apps.get_models() if issubclass(model, Versioned)}
    shown = {view.queryset.model for view in views()}
    assert editable & shown
    for view in views():
        if view.queryset.model in editable and view.policy_actions:  # without verbs, it only reads
            assert view.versioned, view


def test_every_edit_of_the_document_asks_for_if_match(db):
    edits = [(path, one) for path, verb, one in operations() if verb in EDITS]
    assert edits
    for path, operation in edits:
        names = {p["name"]: p["required"] for p in operation["parameters"] if p["in"] == "header"}
        assert names.get("If-Match") is True, path
        assert {"412", "428"} <= set(operation["responses"]), path


@pytest.mark.parametrize(
    "address", ["projects/A-1", "portfolio-nodes/A", "partners/EX-1", "contracts/CT-1"]
)
def test_a_read_bears_the_version_as_a_strong_tag(api, address):
    answer = api.controller.get(f"/api/v1/{address}/")
    assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'


@pytest.mark.parametrize("address", ["projects/A-1", "portfolio-nodes/A", "partners/EX-1"])
def test_a_reader_who_holds_the_version_gets_304(api, address):
    url = f"/api/v1/{address}/"
    for tag in ('"1"', 'W/"1"', '"7", "1"', "*"):
        answer = api.controller.get(url, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"1"')
    for tag in ('"2"', '"x"', "1", ""):
        assert api.controller.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_a_record_that_shows_what_no_version_counts_is_always_answered_whole(api):
    answer = api.controller.get("/api/v1/contracts/CT-1/", headers={"If-None-Match": '"1"'})
    assert answer.status_code == 200


def edit(client, body, version):
    return client.patch("/api/v1/projects/A-1/", body, format="json", headers={"If-Match": version})


def test_a_stale_edit_shows_both_versions_field_by_field(api):
    assert edit(api.director, {"title": "Premier", "phase": "build"}, '"1"').status_code == 200
    answer = edit(api.manager, {"title": "Second", "phase": "build", "reason": "x"}, '"1"')
    context = answer.json()["context"]
    assert (answer.status_code, answer.headers["ETag"]) == (412, '"2"')
    assert (context["expected"], context["current"], context["etag"]) == (1, 2, '"2"')
    assert context["differences"] == [
        {"field": "title", "yours": "Second", "stored": "Premier"},
        {"field": "phase", "yours": "build", "stored": "build"},
    ]
    assert context["record"]["title"] == "Premier"
    assert edit(api.manager, {"title": "Second"}, context["etag"]).status_code == 200


def test_a_stale_row_shows_the_project_that_moved(api):
    assert edit(api.director, {"title": "Premier"}, '"1"').status_code == 200
    body = {"project": "A-1", "end_on": "2026-12-31", "reason": "Retard"}
    answer = api.manager.post(
        "/api/v1/estimates/", body, format="json", headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 412
    assert answer.json()["context"]["record"]["title"] == "Premier"
    assert answer.headers["ETag"] == '"2"'


def test_a_stale_edit_of_a_record_that_left_the_reach_of_the_caller_is_404(api, portfolio):
    portfolio.first.version = 2
    portfolio.first.node = portfolio.nodes["B"]
    portfolio.first.save()
    assert edit(api.director, {"title": "x"}, '"1"').status_code == 404


def test_the_version_is_asked_for_before_the_record_is_looked_for(api):
    for code in ("A-1", "unknown"):
        answer = api.manager.patch(f"/api/v1/projects/{code}/", {}, format="json")
        assert answer.status_code == 428
