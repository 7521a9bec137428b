"""Projects, dashboard and indicators in pages: who sees what, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEvent, User
from indicators.services.runs import request_computation
from projects.models import Project
from tests.samples import AS_OF, Sample

VERBS = ("modifier", "estimer", "avancement", "reference", "cloturer")
READ = ("", "indicateurs/DR-07/", "indicateurs/BX-06/")


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


def test_nobody_reads_a_page_without_logging_in(computed: Sample, client: Client) -> None:
    for path in ("/", "/projets/", "/projets/P-1/", "/indicateurs/", "/budget/paiements/"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/connexion/?next={path}")


@pytest.mark.parametrize("path", READ)
def test_a_project_out_of_one_s_perimeter_is_not_found(
    computed: Sample, manager: User, stranger: User, path: str
) -> None:
    assert of(manager).get(f"/projets/P-1/{path}").status_code == 200
    assert of(manager).get(f"/projets/P-2/{path}").status_code == 404
    assert of(stranger).get(f"/projets/P-1/{path}").status_code in (403, 404)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_is_refused_to_who_may_only_read(
    computed: Sample, director: User, budget_officer: User, controller: User, verb: str
) -> None:
    path = f"/projets/P-1/{verb}/"
    assert of(director).get(path).status_code == 200
    for reader in (budget_officer, controller):
        assert of(reader).get(path).status_code == 403
        assert of(reader).post(path, {}).status_code == 403


def test_a_control_that_one_cannot_use_is_absent(
    computed: Sample, director: User, controller: User
) -> None:
    offered = b"/projets/P-1/estimer/"
    assert offered in of(director).get("/projets/P-1/").content
    assert offered not in of(controller).get("/projets/P-1/").content


def test_a_manager_sees_own_projects_only_in_list_export_and_dashboard(
    computed: Sample, manager: User
) -> None:
    client = of(manager)
    page = client.get("/projets/").content.decode()
    assert "P-1" in page
    assert "P-2" not in page
    answer = client.get("/projets/", {"format": "csv"})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("\r\n") == 2 or text.count("\n") == 2
    assert AuditEvent.objects.filter(verb="exported", actor=manager).exists()
    assert "P-3" not in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/", "/projets/", "/indicateurs/DR-07/"])
def test_a_page_costs_the_same_queries_for_one_and_for_many_projects(
    computed: Sample, director: User, django_assert_max_num_queries: Any, path: str
) -> None:
    client = of(director)
    client.get(path)
    with django_assert_max_num_queries(40) as few:
        client.get(path)
    Project.objects.bulk_create(
        Project(
            code=f"N-{index}",
            title=f"Nombre {index}",
            normalised_title=f"nombre{index}",
            node=computed.tn,
            phase="build",
        )
        for index in range(20)
    )
    with django_assert_max_num_queries(len(few)):
        client.get(path)


@pytest.mark.parametrize(
    "query",
    [
        "?cost_min=abc",
        "?gap_min=NaN",
        "?node=%00",
        "?phase=zzz",
        "?page=99999999999999999999",
        "?size=-1",
        "?sort=nope",
        "?origin=zzz",
        "?q=%F0%9F%98%80",
        "?cost_min=" + "9" * 40,
        "?ministry=99999999999999999999999",
        "?format=exe",
    ],
)
def test_a_filter_that_means_nothing_never_breaks_the_list(
    computed: Sample, director: User, query: str
) -> None:
    assert of(director).get(f"/projets/{query}").status_code in (200, 400)


def test_an_unknown_indicator_is_not_found(computed: Sample, director: User) -> None:
    for path in ("/indicateurs/ZZ-99/", "/projets/P-1/indicateurs/ZZ-99/"):
        assert of(director).get(path).status_code == 404


def test_a_closed_project_offers_to_reopen_and_nothing_else(
    computed: Sample, director: User, after_commit: Any
) -> None:
    client = of(director)
    with after_commit():
        answer = client.post(
            "/projets/P-1/cloturer/",
            {"version": "1", "closed_on": "30/06/2026", "closing_reason": "Fin de projet"},
        )
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    page = client.get("/projets/P-1/").content
    assert b"/projets/P-1/rouvrir/" in page
    assert b"/projets/P-1/estimer/" not in page
    assert Project.objects.get(code="P-1").closing_reason == "Fin de projet"
