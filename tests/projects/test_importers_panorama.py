"""The panorama importer: published figures, editions, and everything that is told or refused."""

from __future__ import annotations

import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from common.tabular import TabularError
from projects.importers.panorama import read_panorama
from projects.importers.panorama_editions import edition_in_file_name
from projects.panorama.facts import PanoramaEditionFacts, summarise
from tests.common.tabular_files import ods, xlsx

REFERENCE = Path(os.environ.get("REFERENCE_DATA", Path(__file__).parents[3] / "shared"))
DATA = REFERENCE / "data"
EXPECTED = REFERENCE / "cases" / "portfolio" / "panorama_expected.json"

needs_reference = pytest.mark.skipif(
    not EXPECTED.exists(), reason="the published editions are in REFERENCE_DATA, which is absent"
)

HEADER = "Projet;Ministère;Interministériel;Début;Durée;Phase;Coût\n"
ONE = "Alizé;MEN;Oui;juillet 2011;6,1;Cadrage;52,4\n"


def read(body: str, **options: object) -> PanoramaEditionFacts:
    """Read one edition from the lines below a short header."""
    options.setdefault("file", "2020-01.csv")
    facts = read_panorama((HEADER + body).encode(), **options)  # type: ignore[arg-type]
    assert len(facts.editions) == 1
    return facts.editions[0]


def codes(facts: PanoramaEditionFacts) -> list[tuple[str, int | None]]:
    return [(warning.code, warning.line) for warning in facts.warnings]


def refused(data: str | bytes, **options: object) -> TabularError:
    options.setdefault("file", "2020-01.csv")
    with pytest.raises(TabularError) as caught:
        read_panorama(data.encode() if isinstance(data, str) else data, **options)  # type: ignore[arg-type]
    return caught.value


# --- Published figures (cases/portfolio/panorama_expected.json) -----------------------------


def _check_published(facts: PanoramaEditionFacts) -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))["editions"][facts.edition]
    summary = summarise(facts)
    # Rows, sums and simple means of the rows. The figures displayed by the pages of 2018-03,
    # 2019-03, 2021-07 and 2021-11 differ from their own rows, for reasons given in the file
    # (“exceptions”: a withheld project counted, two rows listed and not counted).
    assert summary == {
        "edition": facts.edition,
        "projects": expected["rows"],
        "interministerial": expected["interministeriels"],
        "total_cost_meur": expected["couts_meur"],
        "projects_with_cost": expected["n_cout"],
        "mean_duration_years": expected["duree_simple"],
        "projects_with_duration": expected["n_duree"],
        "warnings": [],
    }
    assert summary["total_cost_meur"] is not None
    if expected["cost_reproduced"]:
        shown = round(summary["total_cost_meur"] / 1000, 2)
        assert shown == pytest.approx(float(expected["published"]["total_couts_mdeur"]))


@needs_reference
@pytest.mark.parametrize(
    ("name", "edition", "published_on"),
    [
        ("panorama_2016-11.csv", "2016-11", dt.date(2016, 11, 3)),
        ("panorama_2017-06.csv", "2017-06", dt.date(2017, 6, 1)),
        # Dated 28/02/2018, published as the edition of March.
        ("panorama_2018-03.xlsx", "2018-03", dt.date(2018, 2, 28)),
    ],
)
def test_a_raw_edition_gives_its_published_figures(
    name: str, edition: str, published_on: dt.date
) -> None:
    path = DATA / "panorama_raw" / name
    (facts,) = read_panorama(path).editions
    assert (facts.edition, facts.published_on) == (edition, published_on)
    _check_published(facts)
    # The name of the file is not needed.
    assert read_panorama(path.read_bytes()).editions[0].edition == edition


@needs_reference
def test_the_normalised_file_gives_the_published_figures_of_eight_editions() -> None:
    facts = read_panorama(DATA / "panorama_grands_projets_dinum.csv")
    assert len(facts.editions) == 8
    for edition in facts.editions:
        _check_published(edition)


