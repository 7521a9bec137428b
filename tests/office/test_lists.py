"""Lists: a wrong filter is said, totals by origin, columns, saved views in the address."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import SavedView, User
from accounts.services.saved_views import choose_default_view, save_view
from indicators.services.runs import request_computation
from projects.models import Project
from tests.samples import AS_OF, Sample


@pytest.fixture
def computed(sample: Sample, after_commit: Any) -> Sample:
    """The sample with its indicators."""
    with after_commit():
        request_computation(AS_OF)
    return sample


def of(user: User) -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def codes(page: str) -> set[str]:
    """The projects of the table."""
    return set(re.findall(r'href="/projets/(P-\d+)/"', page))


@pytest.mark.parametrize(
    "query", ["cost_min=abc", "phase=zzz", "node=NOPE", "gap_min=NaN", "phse=build", "manager=999"]
)
def test_a_wrong_filter_shows_nothing_and_says_why(
    computed: Sample, director: User, query: str
) -> None:
    page = of(director).get(f"/projets/?{query}").content.decode()
    assert 'id="error-summary"' in page
    assert codes(page) == set()
    assert "<title>Erreur" in page or "<title>Error" in page
    export = of(director).get(f"/projets/?{query}&format=csv")
    assert export.headers["Content-Type"].startswith("text/html")


def test_the_error_is_tied_to_its_field_and_the_value_is_kept(
    computed: Sample, director: User
) -> None:
    page = of(director).get("/projets/?cost_min=abc").content.decode()
    field = re.search(r'<input[^>]*id="id_cost_min"[^>]*>', page)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'aria-describedby="id_cost_min_error"' in field[0]
    assert 'value="abc"' in field[0]
    assert 'href="#id_cost_min"' in page


def test_totals_are_by_origin_and_never_mixed(computed: Sample, director: User) -> None:
    Project.objects.filter(code="P-2").update(data_origin="fictitious")
    answer = of(director).get("/projets/")
    found = answer.context["totals"]["lines"]
    lines = {line.origin: (line.count, line.values[0]) for line in found}
    assert {origin: count for origin, (count, _) in lines.items()} == {
        "operational": 2,
        "fictitious": 1,
    }
    known = Project.objects.filter(data_origin="operational").values_list(
        "snapshots__current_cost", flat=True
    )
    assert lines["operational"][1] == sum(cost or 0 for cost in known)
    assert lines["fictitious"][1] is None


def test_the_sort_is_said_on_one_column_only(computed: Sample, director: User) -> None:
    page = of(director).get("/projets/?sort=-cost").content.decode()
    assert re.findall(r'aria-sort="(\w+)"', page) == ["descending"]


def test_an_empty_result_names_each_filter_and_takes_it_away(
    computed: Sample, director: User
) -> None:
    page = of(director).get("/projets/?q=introuvable&phase=run&state=closed").content.decode()
    panel = page.split('id="count"')[1]
    assert "3 " in panel
    assert panel.count('class="fr-tag') == 3
    assert "phase=run" in panel
    assert "state=closed" in panel


def test_search_ignores_accents_and_case(computed: Sample, director: User) -> None:
    for words in ("reseau", "RÉSEAU etablissements", "Réseau des"):
        assert codes(of(director).get("/projets/", {"q": words}).content.decode()) == {"P-3"}
    assert codes(of(director).get("/projets/", {"q": "reseau orientation"}).content.decode()) == (
        set()
    )


def test_chosen_columns_are_those_of_the_page_and_of_the_export(
    computed: Sample, director: User
) -> None:
    client = of(director)
    page = client.get("/projets/?columns=code&columns=cost").content.decode()
    assert len(re.findall(r'<th scope="col"', page.split('class="pf-table"')[2])) == 3
    answer = client.get("/projets/?columns=code,cost&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert len(text.splitlines()[0].split(",")) == 3
    assert len(client.get("/projets/?columns=zzz").context["headings"]) == 11


def test_a_view_is_saved_from_a_list_and_its_address_holds_everything(
    computed: Sample, director: User, manager: User
) -> None:
    client = of(director)
    state = "phase=build&sort=-cost&columns=code&page=2&format=&view=3"
    answer = client.post(
        "/vues/", {"list_name": "/projets/", "name": "En cours", "query": state, "is_shared": "on"}
    )
    view = SavedView.objects.get()
    assert view.query == "phase=build&sort=-cost&columns=code"
    assert answer.headers["Location"] == f"/projets/?{view.query}&view={view.pk}"
    assert codes(client.get(answer.headers["Location"]).content.decode()) == {"P-1"}
    # The same address, opened by somebody else: the same list, within their rights.
    Project.objects.filter(code="P-1").update(manager=None)
    assert codes(of(manager).get(answer.headers["Location"]).content.decode()) == set()


def test_saving_another_s_view_makes_a_copy(
    computed: Sample, director: User, budget_officer: User
) -> None:
    view = save_view(
        actor=budget_officer,
        list_name="/projets/",
        name="Budget",
        query="phase=build",
        is_shared=True,
    )
    client = of(director)
    page = client.get(f"/projets/?phase=framing&view={view.pk}").content.decode()
    assert f"/vues/{view.pk}/etat/" in page
    answer = client.post(f"/vues/{view.pk}/etat/", {"query": "phase=framing", "version": "1"})
    copy = SavedView.objects.get(owner=director)
    assert answer.headers["Location"] == f"/projets/?phase=framing&view={copy.pk}"
    view.refresh_from_db()
    assert (view.query, view.name, view.owner) == ("phase=build", "Budget", budget_officer)
    assert client.get(f"/vues/{view.pk}/").status_code == 403
    assert client.post(f"/vues/{view.pk}/supprimer/").status_code == 302
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_a_view_that_is_not_mine_does_not_exist(computed: Sample, manager: User) -> None:
    owner = User.objects.create_user(username="other")
    view = save_view(actor=owner, list_name="/projets/", name="Secret", query="q=x")
    client = of(manager)
    assert client.get(f"/vues/{view.pk}/").status_code == 404
    assert client.get(f"/vues/ouvrir/?list=/projets/&view={view.pk}").status_code == 404
    for verb in ("etat", "defaut", "supprimer"):
        assert client.post(f"/vues/{view.pk}/{verb}/", {"version": "1"}).status_code == 404
    assert "Secret" not in client.get(f"/projets/?view={view.pk}").content.decode()


def test_a_list_opens_on_the_default_view_and_plainly_when_asked(
    computed: Sample, director: User
) -> None:
    view = save_view(actor=director, list_name="/projets/", name="V", query="phase=build")
    client = of(director)
    client.post(f"/vues/{view.pk}/defaut/", {"default": "yes"})
    assert client.get("/projets/").headers["Location"] == f"/projets/?phase=build&view={view.pk}"
    assert codes(client.get("/projets/?view=none").content.decode()) == {"P-1", "P-2", "P-3"}
    choose_default_view(actor=director, list_name="/projets/", view=None)
    assert client.get("/projets/").status_code == 200


def test_a_view_is_renamed_with_its_version_and_deleted(computed: Sample, director: User) -> None:
    view = save_view(actor=director, list_name="/contrats/", name="V", query="q=x")
    client = of(director)
    assert client.post(f"/vues/{view.pk}/", {"name": "W", "version": "1"}).status_code == 302
    stale = client.post(f"/vues/{view.pk}/", {"name": "Z", "version": "1"})
    assert stale.status_code == 422
    assert 'value="Z"' in stale.content.decode()
    assert "W" in client.get("/vues/").content.decode()
    client.post(f"/vues/{view.pk}/supprimer/")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("path", ["/compte/", "https://example.org/", "//example.org/projets/"])
def test_a_view_is_of_a_list_of_the_site_only(director: User, path: str) -> None:
    client = of(director)
    answer = client.post("/vues/", {"list_name": path, "name": "X", "query": ""})
    assert answer.status_code == 404
    assert client.get("/vues/ouvrir/", {"list": path, "view": "none"}).status_code == 404
