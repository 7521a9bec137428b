"""A second user replays what a first one asked, with every identifier of the first: nothing leaks.

The first user directs programme A, the second programme B. What the first reads is recorded from
their own lists, then asked again by the second: in the path, in the query, in the body; by the API,
the pages, the exports, the completions and the history. Only what both may see is answered.
"""

from __future__ import annotations

import json

import pytest
from rest_framework.test import APIClient

from accounts.enums import Role
from dne_portfolio.api_urls import router
from projects.models import Estimate, Project
from tests.api.conftest import (  # noqa: F401 (fixtures)
    api,
    client_of,
    make_user,
    portfolio,
    users,
)
from tests.api.samples import add_frame

# What only the first user may see: a code, a title and a legal reference that nothing else holds.
HIDDEN = ("A-1", "A-2")
DETAIL_READS = ("history", "known")


@pytest.fixture
def first(users, portfolio):  # noqa: F811
    add_frame(portfolio, users)
    return client_of(users.director)


@pytest.fixture
def second(first):
    return client_of(make_user("second", Role.PORTFOLIO_DIRECTOR, "B"))


def rows_of(client: APIClient, prefix: str) -> list[dict]:
    answer = client.get(f"/api/v1/{prefix}/?limit=1000")
    return answer.json()["results"] if answer.status_code == 200 else []


def recorded(first: APIClient) -> list[tuple[str, str]]:
    """Return (prefix, address of a detail) of every row that the first user reads."""
    found = []
    for prefix, view, _ in router.registry:
        key = view.lookup_field if hasattr(view, "row_serializer") else None
        if key:
            found += [(prefix, str(row.get(key))) for row in rows_of(first, prefix)]
    return found


def names(prefix: str, client: APIClient) -> set[str]:
    view = next(one for name, one, _ in router.registry if name == prefix)
    return {str(row.get(view.lookup_field)) for row in rows_of(client, prefix)}


def leaks(content: bytes) -> list[str]:
    text = content.decode("utf-8", "replace")
    found = [code for code in HIDDEN if f'"{code}"' in text or f">{code}<" in text]
    return found + [mark for mark in ("EJ-A-1", "exemple A-1", "exemple A-2") if mark in text]


def test_every_address_of_the_first_user_is_unknown_to_the_second(first, second):
    replayed = 0
    mine: dict[str, set[str]] = {}
    for prefix, key in recorded(first):
        mine.setdefault(prefix, names(prefix, second))
        if key in mine[prefix]:
            continue
        view = next(one for name, one, _ in router.registry if name == prefix)
        paths = [f"/api/v1/{prefix}/{key}/"]
        extra = {one.url_path for one in view.get_extra_actions() if one.detail}
        paths += [f"{paths[0]}{name}/" for name in DETAIL_READS if name in extra]
        for path in paths:
            answer = second.get(path, {"on": "2026-01-01"} if path.endswith("known/") else {})
            assert answer.status_code in (403, 404), (path, answer.status_code)
            assert leaks(answer.content) == [], path
            replayed += 1
    assert replayed >= 20


def test_no_list_holds_or_counts_what_only_the_first_sees(first, second):
    for prefix, _, _ in router.registry:
        plain = second.get(f"/api/v1/{prefix}/?limit=1000")
        assert leaks(plain.content) == [], prefix


@pytest.mark.parametrize(
    "query",
    ["project=A-1", "node=A", "q=exemple A-1", "manager=manager", "ordering=-code&node=A"],
)
def test_no_filter_finds_what_only_the_first_sees(first, second, query):
    for prefix, _, _ in router.registry:
        answer = second.get(f"/api/v1/{prefix}/?{query}")
        assert leaks(answer.content) == [], (prefix, query)
        if answer.status_code == 200 and query.startswith(("project=", "node=")):
            assert answer.json()["results"] == [], (prefix, query)


def test_a_cursor_of_the_first_user_opens_no_row_of_theirs(first, second):
    answer = first.get("/api/v1/projects/?limit=1")
    cursor = answer.json()["next"]
    assert cursor
    replay = second.get(cursor)
    assert replay.status_code == 200
    assert leaks(replay.content) == []


WRITES = [
    ("patch", "projects/A-1/", {"title": "Pris"}),
    ("post", "projects/A-1/close/", {"closed_on": "2025-12-31", "reason": "Pris"}),
    ("post", "estimates/", {"project": "A-1", "end_on": "2027-01-01", "reason": "Pris"}),
    (
        "post",
        "progress-reports/",
        {
            "project": "A-1",
            "reported_on": "2025-04-30",
            "percent_complete": "50",
            "weather": "SOLEIL",
        },
    ),
    ("patch", "projects/B-1/", {"node": "A"}),
    ("post", "projects/", {"code": "X-1", "title": "Pris", "node": "A"}),
    ("patch", "portfolio-nodes/A/", {"name": "Pris"}),
    ("delete", "portfolio-nodes/A/", None),
]


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_no_write_reaches_what_only_the_first_sees(first, second, method, path, body):
    before = [
        (project.title, project.node_id, project.version)
        for project in Project.objects.order_by("code")
    ]
    answer = getattr(second, method)(
        f"/api/v1/{path}", body, format="json", headers={"If-Match": '"1"'}
    )
    assert answer.status_code in (400, 403, 404), answer.content
    # What the second user sent may be repeated, what they may not read may not.
    assert not [one for one in leaks(answer.content) if one not in json.dumps(body)]
    assert before == [
        (project.title, project.node_id, project.version)
        for project in Project.objects.order_by("code")
    ]
    assert not Estimate.objects.filter(reason="Pris").exists()


def test_unseen_and_absent_are_answered_alike(first, second):
    for method, path in (
        ("get", "projects/{}/"),
        ("get", "projects/{}/history/"),
        ("patch", "projects/{}/"),
    ):
        answers = []
        for code in ("A-1", "Z-9"):
            answer = getattr(second, method)(
                f"/api/v1/{path.format(code)}",
                {"title": "x"} if method == "patch" else None,
                format="json",
                headers={"If-Match": '"1"'},
            )
            body = answer.json()
            body.pop("request_id")
            answers.append((answer.status_code, body))
        assert answers[0] == answers[1]


PAGES = [
    "/projets/A-1/",
    "/projets/A-1/modifier/",
    "/projets/A-1/estimer/",
    "/projets/A-1/avancement/",
    "/projets/A-1/reference/",
    "/projets/A-1/cloturer/",
    "/documents/project/A-1/",
    "/mentions/project/A-1/?q=man",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_of_the_first_user_are_unknown_to_the_second(first, second, path):
    answer = second.get(path)
    assert answer.status_code in (403, 404), path


@pytest.mark.parametrize(
    "path",
    [
        "/projets/",
        "/projets/?format=csv",
        "/projets/?q=exemple",
        "/projets/?node=A",
        "/contrats/?format=csv",
        "/indicateurs/",
        "/api/v1/indicator-values/export/",
        "/recherche/?q=exemple",
    ],
)
def test_lists_searches_and_exports_of_the_second_hold_nothing_of_the_first(first, second, path):
    answer = second.get(path)
    assert answer.status_code in (200, 302, 403, 404), path
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert leaks(content) == [], path
