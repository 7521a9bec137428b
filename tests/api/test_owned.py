"""Writes of the records that people own, by the API."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.services.owned import update_record
from partners.models import Contract
from projects.models import PortfolioNode
from projects.services.kinds import PORTFOLIO_NODES
from tests.people import person

BODIES = {
    "partners": {"code": "Z-1", "name": "Zed", "kind": "company"},
    "nomenclature": {"code": "Z-1", "name": "Zed", "kind": "uo"},
    "portfolio-nodes": {"code": "Z-1", "name": "Zed", "kind": "programme"},
    "contracts": {
        "code": "Z-1", "title": "Zed", "kind": "contract", "holder": "EX-1",
        "amount_excl_tax": "100.00", "vat_rate": "20.00", "amount_incl_tax": "120.00",
    },
    "matching-rules": {
        "code": "Z-1", "name": "Zed", "commitment": "EJ-1",
        "conditions": [{"column": "supplier", "operator": "is", "text": "Zed"}],
    },
}  # fmt: skip
ROLES = {
    "partners": Role.CONTRACT_MANAGER,
    "nomenclature": Role.BUDGET_OFFICER,
    "portfolio-nodes": Role.PORTFOLIO_DIRECTOR,
    "contracts": Role.CONTRACT_MANAGER,
    "matching-rules": Role.BUDGET_OFFICER,
}


def client_of(user):
    client = APIClient()
    client.force_login(user)
    return client


@pytest.fixture(params=sorted(BODIES))
def resource(request, api):
    return request.param


def call(client, verb, url, body=None, version=None):
    headers = {"If-Match": f'"{version}"'} if version else {}
    return getattr(client, verb)(url, body or {}, format="json", headers=headers)


def test_a_record_lives_from_draft_to_archive(resource):
    client = client_of(person(ROLES[resource]))
    made = call(client, "post", f"/api/v1/{resource}/", BODIES[resource] | {"draft": True})
    assert (made.status_code, made.json()["state"]) == (201, "draft"), made.content
    url = made.headers["Location"]
    name = "title" if resource == "contracts" else "name"
    steps = (
        ("patch", url, {name: "Autre", "reason": "Essai"}, "draft"),
        ("post", f"{url}publish/", {}, "open"),
        ("post", f"{url}close/", {"closed_on": "2026-11-26", "reason": "Fini"}, "closed"),
        ("post", f"{url}archive/", {}, "archived"),
        ("post", f"{url}unarchive/", {}, "closed"),
        ("post", f"{url}reopen/", {"reason": "Reprise"}, "open"),
    )
    for version, (verb, address, body, state) in enumerate(steps, start=1):
        assert call(client, verb, address, body).status_code == 428
        answer = call(client, verb, address, body, version)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.content
        assert answer.headers["ETag"] == f'"{version + 1}"'
    stale = call(client, "patch", url, {name: "Encore"}, 1)
    assert (stale.status_code, stale.json()["context"]["current"]) == (412, 7)
    history = client.get(f"{url}history/").json()["results"]
    assert [edit["version"] for edit in history] == [1, 2, 3, 4, 5, 6, 7]
    assert history[1]["reason"] == "Essai"
    refused = call(client, "delete", url, version=7)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


def test_each_version_keeps_the_request_that_it_came_by(resource):
    client = client_of(person(ROLES[resource]))
    made = client.post(
        f"/api/v1/{resource}/",
        BODIES[resource],
        format="json",
        headers={"X-Request-ID": "request-of-the-test-0001"},
    )
    history = client.get(f"{made.headers['Location']}history/").json()["results"]
    assert [edit["request_id"] for edit in history] == ["request-of-the-test-0001"]


def test_a_draft_is_deleted(resource):
    client = client_of(person(ROLES[resource]))
    made = call(client, "post", f"/api/v1/{resource}/", BODIES[resource] | {"draft": True})
    url = made.headers["Location"]
    assert call(client, "delete", url).status_code == 428
    assert call(client, "delete", url, version=1).status_code == 204
    assert client.get(url).status_code == 404


def test_a_closed_record_is_read_only(resource):
    client = client_of(person(ROLES[resource]))
    url = call(client, "post", f"/api/v1/{resource}/", BODIES[resource]).headers["Location"]
    call(client, "post", f"{url}close/", {"closed_on": "2026-11-26", "reason": "Fini"}, 1)
    name = "title" if resource == "contracts" else "name"
    answer = call(client, "patch", url, {name: "Autre"}, 2)
    assert (answer.status_code, answer.json()["code"]) == (409, "record_ended")


def test_a_reader_creates_nothing(resource):
    client = client_of(person(Role.AUDITOR))
    assert call(client, "post", f"/api/v1/{resource}/", BODIES[resource]).status_code == 403


def test_a_contract_of_somebody_else_is_not_there(api):
    client = client_of(person(Role.CONTRACT_MANAGER))
    assert client.get("/api/v1/contracts/CT-1/").status_code == 404
    assert call(client, "patch", "/api/v1/contracts/CT-1/", {"title": "x"}, 1).status_code == 404
    assert Contract.objects.get(code="CT-1").title == "Marché d'exemple"


def test_a_record_is_read_as_it_was_known_on_a_day(api):
    client = client_of(person(Role.CONTRACT_MANAGER))
    url = call(client, "post", "/api/v1/partners/", BODIES["partners"]).headers["Location"]
    assert client.get(f"{url}known/?on=2020-01-01").status_code == 404
    assert client.get(f"{url}known/").status_code == 400
    answer = client.get(f"{url}known/?on=2199-01-01").json()
    assert answer["fields"]["name"] == "Zed"


def test_a_director_of_a_programme_places_nodes_below_it_alone(api):
    body = BODIES["portfolio-nodes"]
    assert call(api.director, "post", "/api/v1/portfolio-nodes/", body).status_code == 403
    inside = call(api.director, "post", "/api/v1/portfolio-nodes/", body | {"parent": "A"})
    assert (inside.status_code, inside.json()["data_origin"]) == (201, "fictitious")
    unseen = call(api.director, "post", "/api/v1/portfolio-nodes/", body | {"parent": "B"})
    assert unseen.status_code == 400


def test_a_director_of_a_programme_does_not_move_a_node_out_of_it(api, users, portfolio):
    url = "/api/v1/portfolio-nodes/A/"
    assert call(api.director, "patch", url, {"parent": None}, 1).status_code == 403
    assert call(api.director, "patch", url, {"parent": "B"}, 1).status_code == 400
    renamed = call(api.director, "patch", url, {"name": "Programme de test"}, 1)
    assert (renamed.status_code, renamed.json()["parent"]) == (200, "ROOT")
    # The service itself refuses the address of a node that the form or the API would not offer.
    changes = {"parent": portfolio.nodes["B"]}
    with pytest.raises(PermissionDenied):
        update_record(
            actor=users.director,
            kind=PORTFOLIO_NODES,
            record_id=portfolio.nodes["A"].pk,
            expected_version=2,
            changes=changes,
        )
    assert PortfolioNode.objects.get(code="A").parent == portfolio.root


def test_a_node_does_not_move_below_data_of_another_origin(api, portfolio):
    director = client_of(person(Role.PORTFOLIO_DIRECTOR))
    PortfolioNode.objects.create(
        code="REAL", name="Réel", kind="portfolio", data_origin="operational"
    )
    url = "/api/v1/portfolio-nodes/A/"
    refused = call(director, "patch", url, {"parent": "REAL"}, 1)
    assert (refused.status_code, refused.json()["errors"][0]["path"]) == (400, "parent")
    moved = call(director, "patch", url, {"parent": "B"}, 1)
    assert (moved.status_code, moved.json()["parent"]) == (200, "B")


def test_a_node_of_the_nomenclature_has_the_origin_of_the_one_above_it(api):
    client = client_of(person(Role.BUDGET_OFFICER))
    body = BODIES["nomenclature"] | {"kind": "activity", "parent": "0214-DNE"}
    made = call(client, "post", "/api/v1/nomenclature/", body)
    assert (made.status_code, made.json()["data_origin"]) == (201, "fictitious")


def test_a_sub_action_does_not_stand_below_a_uo(api):
    client = client_of(person(Role.BUDGET_OFFICER))
    body = BODIES["nomenclature"] | {"kind": "sub_action", "parent": "0214-DNE"}
    refused = call(client, "post", "/api/v1/nomenclature/", body)
    assert refused.status_code == 400
    assert [error["path"] for error in refused.json()["errors"]] == ["parent"]