@needs_reference
def test_every_ministry_and_phase_ever_published_is_in_the_tables() -> None:
    rows = [
        row
        for edition in read_panorama(DATA / "panorama_grands_projets_dinum.csv").editions
        for row in edition.rows
    ]
    assert len(rows) == 436
    assert not [row.ministry_label for row in rows if not row.ministry_code]
    assert len({row.ministry_label for row in rows}) == 34
    # 141 published titles, 109 projects once case, accents, spaces and aliases are set aside.
    assert len({row.title for row in rows}) == 141
    assert len({row.project_key for row in rows}) == 109


# --- Editions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "edition"),
    [
        ("panorama_2016-11.csv", "2016-11"),
        ("Panorama_des_grands_projets_SI_-_20170630.csv", "2017-06"),
        ("panorama_201803.xlsx", "2018-03"),
        ("panorama 2018_03.ods", "2018-03"),
        ("panorama-novembre-2018.csv", "2018-11"),
        ("Panorama décembre 2023.xlsx", "2023-12"),
        ("export.xlsx", None),
        ("panorama_2016-13.csv", None),
        ("v2.0-1234201611.csv", None),
        ("de_2016-11_a_2017-06.csv", None),
    ],
)
def test_a_file_name_may_tell_the_edition(file: str, edition: str | None) -> None:
    assert edition_in_file_name(file) == edition


def test_the_edition_asked_for_wins_then_the_column_the_date_and_the_name() -> None:
    dated = HEADER.replace("Projet", "Projet;Date de publication").encode()
    row = b"Aliz\xc3\xa9;03/11/2016;MEN;Oui;;;Cadrage;\n"
    assert read_panorama(dated + row, edition="2019-01").editions[0].edition == "2019-01"
    assert read_panorama(dated + row).editions[0].edition == "2016-11"
    assert read_panorama(dated + row, file="2016-12.csv").editions[0].edition == "2016-11"
    assert read(ONE, file="2016-12.csv").edition == "2016-12"
    column = dated.replace(b"Projet;", b"Projet;Edition;")
    row = row.replace(b";03", b";novembre 2017;03")
    assert read_panorama(column + row).editions[0].edition == "2017-11"


def test_a_file_name_that_tells_another_edition_is_told() -> None:
    assert ("edition_differs", None) in codes(read(ONE, edition="2019-01"))


def test_an_edition_column_gives_each_edition_and_one_may_be_picked() -> None:
    text = "Edition;" + HEADER + "2018-07;" + ONE + "2018-11;" + ONE + "2018-11;" + ONE[1:]
    facts = read_panorama(text.encode())
    assert [(e.edition, len(e.rows)) for e in facts.editions] == [("2018-07", 1), ("2018-11", 2)]
    (picked,) = read_panorama(text.encode(), edition="2018-07").editions
    assert (len(picked.rows), codes(picked)) == (1, [("other_editions", None)])
    error = refused(text, edition="2018-08")
    assert (error.code, error.column) == ("edition", "Edition")


@pytest.mark.parametrize("edition", ["2018", "2018-13", "2018-7", "1918-07", "2018-07-01", "x"])
def test_an_edition_is_a_year_and_a_month(edition: str) -> None:
    assert refused(HEADER + ONE, edition=edition).code == "edition"


def test_an_edition_that_nothing_tells_is_refused() -> None:
    assert refused(HEADER + ONE, file="export.csv").code == "edition"
    bad = refused("Edition;" + HEADER + "2018-07;" + ONE + "huit;" + ONE)
    assert (bad.code, bad.line, bad.column) == ("edition", 3, "Edition")
    dates = "Publication;" + HEADER + "01/06/2017;" + ONE + "01/07/2017;" + ONE
    several = refused(dates)
    assert (several.code, several.line) == ("several_editions", 3)


# --- What is read, withheld or told -----------------------------------------------------------


def test_a_row_is_read_with_its_line() -> None:
    (row,) = read(ONE).rows
    assert (row.line, row.title, row.project_key, row.ministry_code) == (2, "Alizé", "alize", "EDU")
    assert (row.cost_meur, row.duration_years) == (Decimal("52.4"), Decimal("6.1"))
    assert (row.started_on, row.phase) == (dt.date(2011, 7, 1), "framing")
    assert row.is_interministerial


