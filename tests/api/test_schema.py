"""The OpenAPI document and its page."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from dne_portfolio.api_urls import router
from tests.api.test_rights import ALL


@pytest.fixture(scope="module")
def schema(django_db_blocker):
    with django_db_blocker.unblock():
        return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    return [
        (path, verb, operation)
        for path, verbs in schema["paths"].items()
        for verb, operation in verbs.items()
    ]


def test_the_document_is_valid_without_a_warning(tmp_path, db):
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml")
    )


def test_it_is_openapi_3_1_and_covers_every_resource(schema):
    assert schema["openapi"] == "3.1.0"
    listed = {path.split("/")[3] for path in schema["paths"]}
    assert listed == {prefix for prefix, _, _ in router.registry} >= set(ALL)


def test_every_operation_documents_its_errors_as_problems(schema):
    for path, verb, operation in operations(schema):
        codes = set(operation["responses"])
        assert {"400", "401", "403"} <= codes, (path, verb)
        if "{" in path:
            assert "404" in codes, (path, verb)
        if verb != "get":
            assert {"409", "415"} <= codes
        for code in codes:
            if code >= "400":
                content = operation["responses"][code]["content"]
                reference = content["application/problem+json"]["schema"]["$ref"]
                assert reference == "#/components/schemas/Problem"


def test_edits_document_if_match_and_etag(schema):
    edit = schema["paths"]["/api/v1/projects/{code}/"]["patch"]
    (header,) = [p for p in edit["parameters"] if p["in"] == "header"]
    assert (header["name"], header["required"]) == ("If-Match", True)
    assert {"412", "428"} <= set(edit["responses"])
    assert "ETag" in edit["responses"]["200"]["headers"]


def test_a_value_is_a_string_a_number_or_null(schema):
    value = schema["components"]["schemas"]["IndicatorValueRow"]["properties"]["value"]
    assert {choice["type"] for choice in value["oneOf"]} == {"string", "number", "null"}


def test_the_document_and_its_page_are_served(db):
    client = APIClient()
    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    assert page.status_code == 200
    html = page.content.decode()
    # The strict policy allows neither inline scripts nor inline styles.
    assert not re.search(r"<style|style=|<script>", html)
    script = re.search(r'src="([^"]*script[^"]*)"', html)[1]
    assert "SwaggerUIBundle" in client.get(script.replace("&amp;", "&")).content.decode()
