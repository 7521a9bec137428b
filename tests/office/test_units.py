"""The unit that a person chose is in every amount and named in every caption."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Preferences, User
from accounts.services.preferences import keep_preferences
from common.templatetags import amounts
from common.units import amounts_in, named_in_unit
from indicators.services.runs import request_computation
from tests.samples import AS_OF, Sample
from web.fields import AmountField

NB = "\u00a0"


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


@pytest.mark.parametrize(
    ("unit", "table", "sentence"),
    [
        ("", f"1{NB}234{NB}567,89", f"1,23{NB}M€"),
        ("eur", f"1{NB}234{NB}567,89", f"1{NB}234{NB}567,89{NB}€"),
        ("keur", f"1{NB}234,6", f"1{NB}234,6{NB}k€"),
        ("meur", "1,23", f"1,23{NB}M€"),
        ("dollars", f"1{NB}234{NB}567,89", f"1,23{NB}M€"),
    ],
)
def test_an_amount_follows_the_unit(unit: str, table: str, sentence: str) -> None:
    with translation.override("fr"), amounts_in(unit):
        assert amounts.amount("1234567.89") == table
        assert amounts.millions("1234567.89") == sentence
        assert amounts.in_billions("1234567890") == "1,23"
    with translation.override("fr"):
        assert amounts.amount("1234567.89") == f"1{NB}234{NB}567,89"


def test_a_caption_names_the_unit_in_force() -> None:
    captions = ("Costs in M€, TTC", "euros, TTC", "Coût (M€)", "Montants (€)")
    assert [named_in_unit(text) for text in captions] == list(captions)
    with amounts_in("keur"):
        assert [named_in_unit(text) for text in captions] == [
            "Costs in k€, TTC",
            "k€, TTC",
            "Coût (k€)",
            "Montants (k€)",
        ]
        assert named_in_unit("€1.2k, européens") == "€1.2k, européens"


def test_a_form_stays_in_euros() -> None:
    with translation.override("fr"), amounts_in("meur"):
        assert AmountField().prepare_value(amounts.exact("1234567.89")) == f"1{NB}234{NB}567,89"


@pytest.mark.parametrize("path", ["/projets/", "/projets/P-1/", "/", "/budget/paiements/"])
def test_no_page_mixes_two_units(computed: Sample, director: User, path: str) -> None:
    keep_preferences(actor=director, unit="keur")
    page = of(director).get(path).content.decode()
    main = page.split("<main", 1)[1].split("</main>")[0].replace("<!--", "")
    body = re.sub(r'<form method="post" action="/compte/unite/".*?</form>', "", main, flags=re.S)
    text = re.sub(r"<[^>]+>", " ", body)
    assert "k€" in text
    assert "M€" not in text
    assert not re.search(r"\beuros\b", text)


def test_exports_stay_in_euros(computed: Sample, director: User) -> None:
    def exported() -> str:
        answer = of(director).get("/projets/", {"format": "csv"})
        return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    before = exported()
    keep_preferences(actor=director, unit="meur")
    assert exported() == before
    assert "1200000" in before


def test_the_switch_of_the_bar_keeps_the_unit_and_goes_back(director: User, db: None) -> None:
    client = of(director)
    answer = client.post("/compte/unite/", {"unit": "keur", "next": "/projets/?sort=-cost"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/projets/?sort=-cost")
    assert Preferences.objects.get(user=director).unit == "keur"
    answer = client.post("/compte/unite/", {"unit": "zzz", "next": "https://example.org/"})
    assert answer.headers["Location"] == "/"
    assert Preferences.objects.get(user=director).unit == "keur"


def test_a_language_is_kept_per_person_and_addresses_do_not_change(director: User) -> None:
    client = of(director)
    assert b'lang="fr"' in client.get("/projets/", headers={"accept-language": "fr"}).content
    client.post("/langue/", {"language": "en", "next": "/projets/"})
    other = of(director)
    assert b'<html lang="en"' in other.get("/projets/").content
    assert client.post("/langue/", {"language": "xx"}).status_code == 302
    assert Preferences.objects.get(user=director).language == "en"


def test_preferences_are_edited_in_a_page(director: User) -> None:
    client = of(director)
    chosen = {
        "language": "",
        "unit": "meur",
        "density": "comfortable",
        "theme": "dark",
        "notification_rhythm": "weekly",
    }
    answer = client.post("/compte/preferences/", chosen)
    assert answer.status_code == 302
    assert answer.cookies["pf_scheme"].value == "dark"
    row = Preferences.objects.get(user=director)
    assert (row.shortcuts, row.notification_rhythm) == (False, "weekly")
    page = client.get("/compte/preferences/").content.decode()
    assert 'data-pf-density="comfortable"' in page
    assert 'data-fr-scheme="dark"' in page
    assert "data-pf-shortcuts" not in page
    wrong = client.post("/compte/preferences/", {**chosen, "unit": "zzz"})
    assert wrong.status_code == 422
    assert b'id="error-summary"' in wrong.content
