"""What the writers wrote is what the reader reads, whatever the values; and nothing is held."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.tabular import (
    Column,
    TabularError,
    TooManyRows,
    describe,
    write_csv,
    write_ods,
    write_xlsx,
)
from common.tabular.columns import neutralise, strip_mark
from common.tabular.typed import ColumnReader
from tests.common.in_process import read_here

COLUMNS = [
    Column("reference"),
    Column("text"),
    Column("amount", "money"),
    Column("day", "date"),
    Column("flag", "boolean"),
    Column("count", "integer"),
]
KINDS = ("text", "text", "number", "date", "boolean", "integer")
# What begins like a formula, apostrophes, spaces, tabs and line ends; no control, no mark.
MARKS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufffe\uffff"
ANY_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters=MARKS)
    | st.sampled_from("='+-@\t\n \u00a0;,\"<&_x0041_"),
    max_size=12,
)
VALUES = st.tuples(
    st.integers(0, 10**6).map(lambda n: f"R-{n}"),
    ANY_TEXT,
    st.none() | st.decimals(-(10**12), 10**12, places=2),
    st.none() | st.dates(dt.date(1950, 1, 1), dt.date(2149, 12, 31)),
    st.none() | st.booleans(),
    st.none() | st.integers(-(10**14), 10**14),
)


def as_csv(flavour: str) -> Callable[[Any], bytes]:
    return lambda rows: b"".join(write_csv(rows, COLUMNS, flavour=flavour))  # type: ignore[arg-type]


def as_book(write: Callable[..., int]) -> Callable[[Any], bytes]:
    def build(rows: Any) -> bytes:
        stream = io.BytesIO()
        write(stream, COLUMNS, rows)
        return stream.getvalue()

    return build


WRITERS = {
    "csv-fr": as_csv("fr"),
    "csv": as_csv("standard"),
    "xlsx": as_book(write_xlsx),
    "ods": as_book(write_ods),
}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=60, deadline=None)
@given(rows=st.lists(VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_back(name, rows):
    table = read_here(WRITERS[name](rows))
    readers = [ColumnReader(kind, decimals=2) for kind in KINDS]
    read = []
    for row in table.sheets[0].rows[1:]:
        cells = row.cells
        typed = [reader.read(cell) for reader, cell in zip(readers[2:], cells[2:], strict=True)]
        read.append((cells[0], cells[1] or "", *typed))
    assert read == rows


@given(ANY_TEXT)
def test_the_apostrophe_goes_as_it_came(text):
    assert strip_mark(neutralise(text)) == text
    assert not neutralise(text).lstrip().startswith(("=", "+", "-", "@"))


def test_a_number_beyond_fifteen_digits_is_kept_as_text_and_not_rounded():
    value = Decimal("12345678901234567.89")
    for name in ("xlsx", "ods"):
        table = read_here(WRITERS[name]([("R", "x", value, None, None, None)]))
        assert table.sheets[0].rows[1].cells[2] == str(value)


def test_the_same_rows_give_the_same_ods():
    rows = [("R", "x", Decimal(1), None, True, 2)]
    assert WRITERS["ods"](rows) == WRITERS["ods"](rows)


def test_a_description_tells_the_dialect_the_columns_and_the_notes():
    columns = [Column("Coût", "money", "EUR", "coût complet, TTC"), Column("Début", "date")]
    told = describe(
        "x", "x.csv", [("Filtre", "a"), ("Au", dt.date(2026, 1, 1))], columns, french=True
    )
    assert told["dialect"] == {"delimiter": ";"}
    assert told["schema"]["fields"] == [
        {
            "name": "Coût",
            "type": "number",
            "description": "coût complet, TTC",
            "unit": "EUR",
            "decimalChar": ",",
        },
        {"name": "Début", "type": "date", "description": "", "unit": "", "format": "%d/%m/%Y"},
    ]
    assert {"label": "Au", "value": "2026-01-01"} in told["notes"]


# The rows come from a generator in a process of its own, which tells its greatest memory.
PROGRAM = """
import os, sys, io
sys.path.insert(0, {root!r})
os.environ["DJANGO_SETTINGS_MODULE"] = "dne_portfolio.settings.test"
import django
django.setup()
from decimal import Decimal
from common.tabular import Column, write_csv, write_ods, write_xlsx
from common.tabular_child.limits import peak_memory
columns = [Column("r"), Column("t"), Column("a", "money"), Column("n", "integer")]
rows = ((f"R-{{i}}", "libellé", Decimal(i), i) for i in range({count}))
before = peak_memory()
class Nowhere(io.RawIOBase):
    def writable(self): return True
    def write(self, data): return len(data)
if {form!r} == "csv":
    size = sum(len(piece) for piece in write_csv(rows, columns))
else:
    write = dict(xlsx=write_xlsx, ods=write_ods)[{form!r}]
    with open({path!r}, "w+b") as stream:
        size = write(stream, columns, rows)
print(peak_memory(), peak_memory() - before, size)
"""


@pytest.mark.parametrize(("form", "count"), [("csv", 1_000_000), ("xlsx", 30_000), ("ods", 30_000)])
def test_an_export_holds_one_row_in_memory(tmp_path, form, count):
    root = str(Path(__file__).resolve().parent.parent.parent)
    program = PROGRAM.format(root=root, count=count, form=form, path=str(tmp_path / "x"))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=root
    )
    peak, more, size = json.loads("[" + ",".join(done.stdout.split()) + "]")
    assert size
    assert peak < 200 * 1024 * 1024
    # The rows themselves would take more than this.
    assert more < 24 * 1024 * 1024


def test_a_row_too_many_for_a_sheet_is_refused(monkeypatch):
    monkeypatch.setattr("common.tabular.ods_writer.MAX_ROWS", 2)
    monkeypatch.setattr("common.tabular.writer.MAX_ROWS", 2)
    rows = [("R", "x", None, None, None, None)] * 3
    for name in ("xlsx", "ods"):
        with pytest.raises(TooManyRows):
            WRITERS[name](rows)


def test_the_reader_refuses_what_it_cannot_place():
    with pytest.raises(TabularError) as refused:
        read_here(b"a;b\n1;\x07\n", file="x.csv")
    assert (refused.value.line, refused.value.column) == (2, "B")
