"""Exports: typed, exact, streamed, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.tabular import Column, read_table, write_csv, write_xlsx
from common.tabular.notes import notes_name

COLUMNS = [
    Column("Projet"),
    Column("Coût", "money", "EUR", "full cost, TTC"),
    Column("Début", "date"),
    Column("Clos", "boolean"),
]
ROWS = [
    ("École", Decimal("-1234567.89"), dt.date(2014, 9, 1), True),
    ('=HYPERLINK("x")', None, None, False),
]


def test_a_french_export_opens_as_it_should_in_a_french_spreadsheet() -> None:
    assert b"".join(write_csv(ROWS, COLUMNS, flavour="fr")).decode() == (
        "\ufeffProjet;Coût;Début;Clos\r\n"
        "École;-1234567,89;01/09/2014;Oui\r\n"
        '"\'=HYPERLINK(""x"")";;;Non\r\n'
    )


def test_a_standard_export_is_for_programs() -> None:
    assert b"".join(write_csv(ROWS, COLUMNS)).decode() == (
        "Projet,Coût,Début,Clos\r\n"
        "École,-1234567.89,2014-09-01,true\r\n"
        '"\'=HYPERLINK(""x"")",,,false\r\n'
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", " ="])
def test_a_text_that_a_spreadsheet_would_run_is_neutralised(start: str) -> None:
    data = b"".join(write_csv([[f"{start}1+1"]], [Column("Texte")]))
    assert list(csv.reader(io.StringIO(data.decode(), newline="")))[1] == [f"'{start}1+1"]


def test_negative_numbers_are_numbers() -> None:
    rows = [[-1, Decimal("-0.10"), -2.5]]
    columns = [Column("a", "integer"), Column("b", "money"), Column("c", "decimal")]
    assert b"".join(write_csv(rows, columns)).splitlines()[1] == b"-1,-0.10,-2.5"


def test_an_export_is_streamed() -> None:
    taken = 0

    def rows() -> Iterator[tuple[int]]:
        nonlocal taken
        for number in range(10_000):
            taken += 1
            yield (number,)

    next(write_csv(rows(), [Column("n", "integer")]))
    assert taken < 1_000


def _book(rows: list[tuple[object, ...]], **options: object) -> bytes:
    stream = io.BytesIO()
    write_xlsx(stream, COLUMNS, rows, [("Filtre", "=x"), ("Au", dt.date(2024, 1, 1))], **options)  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_workbook_has_typed_cells_and_notes() -> None:
    table = read_table(_book([*ROWS, ("-5", Decimal("12345678901234567.89"), None, None)]))
    data, notes = table.sheets
    assert [row.cells for row in data.rows] == [
        ("Projet", "Coût", "Début", "Clos"),
        ("École", -1234567.89, dt.date(2014, 9, 1), True),
        ('=HYPERLINK("x")', None, None, False),
        # More digits than a spreadsheet number holds: kept exact, as text.
        ("-5", "12345678901234567.89", None, None),
    ]
    assert notes.name == notes_name()
    assert notes.rows[0].cells[:2] == ("Filtre", "=x")
    assert notes.rows[1].cells[:2] == ("Au", dt.date(2024, 1, 1))
    assert ("Coût", "EUR", "full cost, TTC") in [row.cells for row in notes.rows]


def test_the_same_data_give_the_same_workbook() -> None:
    created = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert _book(list(ROWS), created=created) == _book(list(ROWS), created=created)


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10),
            st.decimals(
                allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12, places=2
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_numbers_come_back_from_a_csv_exactly(rows: list[tuple[str, Decimal]]) -> None:
    columns = [Column("Texte"), Column("Montant", "money")]
    data = b"".join(write_csv(rows, columns, flavour="fr")).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(data, newline=""), delimiter=";"))[1:]
    assert [Decimal(amount.replace(",", ".")) for _text, amount in read] == [r[1] for r in rows]
    assert not any(text.startswith(("=", "+", "-", "@")) for text, _amount in read)
