"""An empty base: every page answers, says what will be there, and offers what one may do (E36)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from projects.models import PortfolioNode

# Addresses that answer with something else than a page, end the session, or need a provider or a
# link that was sent.
APART = {
    "deconnexion/",
    "recherche/suggestions/",
    "vues/ouvrir/",
    "connexion/fournisseur/",
    "connexion/fournisseur/retour/",
    "lien/",
}
ROLES = (
    Role.PORTFOLIO_DIRECTOR,
    Role.MANAGEMENT_CONTROLLER,
    Role.PARTNER,
    Role.TECHNICAL_ADMIN,
)


def takes_get(pattern: URLPattern) -> bool:
    """Whether the view of an address shows something."""
    view = getattr(pattern.callback, "view_class", None)
    return view is None or (hasattr(view, "get") and "get" in view.http_method_names)


def plain_pages() -> list[str]:
    """Every address of the pages that needs no argument."""
    found: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif "<" not in path and "(" not in path and takes_get(pattern):
                found.append(path)

    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace == "web":
            walk(resolver.url_patterns, "")
    return sorted(set(found) - APART)


def of(user: User) -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_an_empty_base_breaks(db: None, role: Role) -> None:
    user = User.objects.create_user(username="first")
    scope = "X" if role == Role.PARTNER else ""
    establish_grant(user=user, role=role, scope_code=scope)
    client = of(user)
    answers = {path: client.get(f"/{path}", follow=True).status_code for path in plain_pages()}
    assert len(answers) > 20
    wrong = {path: code for path, code in answers.items() if code not in (200, 403)}
    assert wrong == {}
    assert answers[""] == 200


def test_the_five_steps_have_their_state_and_their_button(director: User) -> None:
    steps = {step.key: step for step in of(director).get("/").context["steps"]}
    assert list(steps) == ["portfolio", "people", "import", "nomenclature", "compute"]
    assert not any(step.is_done for step in steps.values())
    assert steps["portfolio"].url == "/portefeuilles/nouveau/"
    assert steps["compute"].url == ""
    PortfolioNode.objects.create(code="DNE", name="DNE", kind="portfolio")
    page = of(director).get("/")
    assert page.context["steps"][0].is_done
    assert (
        "/portefeuilles/"
        not in page.content.decode().split('id="step-portfolio"')[1].split('id="step-people"')[0]
    )


def test_the_steps_follow_the_rights(controller: User, stranger: User) -> None:
    urls = {step.key: step.url for step in of(controller).get("/").context["steps"]}
    assert urls["compute"]
    assert not urls["portfolio"]
    assert not any(step.url for step in of(stranger).get("/").context["steps"])


def test_an_empty_list_says_who_feeds_it_and_offers_to(director: User, manager: User) -> None:
    page = of(manager).get("/projets/").content.decode()
    assert "/projets/nouveau/" in page.split('id="count"')[1]
    assert "/projets/nouveau/" not in of(director).get("/projets/").content.decode()
