"""Cells of French files: worked examples first, then properties."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.tabular.parsing import (
    CellError,
    clean_text,
    normalise_title,
    parse_bool,
    parse_date,
    parse_number,
    parse_serial,
    read_written_number,
)

# Forms of the raw editions 2016-11 to 2018-03, French typography and accounting.
NUMBERS = [
    ("6,1", "6.1"),
    ("6.1", "6.1"),
    ("3.750684931506849", "3.750684931506849"),
    ("8,0054794520548", "8.0054794520548"),
    ("52.0", "52.0"),
    ("161", "161"),
    (" 1 234 567,89 ", "1234567.89"),
    ("1\u00a0234\u00a0567,89", "1234567.89"),
    ("1\u202f234\u202f567,89", "1234567.89"),
    ("1\u2009234.5", "1234.5"),
    ("-12,5", "-12.5"),
    ("\u221212,5", "-12.5"),
    ("+3", "3"),
    ("(100)", "-100"),
    ("( 1 234,50 )", "-1234.50"),
    ("100-", "-100"),
    ("1 234,50 -", "-1234.50"),
    ("-0", "0"),
    ("0007", "7"),
    (7, "7"),
    (57.0, "57.0"),
    (53.02, "53.02"),
    (-0.1, "-0.1"),
]

NOT_NUMBERS = [
    "1_000",
    "\uff11\uff12",
    "١٢",
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "1e5",
    "1,5E+07",
    "1,234.56",
    "1.234,56",
    "1.234.567",
    "1 23",
    "12 34",
    "1234 567",
    "1  234",
    ",5",
    "5,",
    "--5",
    "(-5)",
    "(5",
    "-5-",
    "(5-)",
    "5--",
    "5+",
    "0x10",
    "6,1 M€",
    "En cadrage",
    "1" * 41,
    float("nan"),
    float("inf"),
    True,
    dt.date(2016, 1, 6),
]


@pytest.mark.parametrize(("cell", "expected"), NUMBERS)
def test_a_number_is_read_exactly(cell: object, expected: str) -> None:
    assert parse_number(cell) == Decimal(expected)


@pytest.mark.parametrize("cell", NOT_NUMBERS)
def test_what_is_not_plainly_a_number_is_refused(cell: object) -> None:
    with pytest.raises(CellError) as caught:
        parse_number(cell)
    assert caught.value.code == "not_a_number"


@pytest.mark.parametrize("cell", [None, "", "   ", "\u00a0", "\u202f\u200b"])
def test_a_blank_cell_holds_nothing(cell: object) -> None:
    assert parse_number(cell) is None
    assert parse_date(cell) is None
    assert parse_bool(cell) is None
    assert clean_text(cell) == ""


DATES = [
    ("2016-11-03", (2016, 11, 3)),
    ("2016-11-03T00:00:00", (2016, 11, 3)),
    ("2016-11", (2016, 11, 1)),
    ("01/07/2011", (2011, 7, 1)),
    ("1/7/2011", (2011, 7, 1)),
    ("07/2011", (2011, 7, 1)),
    ("juillet 2011", (2011, 7, 1)),
    ("Juillet\u00a02011", (2011, 7, 1)),
    ("JUILLET 2011", (2011, 7, 1)),
    ("septembre 14", (2014, 9, 1)),
    ("octobre 14", (2014, 10, 1)),
    ("février 15", (2015, 2, 1)),
    ("fevrier 15", (2015, 2, 1)),
    ("fe\u0301vrier 15", (2015, 2, 1)),
    ("janv. 2014", (2014, 1, 1)),
    ("janv.-14", (2014, 1, 1)),
    ("févr 2016", (2016, 2, 1)),
    ("avr. 10", (2010, 4, 1)),
    ("juil. 13", (2013, 7, 1)),
    ("août 2014", (2014, 8, 1)),
    ("AOUT 2014", (2014, 8, 1)),
    ("sept. 2014", (2014, 9, 1)),
    ("déc 15", (2015, 12, 1)),
    ("1er septembre 2014", (2014, 9, 1)),
    ("15 janvier 2016", (2016, 1, 15)),
    ("29/02/2016", (2016, 2, 29)),
    (dt.date(2018, 2, 28), (2018, 2, 28)),
    (dt.datetime(2018, 2, 28, 12, 30), (2018, 2, 28)),  # noqa: DTZ001  a spreadsheet has no zone
    (43159, (2018, 2, 28)),
    (43159.0, (2018, 2, 28)),
    (43159.75, (2018, 2, 28)),
]

NOT_DATES = [
    "01/09/14",
    "14-09-01",
    "01-09-2014",
    "01.09.2014",
    "2014/09/01",
    "31/02/2014",
    "29/02/2015",
    "13/13/2014",
    "00/01/2014",
    "2014",
    "43159",
    "14 septembre",
    "september 14",
    "ju 14",
    "septembre 214",
    "septembre \uff11\uff14",
    "\uff12\uff10\uff11\uff16-11-03",
    "septembre",
    "En cadrage",
    "2016-11-03 12:30",
    2014,
    2014.0,
    0,
    -1,
    1e9,
    True,
    float("nan"),
    dt.time(1, 2),
]


@pytest.mark.parametrize(("cell", "expected"), DATES)
def test_a_date_is_read(cell: object, expected: tuple[int, int, int]) -> None:
    assert parse_date(cell) == dt.date(*expected)


@pytest.mark.parametrize("cell", NOT_DATES)
def test_what_is_not_plainly_a_date_is_refused(cell: object) -> None:
    with pytest.raises(CellError):
        parse_date(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Oui", True),
        ("OUI", True),
        (" o ", True),
        ("Vrai", True),
        (True, True),
        ("Non", False),
        ("n", False),
        ("FAUX", False),
        (False, False),
    ],
)
def test_yes_and_no_are_read(cell: object, expected: bool) -> None:
    assert parse_bool(cell) is expected


@pytest.mark.parametrize("cell", ["peut-être", "1", "0", 1, 0.0, "ouinon", "NA"])
def test_what_is_neither_yes_nor_no_is_refused(cell: object) -> None:
    with pytest.raises(CellError):
        parse_bool(cell)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("FRANCE CONNECT PHASE II", "FranceConnect Phase II"),
        ("Expadon 2", "EXPADON  2"),
        ("Géoportail", "GEOPORTAIL"),
        ("SI-Samu", "si samu"),
        ("Réseau interministériel de l’État", "RESEAU INTERMINISTERIEL DE L'ETAT"),
        ("Paysage\u00a0: modernisation", "Paysage - Modernisation"),
        ("Mise en œuvre", "MISE EN OEUVRE"),
    ],
)
def test_titles_are_the_same_but_for_case_accents_punctuation_and_spaces(
    first: str, second: str
) -> None:
    assert normalise_title(first) == normalise_title(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [("CYCLE 1", "CYCLE 2"), ("lots 1 2", "lots 12"), ("PNIJ", "PNIJ NG"), ("A", "B")],
)
def test_different_titles_stay_different(first: str, second: str) -> None:
    assert normalise_title(first) != normalise_title(second)


def _french(value: Decimal, space: str, minus: str) -> str:
    whole, _point, fraction = format(abs(value), "f").partition(".")
    grouped = f"{int(whole):,}".replace(",", space)
    text = f"{grouped},{fraction}" if fraction else grouped
    return f"{minus}{text}" if value < 0 else text


@given(
    st.decimals(min_value=-(10**15), max_value=10**15, places=2),
    st.sampled_from(["", " ", "\u00a0", "\u202f"]),
    st.sampled_from(["-", "\u2212"]),
)
def test_any_amount_written_in_french_is_read_back(value: Decimal, space: str, minus: str) -> None:
    assert parse_number(_french(value, space, minus)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_spreadsheet_number_is_read_as_it_is_shown(value: float) -> None:
    assert float(parse_number(value)) == value


@given(st.text(max_size=30))
def test_a_text_is_a_finite_number_or_is_refused(text: str) -> None:
    try:
        value = parse_number(text)
    except CellError:
        return
    assert value is None or value.is_finite()


MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_every_written_form_of_a_date_gives_the_same_day(day: dt.date) -> None:
    month = MONTHS[day.month - 1]
    assert parse_date(f"{day:%Y-%m-%d}") == day
    assert parse_date(f"{day:%d/%m/%Y}") == day
    assert parse_date(f"{day.day} {month} {day.year}") == day
    assert parse_date(f"{month} {day:%y}") == day.replace(day=1)
    assert parse_date(f"{month.upper()} {day.year}") == day.replace(day=1)
    assert parse_serial((day - dt.date(1899, 12, 30)).days) == day


@given(st.text(max_size=30))
def test_a_text_is_a_date_of_our_time_or_is_refused(text: str) -> None:
    try:
        day = parse_date(text)
    except CellError:
        return
    assert day is None or 1900 <= day.year < 2200


@given(st.text(max_size=60))
def test_normalising_a_title_twice_changes_nothing_more(text: str) -> None:
    once = normalise_title(text)
    assert normalise_title(once) == once


@pytest.mark.parametrize(
    ("cell", "mark", "expected"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1.234.567,5-", ",", "-1234567.5"),
        ("1.500", ",", "1500"),
        ("1,234.56", ".", "1234.56"),
        ("1'234'567.8", ".", "1234567.8"),
        ("(12.000,00)", ",", "-12000.00"),
        ("1 234,56", ",", "1234.56"),
        ("12,5", ",", "12.5"),
    ],
)
def test_the_other_mark_groups_digits_where_the_decimal_mark_is_known(
    cell: str, mark: str, expected: str
) -> None:
    assert read_written_number(cell, mark).value == Decimal(expected)


@pytest.mark.parametrize("cell", ["1.23,45", "12.34.567,8", "1.234'567,8", "1,234.56", "1.234,"])
def test_groups_that_are_not_of_three_digits_or_of_two_signs_are_refused(cell: str) -> None:
    with pytest.raises(CellError):
        read_written_number(cell, ",")
