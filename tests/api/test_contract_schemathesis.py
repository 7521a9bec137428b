"""The API answers what its OpenAPI document says, whatever it is sent, as each of three roles.

Each operation is called with generated requests, valid and not, made once and sent as each role,
undone afterwards; then with one that succeeds when sent by a role that may. The seed of the run is
printed with any failure.
"""

from __future__ import annotations

import io
import os
import re
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
from hypothesis import HealthCheck, Phase, Verbosity, given, note, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from budgets.tables.programmed_catalogue import PROGRAMMED
from budgets.tables.statement_catalogue import STATEMENTS
from tests.api.conftest import client_of
from tests.api.good_requests import Good, good_requests
from tests.api.good_rows import add_good_rows, add_people
from tests.api.samples import add_frame
from tests.api.test_jobs import BODY as JOB

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
# What no row of the policy gives to each of the three roles; everything else they may read.
NO_READING = {"machine_clients_list", "shared_projects_list"}
NO_IMPORT = {
    "import_batches_list", "import_drafts_list", "import_mappings_list", "matching_rules_list",
    "reconciliation_list",
}  # fmt: skip
NO_ACCOUNT = {"grants_list", "users_list"}
# What partners read, and what administrators and auditors do.
NO_SHARE = {"shared_progress_list", "shared_indicator_values_list", "emergency_accesses_list"}
# What a reading must be asked.
YEAR = {"fiscal_year": "2025"}
QUERIES = {"/known/": {"on": "2199-01-01"}, "/availability/": YEAR, "/execution/": YEAR}
# What no list names: the codes are those of a closed list. All of them are read.
CODES = {
    "/api/v1/statements/{code}/": sorted([*STATEMENTS, *PROGRAMMED]),
    "/api/v1/official-tables/{code}/": ["pap", "rap"],
}
UNREADABLE = {
    "director": NO_READING | NO_SHARE | NO_IMPORT,
    "manager": NO_READING | NO_SHARE | NO_IMPORT | NO_ACCOUNT,
    "controller": NO_READING | NO_SHARE | NO_ACCOUNT | {"audit_events_list"},
}


@pytest.fixture
def demo(db, django_settings):
    """Load the demo, before the rows of these tests: it replaces what is fictitious."""
    django_settings.DEBUG = True
    call_command("load_demo", verbosity=0, stdout=io.StringIO())
    django_settings.DEBUG = False


@pytest.fixture
def filled(demo, api, users, portfolio, after_commit, django_settings, tmp_path):
    """Compute the indicators beside the demo, and add the rows that the good requests name."""
    django_settings.MEDIA_ROOT = str(tmp_path / "media")
    add_frame(portfolio, users)
    with after_commit():
        assert api.controller.post("/api/v1/jobs/", JOB, format="json").status_code == 202
    add_people(users)
    return add_good_rows(portfolio, users, tmp_path)


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
    schema.app = closing(get_wsgi_application())
    return schema


def closing(application: Any) -> Any:
    """Close each answer once it was read, as a server does: a download holds a file open."""

    def answer(environ: Any, start: Any) -> list[bytes]:
        parts = application(environ, start)
        try:
            return [b"".join(parts)]
        finally:
            parts.close()

    return answer


def operations(schema: Any) -> Iterator[Any]:
    for found in schema.get_all_operations():
        yield found.ok()


def call(case: Any, cookies: dict[str, str]) -> Any:
    case.headers = {**dict(case.headers or {}), "X-CSRFToken": CSRF}
    with one_connection():
        response = case.call(cookies=cookies)
    case.validate_response(response, checks=CHECKS)
    return response


def fuzz(operation: Any, callers: dict[str, dict[str, str]]) -> None:
    """Send generated requests, each as every role (its cookies), and undo what each wrote."""
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
        for role, cookies in callers.items():
            note(role)
            with transaction.atomic():
                status = call(case, cookies).status_code
                transaction.set_rollback(True)
            assert status < 500, (name_of(operation), role, f"seed {SEED}")

    run()


def name_of(operation: Any) -> str:
    return operation.definition.raw["operationId"]


def cookies_of(client: Any) -> dict[str, str]:
    return {"sessionid": client.cookies["sessionid"].value, "csrftoken": CSRF}


def readings(operation: Any, client: Any) -> list[Any]:
    """Return the readings of an operation: one, or one for each code that no list names."""
    if operation.path not in CODES:
        return [case for case in [reading(operation, client)] if case is not None]
    return [
        operation.Case(path_parameters={"code": code}, query=YEAR) for code in CODES[operation.path]
    ]


def reading(operation: Any, client: Any) -> Any:
    """Return the reading of a row that the list of the caller names; None when it names none."""
    fields: dict[str, Any] = {}
    if "{" in operation.path:
        resource = operation.path.split("/")[3]
        rows = client.get(f"/api/v1/{resource}/").json().get("results")
        if not rows:
            return None
        row = rows[0] | {"number": 1}
        if resource == "indicator-values":
            row["value"] = f"{row['project']}:{row['indicator']}"
        wanted = re.findall(r"{(\w+)}", operation.path)
        fields["path_parameters"] = {name: str(row[name]) for name in wanted}
    for end, query in QUERIES.items():
        if operation.path.endswith(end):
            fields["query"] = query
    return operation.Case(**fields)


def send(operation: Any, good: Good, client: Any) -> int:
    """Send a good request, undone afterwards; return the status of the answer."""
    with transaction.atomic():
        status = call(operation.Case(**good.fields()), cookies_of(client)).status_code
        transaction.set_rollback(True)
    return status


def test_every_operation_keeps_its_contract(filled, api):
    clients = {role: getattr(api, role) for role in UNREADABLE}
    callers = {role: cookies_of(client) for role, client in clients.items()}
    writes, refused = good_requests(filled), {role: set() for role in UNREADABLE}
    read: set[str] = set()
    for operation in operations(document()):
        fuzz(operation, callers)
        for role, client in clients.items():
            if operation.method.upper() != "GET":
                assert send(operation, writes[name_of(operation)], client) < 500
                continue
            for case in readings(operation, client):
                answered = call(case, callers[role]).status_code
                assert answered in (200, 403), (name_of(operation), role)
                found = refused[role] if answered == 403 else read
                found.add(name_of(operation))
    assert refused == UNREADABLE
    assert {"statements_retrieve", "official_tables_retrieve"} <= read


def test_every_write_succeeds_for_a_role_that_may(filled, users):
    good = good_requests(filled)
    writes = {name_of(op): op for op in operations(document()) if op.method.upper() != "GET"}
    assert set(writes) == set(good)
    answers = {
        name: send(operation, good[name], client_of(getattr(users, good[name].role)))
        for name, operation in writes.items()
    }
    assert {name: status for name, status in answers.items() if not 200 <= status < 300} == {}
