"""What LibreOffice puts on a clipboard is pasted, and what the grid puts there is numbers (E11).

LibreOffice writes the same table and the same text for its clipboard as for a file of HTML or of
texts: it writes them here from a sheet that it opened, without a screen.
"""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import parse

from tests.e2e.grid import PLACES, Sheet, saved
from tests.files.test_libreoffice import OFFICE, SOFFICE, TABLE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed"),
]
# Thousands of euros; the second row is shown rounded, and is not.
BLOCK = [["145", "138", "97.505"], ["215", "205.126", "100"]]
TEXT = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true"


def office(folder: Path, name: str, wanted: str, *arguments: str) -> Path:
    """Have LibreOffice write a file in another format; return it."""
    subprocess.run(
        [
            str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
            *arguments, "--convert-to", wanted, "--outdir", str(folder), str(folder / name),
        ],
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    return folder / f"{Path(name).stem}.{wanted.partition(':')[0]}"


@pytest.mark.parametrize("kind", ["ods", "xlsx"])
def test_a_range_of_a_spreadsheet_is_pasted_to_the_cent(
    sheet: Sheet, lines: Any, tmp_path: Path, kind: str
) -> None:
    rows = "\n".join(",".join(row) for row in BLOCK)
    (tmp_path / "block.csv").write_text(rows, encoding="utf-8")
    opened = office(tmp_path, "block.csv", kind)
    html = office(tmp_path, opened.name, "html").read_text(encoding="utf-8")
    (tmp_path / "block.csv").unlink()
    plain = office(tmp_path, opened.name, TEXT).read_text(encoding="utf-8")
    sheet.go(lines[0], "0.ae")
    sheet.paste(plain, html)
    sheet.wait_saved()
    held = [[saved(line, place) for place in PLACES[:3]] for line in lines[:2]]
    assert held == [[Decimal(text) * 1_000 for text in row] for row in BLOCK]


def test_a_range_of_the_grid_is_numbers_in_libreoffice(
    sheet: Sheet, lines: Any, tmp_path: Path
) -> None:
    sheet.type(lines[1], "0.ae", "1 250,55")
    sheet.wait_saved()
    sheet.go(lines[0], "0.ae")
    sheet.page.keyboard.press("Shift+ArrowDown")
    sheet.page.keyboard.press("Shift+ArrowRight")
    copied = sheet.copied()
    assert copied["plain"] == "100\t100\n1250,55\t200"
    (tmp_path / "range.html").write_text(copied["html"], encoding="utf-8")
    understood = office(tmp_path, "range.html", "fods", "--infilter=HTML (StarCalc)")
    cells = parse(understood).getroot().iter(f"{TABLE}table-cell")
    repeated = f"{TABLE}number-columns-repeated"
    numbers = [
        Decimal(cell.get(f"{OFFICE}value") or "0")
        for cell in cells
        if cell.get(f"{OFFICE}value-type") == "float"
        for _ in range(int(cell.get(repeated) or 1))
    ]
    assert numbers == [100, 100, Decimal("1250.55"), 200]
