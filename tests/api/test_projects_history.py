"""GET /projects/{code}/history/: who changed what, when and why."""

from __future__ import annotations

URL = "/api/v1/projects/A-1/history/"


def test_the_history_tells_each_change_with_its_author_and_reason(api):
    body = {"title": "Nouveau titre", "reason": "Renommé"}
    path = "/api/v1/projects/A-1/"
    edited = api.manager.patch(path, body, format="json", headers={"If-Match": '"1"'})
    assert edited.status_code == 200, edited.content
    created, changed = api.manager.get(URL).json()["results"]
    assert (created["kind"], created["changes"]) == ("created", [])
    assert (changed["kind"], changed["version"], changed["reason"]) == ("changed", 2, "Renommé")
    assert changed["actor"] == "manager"
    assert [c for c in changed["changes"] if c["field"] == "title"] == [
        {"field": "title", "before": "Projet d'exemple A-1", "after": "Nouveau titre"}
    ]


def test_the_history_of_an_unseen_project_is_not_found(api):
    assert api.director.get("/api/v1/projects/B-1/history/").status_code == 404
    assert api.stranger.get(URL).status_code == 403
    assert api.anonymous.get(URL).status_code == 401


def test_an_unknown_parameter_is_refused(api):
    assert api.manager.get(URL, {"x": "1"}).status_code == 400