@pytest.mark.parametrize(
    "wording", ["", "NA", "n/a", "En cadrage", "–", "Non communiqué", "None", "EN  CADRAGE"]
)
def test_a_withheld_figure_is_null_without_a_warning(wording: str) -> None:
    facts = read(f"Alizé;MEN;Oui;{wording};{wording};Cadrage;{wording}\n")
    (row,) = facts.rows
    assert (row.cost_meur, row.duration_years, row.started_on) == (None, None, None)
    assert codes(facts) == []
    assert summarise(facts)["total_cost_meur"] is None
    assert summarise(facts)["mean_duration_years"] is None


def test_the_sentence_of_withheld_projects_is_a_phase_not_disclosed() -> None:
    sentence = (
        "Les éléments chiffrés des projets en cours d’appel d’offres ou dont la trajectoire est en"
        " cours de révision ne sont volontairement pas publiés par la DINUM."
    )
    facts = read(f"Alizé;MEN;Oui;{sentence};{sentence};{sentence};{sentence}\n")
    assert (facts.rows[0].phase, facts.rows[0].cost_meur) == ("not_disclosed", None)
    assert codes(facts) == []


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ("MEN;Oui;;;Cadrage;environ douze millions", "not_a_number", "Coût"),
        ("MEN;Oui;;;Cadrage;1_000", "not_a_number", "Coût"),
        ("MEN;Oui;;;Cadrage;-5", "negative", "Coût"),
        ("MEN;Oui;;;Cadrage;52400000", "too_great", "Coût"),
        ("MEN;Oui;;2014;Cadrage;", "too_great", "Durée"),
        ("MEN;Oui;;deux ans;Cadrage;", "not_a_number", "Durée"),
        ("MEN;Oui;01/09/14;;Cadrage;", "not_a_date", "Début"),
        ("MEN;Oui;41883;;Cadrage;", "serial_date", "Début"),
        ("MEN;Parfois;;;Cadrage;", "not_a_boolean", "Interministériel"),
        ("MEN;;;;Cadrage;", "not_a_boolean", "Interministériel"),
        ("MEN;Oui;;;Sieste;", "unknown_phase", "Phase"),
        ("Ministère du Temps libre;Oui;;;Cadrage;", "unknown_ministry", "Ministère"),
        (";Oui;;;Cadrage;", "unknown_ministry", "Ministère"),
    ],
)
def test_what_cannot_be_read_is_told_and_the_project_counts(
    cells: str, code: str, column: str
) -> None:
    facts = read(f"Alizé;{cells}\n")
    (warning,) = facts.warnings
    assert (warning.code, warning.line, warning.column) == (code, 2, column)
    assert set(warning.as_dict()) == {"line", "column", "value", "message"}
    assert len(facts.rows) == 1


@pytest.mark.parametrize(
    ("heading", "cell", "expected"),
    [
        ("Coût", "6,1 M€", "6.1"),
        ("Coût", "850 k€", "0.85"),
        ("Coût", "1,2 Md€", "1200"),
        ("Coût (en M€)", "6,1", "6.1"),
        ("Coût estimé (k€)", "6 100", "6.1"),
        ("Coût total en euros", "6 100 000", "6.1"),
        ("Coût estimé (M€ TTC) (1)", "6,1", "6.1"),
        ("COUT ESTIMÉ*", "6,1", "6.1"),
    ],
)
def test_a_cost_is_brought_to_millions_of_euros(heading: str, cell: str, expected: str) -> None:
    text = HEADER.replace("Coût", heading) + f"Alizé;MEN;Oui;;;Cadrage;{cell}\n"
    (row,) = read_panorama(text.encode(), file="2020-01.csv").editions[0].rows
    assert row.cost_meur == Decimal(expected)


@pytest.mark.parametrize(
    ("heading", "cell", "expected"),
    [
        ("Durée", "4 ans", "4"),
        ("Durée", "30 mois", "2.5"),
        ("Durée prévisionnelle (en mois)", "30", "2.5"),
        ("Durée (années)", "2,5", "2.5"),
    ],
)
def test_a_duration_is_brought_to_years(heading: str, cell: str, expected: str) -> None:
    text = HEADER.replace("Durée", heading) + f"Alizé;MEN;Oui;;{cell};Cadrage;\n"
    (row,) = read_panorama(text.encode(), file="2020-01.csv").editions[0].rows
    assert row.duration_years == Decimal(expected)


