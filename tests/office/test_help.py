"""Help: one glossary, read by the pages in both languages."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.preferences import keep_preferences
from web.help.glossary import chapters, read_glossary, terms_by_code
from web.help.screens import SCREENS, terms_of


def of(user: User) -> Client:
    """A browser in which a person is logged in."""
    client = Client()
    client.force_login(user)
    return client


def test_every_term_has_both_languages_and_its_own_anchor() -> None:
    terms = [term for chapter in chapters() for term in chapter.terms]
    assert len(terms) > 60
    assert len({term.key for term in terms}) == len(terms)
    assert [term.name for term in terms if not (term.french and term.english)] == []


@pytest.mark.parametrize("section", sorted(SCREENS))
def test_every_screen_names_terms_of_the_glossary(section: str) -> None:
    assert [code for code in SCREENS[section] if code not in terms_by_code()] == []
    assert len(terms_of(section)) >= 4


def test_a_table_of_three_columns_is_read_in_english() -> None:
    head = "## Money\n| French term | Name in code | Meaning |\n|---|---|---|\n"
    text = head + "| gel | `freeze` | x |\n"
    (chapter,) = read_glossary(text)
    term = chapter.terms[0]
    assert (term.name, term.code, term.meaning, term.language) == ("gel", ("freeze",), "x", "en")


def test_the_glossary_is_searched_without_accents(director: User) -> None:
    page = of(director).get("/aide/", {"q": "execution prevue"}).content.decode()
    assert 'id="atterrissage"' in page
    assert 'id="avenant-modification"' not in page
    assert "atterrissage" not in of(director).get("/aide/", {"q": "zzzz"}).content.decode()


@pytest.mark.parametrize(("language", "meaning"), [("fr", "exécution prévue"), ("en", "expected")])
def test_meanings_are_in_the_language_of_the_page(
    director: User, language: str, meaning: str
) -> None:
    keep_preferences(actor=director, language=language)
    assert meaning in of(director).get("/aide/").content.decode()


def test_each_section_has_its_help_at_the_same_place(director: User) -> None:
    page = of(director).get("/projets/").content.decode()
    assert 'class="pf-help' in page
    assert "/aide/#" in page
    assert 'class="pf-help' not in of(director).get("/compte/preferences/").content.decode()


def test_the_keys_are_told_and_say_whether_they_act(director: User) -> None:
    keep_preferences(actor=director, shortcuts=False, language="en")
    page = of(director).get("/aide/clavier/").content.decode()
    assert page.count(">off<") == 10
    assert page.count(">on<") == 1
