"""Keyset pages: every row once, both ways, nulls last, in any declared ordering."""

from __future__ import annotations

import pytest

from projects.api.views import ProjectViewSet
from tests.api.conftest import make_project

ORDERINGS = [
    sign + name for name in ProjectViewSet.ordering_fields for sign in ("", "-")
] + ["phase,-title", "-current_cost,code"]  # fmt: skip


@pytest.fixture
def many(portfolio):
    for number in range(7):
        project = make_project(f"C-{number}", portfolio.nodes["A"])
        if number % 2:
            type(project).objects.filter(pk=project.pk).update(started_on=None)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_pages_give_every_row_once_in_both_directions(api, many, ordering):
    base = f"/api/v1/projects/?ordering={ordering}"
    whole = [row["code"] for row in api.controller.get(base).json()["results"]]
    assert len(set(whole)) == 10
    seen, url, page = [], f"{base}&limit=3", None
    while url:
        page = api.controller.get(url).json()
        seen += [row["code"] for row in page["results"]]
        url = page["next"]
    assert seen == whole
    back = [row["code"] for row in page["results"]]
    while page["previous"]:
        page = api.controller.get(page["previous"]).json()
        back = [row["code"] for row in page["results"]] + back
    assert back == whole


def test_nulls_come_last_whichever_way(api, many):
    for sign in ("", "-"):
        rows = api.controller.get(f"/api/v1/projects/?ordering={sign}started_on").json()["results"]
        assert [row["started_on"] for row in rows][-3:] == [None, None, None]


def test_a_cursor_serves_the_ordering_that_made_it_only(api, many):
    page = api.controller.get("/api/v1/projects/?limit=2").json()
    assert api.controller.get(page["next"] + "&ordering=title").status_code == 400


def test_links_keep_the_filters(api, many):
    page = api.controller.get("/api/v1/projects/?node=A&limit=2").json()
    assert "node=A" in page["next"]
    assert page["previous"] is None
