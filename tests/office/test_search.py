"""Search: within one's rights, accents folded, a constant number of queries; actions by right."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from budgets.models import Commitment
from common.folding import folded, folded_q
from partners.models import Contract
from projects.models import Project, ProjectAlias
from tests.samples import Sample
from web.search.actions import actions, named
from web.search.marking import marked
from web.search.selectors import search


def of(user: User) -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def found(user: User, words: str) -> dict[str, list[str]]:
    """Return the words of the results by kind."""
    return {group.key: [hit.text for hit in group.hits] for group in search(user, words)}


@pytest.mark.parametrize(
    "words", ["réseau", "RESEAU", "reseau etablissements", "Établissements réseau"]
)
def test_accents_case_and_order_do_not_matter(sample: Sample, director: User, words: str) -> None:
    assert found(director, words)["projects"] == ["P-3 Réseau des établissements"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Cœur de réseau", "coeur"),
        ("Coeur de réseau", "cœur"),
        ("L’école [pilote] 100 %", "l'ecole [pilote]"),
        ("Plan * général ?", "* gene"),
        ("Taux ^ 2 \\ fin", "^ 2 \\"),
    ],
)
def test_signs_are_read_as_they_are(project: Project, title: str, words: str) -> None:
    Project.objects.filter(pk=project.pk).update(title=title)
    assert Project.objects.filter(folded_q(words, "title")).exists()
    assert not Project.objects.filter(folded_q(words + "zz", "title")).exists()


def test_a_letter_is_not_a_joker(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(title="abc")
    for words in ("a*c", "a?c", "[a-c]bc", "a.c", ".*"):
        assert not Project.objects.filter(folded_q(words, "title")).exists()


def test_every_kind_is_found_with_its_count(sample: Sample, director: User) -> None:
    number = Commitment.objects.values_list("legal_reference", flat=True)[0]
    contract = Contract.objects.get()
    assert found(director, number)["commitments"] == [number]
    assert found(director, contract.code)["contracts"] == [f"{contract.code} {contract.title}"]
    assert found(director, contract.holder.name)["partners"] == [contract.holder.name]
    assert found(director, "DR-07")["indicators"][0].startswith("DR-07")
    assert found(director, "manager")["people"] == ["manager"]


def test_two_letters_find_a_whole_code_only(sample: Sample, director: User) -> None:
    Project.objects.filter(code="P-2").update(code="Q2")
    assert found(director, "q2") == {"projects": ["Q2 Orientation"]}
    assert found(director, "or") == {}
    assert found(director, "o") == {}


def test_nothing_outside_one_s_rights_is_found_counted_or_completed(
    sample: Sample, manager: User, stranger: User
) -> None:
    ProjectAlias.objects.create(project=sample.p3, title="Secret", normalised_title="secret")
    for words in ("reseau", "P-3", "secret", "P-2", "orientation", "director"):
        assert found(manager, words) == {}
        assert found(stranger, words) == {}
        answer = of(manager).get("/recherche/suggestions/", {"q": words}).json()
        assert (answer["count"], answer["options"]) == (0, [])
    assert found(manager, "familles")["projects"] == ["P-1 Espace des familles"]
    assert "people" not in found(manager, "manager")
    page = of(manager).get("/recherche/?q=reseau").content.decode()
    assert "P-3" not in page
    assert of(stranger).get("/recherche/?q=P-1").status_code == 200


def test_the_number_of_queries_does_not_grow(sample: Sample, director: User) -> None:
    client = of(director)
    client.get("/recherche/", {"q": "nombre"})

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            client.get("/recherche/", {"q": "nombre"})
        return len(counted)

    Project.objects.create(code="N-0", title="Nombre", normalised_title="nombre", node=sample.tn)
    few = cost()
    Project.objects.bulk_create(
        Project(code=f"N-{i}", title=f"Nombre {i}", normalised_title=f"nombre{i}", node=sample.tn)
        for i in range(1, 40)
    )
    assert cost() == few


def test_the_group_counts_all_and_shows_the_first(sample: Sample, director: User) -> None:
    Project.objects.bulk_create(
        Project(code=f"N-{i}", title="Nombre", normalised_title="nombre", node=sample.tn)
        for i in range(30)
    )
    group = next(g for g in search(director, "nombre") if g.key == "projects")
    assert (group.count, len(group.hits)) == (30, 20)
    page = of(director).get("/recherche/?q=nombre").content.decode()
    assert "/projets/?q=nombre" in page


def test_actions_follow_the_rights(sample: Sample, director: User, manager: User) -> None:
    def urls(user: User, words: str) -> list[str]:
        return [hit.url for hit in actions(user, words).hits]

    assert urls(director, "mettre à jour P-1") == [
        "/projets/P-1/avancement/",
        "/projets/P-1/estimer/",
        "/projets/P-1/modifier/",
    ]
    assert urls(director, "update p-3")[0] == "/projets/P-3/avancement/"
    assert urls(manager, "mettre à jour P-3") == []
    assert len(urls(director, "P-1")) == 3
    assert urls(director, "familles") == []


def test_an_auditor_has_no_action(sample: Sample, controller: User) -> None:
    assert [hit.url for hit in actions(controller, "mettre à jour P-1").hits] == []


def test_verbs_are_read_at_the_beginning() -> None:
    assert named("Mettre à jour P-0142")[1] == "p-0142"
    assert named("modifier examens")[1] == "examens"
    assert named("examens") == ([], "examens")


def test_the_match_is_marked_whatever_its_accents() -> None:
    assert marked("Réseau des écoles", "reseau ECOLES") == [
        ("Réseau", True),
        (" des ", False),
        ("écoles", True),
    ]
    assert marked("Cœur", "coe") == [("Cœ", True), ("ur", False)]
    assert marked("rien", "xyz") == [("rien", False)]
    assert folded("ŒUVRE Été") == "oeuvre ete"


def test_what_is_typed_is_escaped(sample: Sample, director: User) -> None:
    page = of(director).get("/recherche/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page
    assert of(director).get("/recherche/", {"q": "a" * 200}).status_code == 422
    assert of(director).get("/recherche/", {"q": "a\x00b"}).status_code == 422
    assert of(director).get("/recherche/suggestions/", {"q": "a\x00b"}).json()["options"] == []
