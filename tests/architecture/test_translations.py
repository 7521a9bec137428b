"""French is complete and compiled; the compiled files need no gettext to be used."""

from __future__ import annotations

import pytest
from django.utils import translation

from scripts import translations
from tests.architecture.source import name


def test_there_is_a_french_catalogue():
    assert [path for path in translations.catalogues() if "fr" in path.parts]


@pytest.mark.parametrize("path", translations.catalogues(), ids=name)
def test_catalogue_is_complete_and_compiled(path):
    assert translations.catalogue_faults(path) == []


def test_no_proper_noun_is_listed_without_being_used():
    known = {
        entry.msgid for path in translations.catalogues() for entry in translations.entries(path)
    }
    assert translations.proper_nouns() - known == set()


def test_french_is_what_a_page_gets():
    plain = {
        entry.msgid: entry.msgstr
        for path in translations.catalogues()
        for entry in translations.entries(path)
        if path.stem == "django" and not (entry.msgid_plural or entry.msgctxt)
    }
    with translation.override("fr"):
        assert {msgid: translation.gettext(msgid) for msgid in plain} == plain
