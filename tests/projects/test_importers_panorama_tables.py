"""The data tables of the panorama: headings, ministries, aliases, wordings."""

from __future__ import annotations

import datetime as dt

import pytest

from projects.importers.panorama import read_panorama
from projects.importers.panorama_cells import lolf_programmes
from projects.importers.panorama_layout import field_of
from projects.panorama.matching import Named, near_misses
from projects.panorama.reference import (
    band_of,
    is_total,
    is_withheld,
    ministry_labels,
    ministry_of,
    phase_of,
    project_of,
)


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Ministère porteur ", "ministry"),
        ("MINISTÈRE NOM COMPLET", "ministry_full"),
        ("Durée du projet en années", "duration"),
        ("duree_previsionnelle_annees", "duration"),
        ("cout_estime_meur", "cost"),
        ("Coût complet estimé", "cost"),
        ("Coût estimé par tranche", "cost_band"),
        ("Coût estimé (HT)", None),
        ("Financement [programme(s)]", "funding"),
        ("Date de publication", "published_on"),
        ("Observations", None),
    ],
)
def test_a_heading_is_known_by_its_words(heading: str, name: str | None) -> None:
    assert field_of(heading) == name


def test_ministries_are_known_by_their_successive_names() -> None:
    then, now = dt.date(2016, 11, 1), dt.date(2021, 11, 1)
    for label, day, code in (
        ("MENESR", then, "EDU"),
        ("Ministère de l’Education nationale, de la Jeunesse et des Sports", now, "EDU"),
        ("Ministère de la Défense", then, "ARM"),
        ("MINISTERE DES ARMEES", now, "ARM"),
    ):
        found = ministry_of(label, day)
        assert found is not None
        assert found.code == code
    assert ministry_of("Ministère du Temps libre", now) is None
    for label in ministry_labels():
        assert not (label.valid_from and label.valid_to and label.valid_to < label.valid_from)


@pytest.mark.parametrize(
    ("title", "project"),
    [
        ("SÉGUR-FONTENOY", "SEGUR"),
        ('SI-Samu  (étape "Construction & Pilote")', "SI SAMU"),
        ("si paie des EPLE (Opera)", "OPER@"),
        ("GENESIS V2", "GENESIS V2"),
        ("Inconnu", "Inconnu"),
    ],
)
def test_a_project_is_known_by_its_other_titles(title: str, project: str) -> None:
    assert project_of(title)[0] == project


def test_near_misses_are_told_within_a_ministry_and_never_merged() -> None:
    text = (
        "Projet;Ministère;Interministériel;Durée;Phase;Coût\n"
        "Projet Sirocco;MEN;Non;2;Terminé;1\n"
        "Projet Siroco;MEN;Non;2;Terminé;1\n"
        "Projet Sirrocco;MJ;Non;2;Terminé;1\n"
    )
    (facts,) = read_panorama(text.encode(), edition="2020-01").editions
    assert len(facts.rows) == 3
    assert [(told.code, told.line) for told in facts.warnings] == [("near_miss", 3)]
    names = [Named("genesis", "GENESIS", "JUS"), Named("genesisv2", "GENESIS V2", "JUS")]
    # Two projects by the table, in spite of their titles.
    assert list(near_misses(names)) == []


@pytest.mark.parametrize(
    ("funding", "programmes"),
    [
        ("Coordination du travail gouvernemental (P129)", ("129",)),
        ("Police nationale (P176) à 80% / P307 à 16,8% / (P216) à 1,6%", ("176", "307", "216")),
        ("Programmes 310/107/349", ("310", "107", "349")),
        ("212-0005", ("212",)),
        ("215 et 218", ("215", "218")),
        ("Programme 176/police : 80%\nProgramme 176", ("176",)),
        ("Financement PLFSS 2017", ()),
        ("", ()),
    ],
)
def test_programmes_are_found_in_a_free_text(funding: str, programmes: tuple[str, ...]) -> None:
    assert lolf_programmes(funding) == programmes


def test_wordings_are_data() -> None:
    assert phase_of("CONCEPTION/REALISATION") == "build"
    assert phase_of("Sieste") is None
    assert is_withheld("En cadrage")
    assert not is_withheld("12")
    assert is_total("Sous-total : Justice")
    assert not is_total("Alizé")
    band = band_of("moins de 5M€")
    assert band is not None
    assert band.code == "under_5"
    assert band_of("< 5 M€") == band
