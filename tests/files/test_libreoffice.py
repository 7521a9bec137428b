"""LibreOffice opens the exports: no formula, the same sums; and raw texts would be formulas."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse

from common.tabular import Column, write_csv, write_ods, write_xlsx

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")

COLUMNS = [Column("Texte"), Column("Montant", "money", "EUR", "TTC"), Column("Jour", "date")]
PAYLOADS = [
    "=1+1",
    '=HYPERLINK("http://192.0.2.1";"x")',
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "\t=1+1",
    "=cmd|' /C calc'!A0",
    " =1+1",
    "'=1+1",
    "\uff1d1+1",
    "École",
]
ROWS = [(text, Decimal(f"-{i}.25"), None) for i, text in enumerate(PAYLOADS)]
TOTAL = sum((row[1] for row in ROWS), Decimal(0))
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def convert(folder: Path, names: list[str], separator: int | None = None) -> None:
    """Have LibreOffice open files and write what it understood, flat."""
    arguments = [f"--infilter=CSV:{separator},34,76,1,,0,false,true,false"] if separator else []
    done = subprocess.run(
        [
            str(SOFFICE),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            *arguments,
            "--convert-to",
            "fods",
            "--outdir",
            str(folder / "out"),
            *[str(folder / name) for name in names],
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def understood(path: Path) -> tuple[int, Decimal]:
    """Return the formulas, and the sum of the numbers of the first sheet."""
    root = parse(path).getroot()
    cells = list(root.iter(f"{TABLE}table-cell"))
    formulas = sum(1 for cell in cells if cell.get(f"{TABLE}formula"))
    first = next(root.iter(f"{TABLE}table"))
    numbers = [
        Decimal(cell.get(f"{OFFICE}value") or "0")
        for cell in first.iter(f"{TABLE}table-cell")
        if cell.get(f"{OFFICE}value-type") in ("float", "currency")
    ]
    return formulas, sum(numbers, Decimal(0))


def raw_csv() -> bytes:
    """Write the same rows without a care."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows([[t, str(a).replace(".", ",")] for t, a, _ in ROWS])
    return stream.getvalue().encode("utf-8-sig")


def test_no_export_holds_a_formula_and_the_sums_are_equal(tmp_path):
    with (tmp_path / "a.xlsx").open("w+b") as stream:
        write_xlsx(stream, COLUMNS, ROWS, [("Filtre", "=1+1")])
    with (tmp_path / "b.ods").open("w+b") as stream:
        write_ods(stream, COLUMNS, ROWS, [("Filtre", "=1+1")])
    (tmp_path / "c.csv").write_bytes(b"".join(write_csv(ROWS, COLUMNS, flavour="fr")))
    (tmp_path / "raw.csv").write_bytes(raw_csv())
    convert(tmp_path, ["a.xlsx", "b.ods"])
    # 59 is the semicolon.
    convert(tmp_path, ["c.csv", "raw.csv"], separator=59)
    found = {name: understood(tmp_path / "out" / f"{name}.fods") for name in ("a", "b", "c")}
    assert {name: formulas for name, (formulas, _sum) in found.items()} == dict.fromkeys(found, 0)
    assert found["a"][1] == found["b"][1] == TOTAL
    # Without the care, the same texts are live formulas.
    assert understood(tmp_path / "out" / "raw.fods")[0] > 0
