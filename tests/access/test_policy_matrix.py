"""The policy matrix: every URL × method × role × {in scope, out of scope} (`reliability.md` H1).

What is expected stands in `tests/policy_matrix.csv`, written by hand from `reliability.md` §3.2;
no code of the product reads it. SQLite is asked half of it, PostgreSQL the other half; `make storm`
asks all of it.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.enums import Role
from accounts.policy import POLICY
from jobs.registry import job_kind, kinds
from tests.access.matrix import Cell, address, answer, read_cells, routes
from tests.access.world import ROLES, World, build_world

CELLS = read_cells()
ROOMS = {"accounts", "records", "projects", "budgets", "partners", "indicators"}
EXPECTED = {"yes", "403", "404", "shown", "hidden", "login", "-"}


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for the whole module, in a transaction that nobody commits."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    """The world; what a test writes is undone by its own savepoint."""
    return shared_world


def mismatches(cells: list[Cell], world: World, client: Client, headers: dict) -> list[str]:
    """Return the cells whose answer is not the one expected; nothing written is kept."""
    found = []
    for cell in cells:
        with transaction.atomic():
            given = answer(client, cell, world, headers)
            transaction.set_rollback(True)
        if given != cell.expected:
            found.append(
                f"{cell}: expected {cell.expected}, answered {given} {address(cell, world)}"
            )
    return found


def caller(role: str, world: World) -> tuple[Client, dict[str, str]]:
    """Return a client logged in as a role; a machine has a token, and no session."""
    client = Client(raise_request_exception=False)
    if role != Role.API_CLIENT:
        client.force_login(world.people[role], backend="accounts.backends.PasswordBackend")
        return client, {}
    return client, {"Authorization": f"Bearer {machine_token(client, world)}"}


def machine_token(client: Client, world: World) -> str:
    body = {"grant_type": "client_credentials", "client_id": world.client_id}
    given = client.post("/api/oauth/token/", body | {"client_secret": world.secret})
    return str(given.json()["access_token"])


def asked(role: str) -> list[Cell]:
    """Return the cells of a role that are addresses; kinds of jobs are asked apart."""
    mine = [cell for cell in CELLS if cell.role == role and cell.expected != "-"]
    return [cell for cell in mine if not cell.route.startswith("job:")]


@pytest.mark.parametrize("role", [role.value for role in ROLES])
def test_every_cell_is_answered_as_the_matrix_says(role, world):
    client, headers = caller(role, world)
    cells = asked(role)
    if os.environ.get("STORM") != "full":
        # Half of the cells are asked of SQLite, the other half of PostgreSQL: a check asks all.
        random.Random(role).shuffle(cells)
        cells.sort(key=lambda cell: cell.route == "deconnexion/")  # what follows has no session
        cells = cells[connection.vendor == "postgresql" :: 2]
    found = mismatches(cells, world, client, headers)
    assert not found, f"{len(found)} mismatches of {len(cells)}:\n" + "\n".join(found)


def test_every_url_and_method_is_in_the_matrix_and_nothing_else_is():
    served = set(routes())
    written = {(cell.route, cell.method) for cell in CELLS if not cell.route.startswith("job:")}
    assert not served - written, f"missing: {sorted(served - written)}"
    assert not written - served, f"no longer served: {sorted(written - served)}"


def test_every_cell_holds_one_of_the_words():
    assert {cell.expected for cell in CELLS} <= EXPECTED
    assert all(cell.expected != "-" for cell in CELLS if cell.side == "in")


def test_an_inverted_cell_of_the_file_fails(world):
    role = Role.PROJECT_MANAGER.value
    client, headers = caller(role, world)
    cells = [cell for cell in asked(role) if cell.expected in ("yes", "404")]
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 (a failure is replayed from it)
    for cell in random.Random(seed).sample(cells, 5):
        wrong = replace(cell, expected="404" if cell.expected == "yes" else "yes")
        assert len(mismatches([wrong], world, client, headers)) == 1, cell


def test_every_kind_of_job_says_which_right_asks_for_it_and_the_matrix_agrees():
    written = {cell.route.removeprefix("job:") for cell in CELLS if cell.route.startswith("job:")}
    # Other tests register kinds of their own in the same process.
    served = {kind for kind in kinds() if kind.partition(".")[0] in ROOMS}
    assert written == served
    for cell in CELLS:
        if not cell.route.startswith("job:") or cell.side == "out":
            continue
        needs = job_kind(cell.route.removeprefix("job:")).needs
        allowed = needs is not None and (cell.role, needs[1], needs[0]) in POLICY
        assert ("yes" if allowed else "403") == cell.expected, cell


@pytest.mark.parametrize("role", [role.value for role in ROLES])
def test_the_technical_administration_is_closed_to_every_role(role, world):
    client, _headers = caller(role, world)
    assert client.get("/administration-technique/").status_code in (302, 403, 404)