def test_a_cost_outside_its_band_is_told() -> None:
    text = HEADER.replace("Coût", "Coût;Tranche") + "Alizé;MEN;Oui;;;Cadrage;61;entre 5 et 9 M€\n"
    (facts,) = read_panorama(text.encode(), file="2020-01.csv").editions
    assert (codes(facts), facts.rows[0].cost_meur) == ([("outside_band", 2)], Decimal(61))


def test_what_is_dropped_is_told_and_no_project_is_lost() -> None:
    text = (
        "Panorama des grands projets;;;;;;;\n"
        ";;;;;;;\n"
        + HEADER.replace("\n", ";Avis\n")
        + ONE.replace("\n", ";bon\n")
        + HEADER.replace("\n", ";Avis\n")
        + "Bora;MEN;Non;;2;Terminé;1;\n"
        + ";;;;;;;\n"
        + "TOTAL;;;;8,1;;53,4;\n"
        + "* hors coûts internes;;;;;;;\n"
        + ";;;;;;53,4;\n"
    )
    (facts,) = read_panorama(text.encode(), file="2020-01.csv").editions
    assert [row.title for row in facts.rows] == ["Alizé", "Bora"]
    assert codes(facts) == [
        ("preamble", 1),
        ("column_ignored", 3),
        ("total", 8),
        ("note", 9),
        ("total", 10),
    ]


def test_a_project_named_like_a_total_is_a_project() -> None:
    facts = read("Total Recall;MEN;Non;;2;Terminé;1\nEnsemble;MJ;Oui;;2;Terminé;1\n")
    assert [row.title for row in facts.rows] == ["Total Recall", "Ensemble"]
    assert codes(facts) == []


def test_the_same_project_twice_in_an_edition_counts_twice_and_is_told() -> None:
    facts = read(ONE + ONE.replace("Alizé", "ALIZE"))
    assert (len(facts.rows), codes(facts)) == (2, [("duplicate_title", 3)])


# --- What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a;b\n1;2\n", "header_not_found", None),
        (HEADER, "no_project", 1),
        (HEADER.replace(";Durée", "") + "Alizé;MEN;Oui;;Cadrage;1\n", "missing_column", 1),
        (HEADER.replace("Ministère", "x") + ONE, "missing_column", 1),
        (HEADER.replace("Début", "Coût total") + "Alizé;MEN;Oui;5;;Cadrage;6\n",
         "ambiguous_column", 1),
        (HEADER + ONE + ";MJ;Oui;;3;Cadrage;12\n", "missing_title", 3),
        (HEADER + ONE + "Bora;MJ;Oui;;3;Cadrage;12;5\n", "too_many_cells", 3),
        ("", "empty_file", None),
    ],
)  # fmt: skip
def test_what_would_lose_a_project_or_be_a_guess_is_refused(
    text: str, code: str, line: int | None
) -> None:
    error = refused(text)
    assert (error.code, error.line) == (code, line)


def test_an_empty_double_of_a_column_is_no_doubt() -> None:
    text = HEADER.replace("Début", "Coût total") + "Alizé;MEN;Oui;;;Cadrage;6\n"
    (row,) = read_panorama(text.encode(), file="2020-01.csv").editions[0].rows
    assert row.cost_meur == Decimal(6)


@pytest.mark.parametrize("build", [xlsx, ods])
def test_the_sheet_of_projects_is_found_among_others(build) -> None:  # type: ignore[no-untyped-def]
    table = [line.split(";") for line in (HEADER + ONE).strip().splitlines()]
    data = build({"Notice": [["Lire", "ceci"]], "Projets": table})
    name = f"2020-01.{build.__name__}"
    (facts,) = read_panorama(data, file=name).editions
    assert (len(facts.rows), codes(facts)) == (1, [("sheet_ignored", None)])
    both = build({"Un": table, "Deux": table})
    assert refused(both, file=name).code == "several_sheets"
    assert len(read_panorama(both, file=name, sheet="Deux").editions[0].rows) == 1


def test_a_hidden_copy_of_the_sheet_is_not_read() -> None:
    table = [line.split(";") for line in (HEADER + ONE).strip().splitlines()]
    data = xlsx({"Projets": table, "Copie": table}, hidden=["Copie"])
    (facts,) = read_panorama(data, file="2020-01.xlsx").editions
    assert (len(facts.rows), codes(facts)) == (1, [("sheet_ignored", None)])
