"""A block whose first column holds codes goes to the lines that they name, whatever their order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.grid import Sheet, edits, saved

pytestmark = pytest.mark.browser


@pytest.fixture
def coded(lines: Any) -> Any:
    """Return lines that have a code of their own each, in two groups of which one is closed."""
    for number, line in enumerate(lines):
        line.contract_code = f"M-{number}"
        line.save()
    return lines


def paste(sheet: Sheet, line: Any, block: list[list[str]], place: str = "0.ae") -> Any:
    sheet.go(line, place)
    sheet.paste("\n".join("\t".join(row) for row in block))
    dialog = sheet.page.locator("#pf-sheet-codes")
    dialog.wait_for()
    return dialog


def test_rows_go_to_their_lines_even_in_a_closed_group_and_are_undone_in_one_step(
    sheet: Sheet, coded: Any
) -> None:
    last = coded[-1]
    assert sheet.page.locator(f'[data-line="{last.pk}"]').count() == 0
    block = [[last.contract_code, "145,5", "1 000"], ["m-1", "7", ""], ["M-0", "(0)", "2"]]
    dialog = paste(sheet, coded[0], block)
    assert [row.inner_text().split("\t")[1] for row in dialog.locator("tbody tr").all()] == [
        last.contract_code, "m-1", "M-0",
    ]  # fmt: skip
    sheet.page.keyboard.press("Enter")
    sheet.wait_saved()
    held = [[saved(one, place) for place in ("0.ae", "0.cp")] for one in (last, *coded[1::-1])]
    assert held == [[Decimal(145_500), Decimal(1_000_000)], [Decimal(7_000), None], [0, 2_000]]
    assert len(set(edits().values_list("operation", flat=True))) == 1
    sheet.page.keyboard.press("Control+z")
    sheet.wait_saved()
    assert saved(coded[0], "0.ae") == 100_000
    assert saved(last, "0.cp") == 100_000 * int(last.label.split()[-1])


@pytest.mark.parametrize(
    ("codes", "said"),
    [(["M-0", "M-99"], "inconnu"), (["M-0", "M-0"], "au-dessus"), (["M-0", "{project}"], "ambigu")],
)
def test_an_unknown_doubled_or_ambiguous_code_stops_the_whole_block(
    sheet: Sheet, coded: Any, codes: list[str], said: str
) -> None:
    named = [code.format(project=coded[0].project.code) for code in codes]
    dialog = paste(sheet, coded[0], [[code, "5"] for code in named])
    assert said in dialog.inner_text()
    assert dialog.locator("[value='paste']").is_disabled()
    sheet.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert not edits().exists()
