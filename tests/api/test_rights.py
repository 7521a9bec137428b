"""Every resource as every role: what is listed, in and out of the perimeter.

A-1 and A-2 are in programme A, B-1 in B; A-1 is the manager's. Director and budget officer hold
A; the controller reads everything.
"""

from __future__ import annotations

import pytest

OF_PROJECT = {
    "projects": "code",
    "baselines": "project",
    "planned-values": "project",
    "estimates": "project",
    "progress-reports": "project",
    "credit-movements": "project",
    "commitments": "project",
    "service-done": "project",
    "payments": "project",
}
SEEN = {
    "director": ["A-1", "A-2"],
    "manager": ["A-1"],
    "budget": ["A-1", "A-2"],
    "controller": ["A-1", "A-2", "B-1"],
}
COMMON = {
    "partners": {"director": 1, "manager": 1, "budget": 1, "controller": 1},
    "contracts": {"director": 1, "manager": 1, "budget": 1, "controller": 1},
    "portfolio-nodes": {"director": 1, "manager": 3, "budget": 1, "controller": 3},
    "nomenclature": {"director": 1, "manager": 1, "budget": 1, "controller": 1},
    "ministries": {"director": 1, "manager": 1, "budget": 1, "controller": 1},
    "panorama-entries": dict.fromkeys(SEEN, 0),
    "indicators": dict.fromkeys(SEEN, 43),
    "indicator-values": dict.fromkeys(SEEN, 0),
    "jobs": dict.fromkeys(SEEN, 0),
    "attachments": dict.fromkeys(SEEN, 0),
    "comments": dict.fromkeys(SEEN, 0),
    "notifications": dict.fromkeys(SEEN, 0),
}
ALL = (*OF_PROJECT, *COMMON)


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("resource", OF_PROJECT)
def test_a_list_holds_the_rows_of_the_perimeter(api, resource, role):
    answer = getattr(api, role).get(f"/api/v1/{resource}/")
    key = OF_PROJECT[resource]
    assert sorted(row[key] for row in answer.json()["results"]) == SEEN[role]


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("resource", COMMON)
def test_a_list_of_the_frame_holds_what_the_role_reads(api, resource, role):
    answer = getattr(api, role).get(f"/api/v1/{resource}/")
    assert len(answer.json()["results"]) == COMMON[resource][role], answer.content


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("resource", OF_PROJECT)
def test_a_detail_out_of_the_perimeter_is_404(api, resource, role):
    every = api.controller.get(f"/api/v1/{resource}/").json()["results"]
    key = OF_PROJECT[resource]
    for row in every:
        address = row["code"] if resource == "projects" else row["id"]
        answer = getattr(api, role).get(f"/api/v1/{resource}/{address}/")
        assert answer.status_code == (200 if row[key] in SEEN[role] else 404)


@pytest.mark.parametrize("resource", ALL)
def test_without_a_log_in_401_and_without_a_grant_403(api, resource):
    anonymous = api.anonymous.get(f"/api/v1/{resource}/")
    assert anonymous.status_code == 401
    assert anonymous.headers["Content-Type"] == "application/problem+json"
    assert anonymous.headers["WWW-Authenticate"].startswith("Bearer")
    stranger = api.stranger.get(f"/api/v1/{resource}/")
    assert (stranger.status_code, stranger.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("resource", OF_PROJECT)
def test_a_machine_client_reads_its_node(robot, resource):
    answer = robot("read", node="B").get(f"/api/v1/{resource}/")
    assert [row[OF_PROJECT[resource]] for row in answer.json()["results"]] == ["B-1"]
