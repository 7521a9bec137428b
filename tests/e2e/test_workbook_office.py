"""A version goes to LibreOffice and back: three cells changed there are three modifications (E40).

LibreOffice opens the workbook that was downloaded and saves it as its own flat file, in which three
amounts are changed; it then saves that as the workbook that is sent back.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from budgets.models import ProgrammingAmount
from tests.e2e.grid import address, edits, saved
from tests.e2e.test_grid_office import office
from tests.files.test_libreoffice import SOFFICE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed"),
]
# What three cells hold, of three lines, and what is typed over them.
TYPED = {"111.11": "100000.55", "222.22": "0", "333.33": "12"}


def changed(flat: Path) -> None:
    """Change three amounts, as somebody types over them."""
    text = flat.read_text(encoding="utf-8")
    for held, typed in TYPED.items():
        assert text.count(f'office:value="{held}"') == 1
        text = text.replace(f'office:value="{held}"', f'office:value="{typed}"')
    flat.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(("down", "back"), [("ODS", "ods"), ("XLSX", "xlsx")])
def test_three_cells_changed_in_libreoffice_are_three_modifications_and_nothing_else(
    visit: Any, version: Any, lines: Any, tmp_path: Path, down: str, back: str
) -> None:
    for line, held in zip(lines, TYPED, strict=False):
        ProgrammingAmount.objects.filter(line=line, rank=0).update(proposed_ae=Decimal(held))
    visitor = visit()
    visitor.log_in("budget")
    page = visitor.page
    assert visitor.go(address(version, "classeur/")) == 200
    with page.expect_download() as waited:
        page.get_by_role("link", name=down, exact=True).click()
    name = f"programmation.{down.lower()}"
    waited.value.save_as(tmp_path / name)
    # Saved by LibreOffice without a change, it changes nothing.
    flat = office(tmp_path, name, "fods")
    sent(page, office(tmp_path, flat.name, back))
    assert counts(page) == {"changes": "0", "conflicts": "0", "faults": "0"}
    changed(flat)
    sent(page, office(tmp_path, flat.name, back))
    assert counts(page) == {"changes": "3", "conflicts": "0", "faults": "0"}
    assert not edits().exists()
    page.locator("button[name=choice]").click()
    page.get_by_role("button", name="Annuler 3 cellules").wait_for()
    assert edits().count() == 3
    held = [saved(line, "0.ae") for line in lines[:3]]
    assert held == [Decimal(typed) for typed in TYPED.values()]
    page.get_by_role("button", name="Annuler 3 cellules").click()
    page.get_by_text("3 cellules rétablies").wait_for()
    assert saved(lines[0], "0.ae") == Decimal("111.11")


def sent(page: Any, file: Path) -> None:
    """Send a workbook back, and wait for what it would change."""
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="Examiner").click()
    page.locator("#check").wait_for()


def counts(page: Any) -> dict[str, str]:
    """Return what the page counts."""
    names = ("changes", "conflicts", "faults")
    return {name: page.locator(f'[data-count="{name}"]').inner_text() for name in names}
