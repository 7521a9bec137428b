"""The API answers what its OpenAPI document says, whatever it is sent, as each of three roles.

Each operation is called with generated requests, valid and not, each undone afterwards, then with
one request that is known to be good. The seed of the run is printed with any failure.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.samples import add_frame
from tests.api.test_jobs import BODY as JOB
from tests.api.test_recorded_rows import BASELINE, ESTIMATE, PROGRESS

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "3"))
SEED = int(os.environ.get("CONTRACT_SEED", "20250702"))
CSRF = "c" * 32
CLOSED = {"closed_on": "2025-12-31", "reason": "Terminé"}
BODIES: dict[str, Any] = {
    "projects_create": {"code": "A-9", "title": "Projet d'exemple", "node": "A"},
    "projects_partial_update": {"title": "Projet d'exemple renommé"},
    "projects_close_create": CLOSED,
    "projects_reopen_create": {"reason": "Repris"},
    "baselines_create": BASELINE,
    "estimates_create": ESTIMATE,
    "progress_reports_create": PROGRESS,
    "jobs_create": JOB,
}
WRITES = frozenset(BODIES) - {"jobs_create"}
NOT_A_COMPUTATION = "only the management controller asks for a computation (policy table)"
NOT_A_CREATOR = "project managers create projects, directors edit and validate (policy table)"
NOT_AN_EDITOR = "the management controller reads and recomputes, and edits nothing (policy table)"
# Operations that a role can never carry out, and why.
REFUSED: dict[str, dict[str, str]] = {
    "director": {"jobs_create": NOT_A_COMPUTATION, "projects_create": NOT_A_CREATOR},
    "manager": {"jobs_create": NOT_A_COMPUTATION},
    "controller": dict.fromkeys(WRITES, NOT_AN_EDITOR),
}


@pytest.fixture
def demo(db, django_settings):
    """Load the demo, before the rows of these tests: it replaces what is fictitious."""
    django_settings.DEBUG = True
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    django_settings.DEBUG = False


@pytest.fixture
def filled(demo, api, users, portfolio, after_commit):
    """Compute the indicators beside the demo, and give each role a job to read."""
    add_frame(portfolio, users)
    with after_commit():
        assert api.controller.post("/api/v1/jobs/", JOB, format="json").status_code == 202
    return portfolio


@pytest.fixture
def django_settings(request):
    """pytest-django's settings, under a name that hypothesis has not taken."""
    return request.getfixturevalue("settings")


@contextmanager
def one_connection() -> Iterator[None]:
    """Keep the connection of the test through requests, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def document() -> Any:
    raw = SchemaGenerator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(raw)
    schema.app = get_wsgi_application()
    return schema


def operations(schema: Any) -> Iterator[Any]:
    for found in schema.get_all_operations():
        yield found.ok()


def call(case: Any, cookies: dict[str, str]) -> Any:
    case.headers = {**dict(case.headers or {}), "X-CSRFToken": CSRF}
    with one_connection():
        response = case.call(cookies=cookies)
    case.validate_response(response, checks=CHECKS)
    return response


def fuzz(operation: Any, cookies: dict[str, str]) -> set[int]:
    """Send generated requests; return the statuses that were answered."""
    seen: set[int] = set()
    cases = st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE),
        operation.as_strategy(GenerationMode.NEGATIVE),
    )

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(case=cases)
    def run(case: Any) -> None:
        with transaction.atomic():
            seen.add(call(case, cookies).status_code)
            transaction.set_rollback(True)

    run()
    return seen


def good_case(operation: Any, client: Any) -> Any:
    """Return a request that must succeed: an address read from the list, a valid body.

    None where the list of the role is empty: there is nothing to name.
    """
    name = operation.definition.raw["operationId"]
    fields: dict[str, Any] = {"path_parameters": {}}
    if "{" in operation.path:
        resource = operation.path.split("/")[3]
        rows = client.get(f"/api/v1/{resource}/").json().get("results")
        if not rows:
            return None
        row = rows[0]
        parameter = operation.path.partition("{")[2].partition("}")[0]
        address = f"{row['project']}:{row['indicator']}" if parameter == "value" else None
        fields["path_parameters"] = {parameter: address or row[parameter]}
    if name in BODIES:
        fields |= {"body": BODIES[name], "media_type": "application/json"}
    if name in WRITES - {"projects_create"}:
        fields["headers"] = {"If-Match": '"1"'}
    return operation.Case(**fields)


@pytest.mark.parametrize("role", REFUSED)
def test_every_operation_keeps_its_contract(filled, api, role):
    client = getattr(api, role)
    cookies = {"sessionid": client.cookies["sessionid"].value, "csrftoken": CSRF}
    without, wrong = set(), []
    for operation in operations(document()):
        name = operation.definition.raw["operationId"]
        seen = fuzz(operation, cookies)
        good = good_case(operation, client)
        with transaction.atomic():
            if good is not None:
                seen.add(call(good, cookies).status_code)
            transaction.set_rollback(True)
        if name in BODIES and not any(200 <= status < 300 for status in seen):
            without.add(name)
        wrong += [(name, status) for status in seen if status >= 500]
    assert wrong == []
    assert without == set(REFUSED[role]), f"seed {SEED}"
