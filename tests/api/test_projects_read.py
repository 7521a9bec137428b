"""GET /projects/: list, detail, filters, ordering."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from projects.models import Estimate, ProjectAlias
from tests.api.conftest import fact

ROW = {
    "code": "A-1",
    "title": "Projet d'exemple A-1",
    "node": "A",
    "ministry": "MEN",
    "supervising_authority": "",
    "phase": "framing",
    "functional_zone": "",
    "funding": "",
    "is_interministerial": False,
    "manager": "manager",
    "started_on": "2024-01-01",
    "current_cost": "1234567.89",
    "current_end_on": "2026-06-30",
    "current_edition_on": "2025-01-15",
    "state": "open",
    "closed_on": None,
    "data_origin": "fictitious",
    "version": 1,
    "figures_version": 1,
}


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def test_a_manager_lists_own_projects_with_current_cost_and_end_date(api):
    body = api.manager.get("/api/v1/projects/").json()
    row = body["results"][0]
    row.pop("updated_at")
    assert body == {"next": None, "previous": None, "results": [ROW]}


def test_the_detail_adds_description_and_former_titles_and_bears_its_version(api, portfolio):
    ProjectAlias.objects.create(
        project=portfolio.first, title="Ancien titre", normalised_title="ancientitre"
    )
    answer = api.manager.get("/api/v1/projects/A-1/")
    row = answer.json()
    assert (row.pop("updated_at"), row.pop("created_at")) != (None, None)
    assert row == ROW | {"description": "", "closing_reason": "", "aliases": ["Ancien titre"]}
    assert answer.headers["ETag"] == '"1"'


def test_the_latest_estimate_that_stands_today_gives_the_current_figures(api, portfolio):
    for day, cost in ((dt.date(2025, 2, 1), "2.00"), (dt.date(2025, 1, 1), "3.00")):
        Estimate.objects.create(
            project=portfolio.first,
            edition_on=day,
            full_cost=Decimal(cost),
            end_on=None,
            reason="…",
            **fact(f"X-{day}"),
        )
    row = api.manager.get("/api/v1/projects/A-1/").json()
    assert (row["current_cost"], row["current_end_on"]) == ("2.00", None)


def test_without_an_estimate_the_last_baseline_gives_the_current_figures(api, portfolio):
    Estimate.objects.filter(project=portfolio.first).delete()
    row = api.manager.get("/api/v1/projects/A-1/").json()
    found = (row["current_cost"], row["current_end_on"], row["current_edition_on"])
    assert found == ("1000000.00", "2025-12-31", None)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=etoile", ["B-1"]),
        ("q=ÉTOILE+FIL", ["B-1"]),
        ("q=a-2", ["A-2"]),
        ("node=A", ["A-1", "A-2"]),
        ("node=ROOT", ["A-1", "A-2", "B-1"]),
        ("node=nowhere", []),
        ("ministry=MEN", ["A-1"]),
        ("manager=manager", ["A-1"]),
        ("phase=framing&state=open", ["A-1", "A-2", "B-1"]),
        ("state=closed", []),
        ("is_interministerial=true", []),
        ("is_interministerial=false", ["A-1", "A-2", "B-1"]),
        ("data_origin=published", []),
        ("started_on_from=2024-01-01&started_on_to=2024-01-01", ["A-1", "A-2", "B-1"]),
        ("started_on_from=2024-01-02", []),
        ("current_cost_min=1234567.89", ["A-1", "A-2", "B-1"]),
        ("current_cost_min=1234567.90", []),
        ("current_cost_max=1234567.88", []),
        ("current_end_on_to=2026-06-29", []),
        ("ordering=-code", ["B-1", "A-2", "A-1"]),
        ("ordering=-title,code", ["B-1", "A-2", "A-1"]),
        ("ordering=current_cost,-code", ["B-1", "A-2", "A-1"]),
    ],
)
def test_filters_and_ordering(api, query, expected):
    assert codes(api.controller.get(f"/api/v1/projects/?{query}")) == expected
