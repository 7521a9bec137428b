"""The grid of the programming in a browser: scenarios E08 to E12 and E17 of ux §6, A03, A06."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from budgets.models import ProgrammingAmount
from tests.budgets.programming import make_line, make_version
from tests.e2e.grid import PLACES, Sheet, address, build, edits, number, recomputed, saved

pytestmark = pytest.mark.browser
K = 1_000


def test_an_amount_is_typed_saved_and_found_again(sheet: Sheet, version: Any, lines: Any) -> None:
    """E08: 1 250,5 and Enter: the value, the focus one row down, the totals, « Enregistré »."""
    before = sheet.foot("total", "0.ae")
    sheet.type(lines[0], "0.ae", "1 250,5")
    assert sheet.value(lines[0], "0.ae") == Decimal("1250.5")
    focused = sheet.page.evaluate("document.activeElement.dataset.cell")
    assert focused == f"{lines[1].pk}.0.ae"
    assert sheet.foot("total", "0.ae") == before + Decimal("1150.5")
    sheet.page.get_by_text("Enregistré à").wait_for()
    sheet.wait_saved()
    assert saved(lines[0], "0.ae") == Decimal("1250500")
    sheet.page.reload()
    sheet.open(lines[0].project.code)
    assert sheet.value(lines[0], "0.ae") == Decimal("1250.5")


def test_arithmetic_is_stored_as_its_value_with_what_was_typed(sheet: Sheet, lines: Any) -> None:
    sheet.type(lines[0], "0.ae", "=1200*1,2")
    sheet.wait_saved()
    assert saved(lines[0], "0.ae") == 1_440_000
    edit = edits().get(line=lines[0])
    assert (edit.before, edit.after, edit.expression) == (100_000, 1_440_000, "=1200*1,2")
    sheet.page.reload()
    sheet.open(lines[0].project.code)
    sheet.go(lines[0], "0.ae")
    sheet.page.keyboard.press("F2")
    assert sheet.page.locator(".pf-sheet__input").input_value() == "=1200*1,2"


BLOCK = "14\u202f500\t13\u00a0800,00\t9.750,5\n2\u00a0150\u202f€\t2\u00a0050\t(100)"


def test_a_block_in_french_formats_is_pasted_exactly_where_negatives_are_allowed(
    visit: Any, demo: None
) -> None:
    """E09, first half."""
    version = build(2, 1)
    version.lines.update(is_take_back=True)
    ProgrammingAmount.objects.filter(line__programming_version=version).update(is_take_back=True)
    first, second = version.lines.order_by("pk")
    visitor = visit()
    visitor.log_in("budget")
    visitor.go(address(version))
    sheet = Sheet(visitor.page)
    sheet.open(first.project.code)
    sheet.go(first, "0.ae")
    sheet.paste(BLOCK)
    sheet.wait_saved()
    held = [saved(line, place) for line in (first, second) for place in PLACES[:3]]
    assert held == [14_500_000, 13_800_000, 9_750_500, 2_150_000, 2_050_000, -100_000]


def test_a_block_with_a_negative_is_refused_whole_elsewhere(sheet: Sheet, lines: Any) -> None:
    """E09, second half: nothing is written and the message names the value."""
    sheet.go(lines[0], "0.ae")
    sheet.paste(BLOCK)
    assert "(100)" in sheet.said
    assert not edits().exists()
    assert sheet.value(lines[0], "0.ae") == 100


def test_a_paste_is_all_or_nothing(sheet: Sheet, lines: Any) -> None:
    """E10: no cell changed, the message cites « abc », the focus stays."""
    sheet.go(lines[0], "0.ae")
    sheet.paste("1\t2\nabc\t4")
    assert "abc" in sheet.said
    assert not edits().exists()
    assert sheet.value(lines[0], "0.ae") == 100
    assert sheet.page.evaluate("document.activeElement.dataset.cell") == f"{lines[0].pk}.0.ae"


def test_what_is_locked_or_outside_is_left_out_and_counted(sheet: Sheet, lines: Any) -> None:
    sheet.go(lines[2], "-1.cp")
    sheet.paste("1\t2\n3\t4")
    sheet.wait_saved()
    assert saved(lines[2], "0.ae") == 2_000
    assert "1 cellules" in sheet.said or "1 cellule" in sheet.said
    assert edits().count() == 1


def test_a_paste_is_undone_and_done_again(sheet: Sheet, version: Any, lines: Any) -> None:
    before = [saved(line, place) for line in lines for place in PLACES]
    sheet.go(lines[0], "0.ae")
    sheet.paste("150\t140\n130\t120")
    sheet.wait_saved()
    after = [saved(line, place) for line in lines for place in PLACES]
    assert after != before
    sheet.page.keyboard.press("Control+z")
    sheet.wait_saved()
    assert [saved(line, place) for line in lines for place in PLACES] == before
    sheet.page.keyboard.press("Control+y")
    sheet.wait_saved()
    assert [saved(line, place) for line in lines for place in PLACES] == after
    for place in PLACES:
        assert sheet.foot("total", place) == recomputed(version, place)
        code = lines[0].project.code
        assert sheet.group(code, place) == recomputed(version, place, line__project__code=code)


@pytest.mark.parametrize(("choice", "euros"), [("convert", 101_000), ("keep", 101_000_000)])
def test_a_block_in_another_unit_is_asked_about(
    sheet: Sheet, lines: Any, choice: str, euros: int
) -> None:
    """E12: « convertir » divides by 1 000."""
    sheet.go(lines[0], "0.ae")
    sheet.paste("101000\t102000\t99000")
    dialog = sheet.page.locator("#pf-sheet-unit")
    dialog.wait_for()
    assert "k€" in dialog.inner_text()
    dialog.locator(f"button[value='{choice}']").click()
    sheet.wait_saved()
    assert saved(lines[0], "0.ae") == euros
    assert sheet.page.evaluate("document.activeElement.dataset.cell") == f"{lines[0].pk}.0.ae"


def test_a_block_goes_down_and_is_cleared(sheet: Sheet, lines: Any) -> None:
    sheet.go(lines[0], "0.ae")
    for _ in range(2):
        sheet.page.keyboard.press("Shift+ArrowDown")
    sheet.page.keyboard.press("Shift+ArrowRight")
    assert "Sélection" in sheet.page.locator("#pf-sheet-chosen").inner_text()
    sheet.page.keyboard.press("Control+d")
    sheet.wait_saved()
    assert [saved(line, "0.cp") for line in lines[:3]] == [100_000] * 3
    sheet.page.keyboard.press("Delete")
    sheet.wait_saved()
    assert [saved(line, place) for line in lines[:3] for place in ("0.ae", "0.cp")] == [None] * 6


def test_the_grid_is_one_stop_of_the_tab_key(sheet: Sheet, lines: Any) -> None:
    """A03: Tab enters and leaves, arrows move, Home, End and their Ctrl, Enter opens a link."""
    page = sheet.page
    keyboard = page.keyboard
    sheet.go(lines[0], "0.ae")
    keyboard.press("Home")
    assert page.evaluate("document.activeElement.dataset.col") == "0"
    keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.col") == "17"
    keyboard.press("Control+Home")
    assert page.evaluate("document.activeElement.parentNode.dataset.groupRow") == (
        lines[0].project.code
    )
    keyboard.press("Control+End")
    assert page.evaluate("document.activeElement.parentNode.dataset.groupRow") == (
        lines[3].project.code
    )
    inside = "document.activeElement.closest('table[role=grid]') !== null"
    keyboard.press("Tab")
    assert not page.evaluate(inside)
    keyboard.press("Shift+Tab")
    assert page.evaluate(inside)
    assert page.locator("table[role=grid] [tabindex='0']").count() == 1
    keyboard.press("Home")
    keyboard.press("Enter")
    page.locator(f'[data-cell="{lines[3].pk}.0.ae"]').wait_for()
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    page.wait_for_url("**/ligne/**")


def test_nothing_is_said_while_one_types_and_one_message_after(sheet: Sheet, lines: Any) -> None:
    """A06."""
    page = sheet.page
    page.evaluate(
        """() => { window.heard = 0; new MutationObserver(() => heard++)
          .observe(document.getElementById('pf-sheet-said'), {childList: true}); }"""
    )
    sheet.go(lines[0], "0.ae")
    page.keyboard.type("1234")
    assert page.evaluate("heard") == 0
    page.keyboard.press("Enter")
    sheet.go(lines[0], "0.ae")
    sheet.paste("1\t2")
    assert page.evaluate("heard") == 1


def test_a_line_is_found_by_the_server_and_shown(visit: Any, version: Any, lines: Any) -> None:
    visitor = visit()
    visitor.log_in("budget")
    visitor.go(address(version) + "&q=ligne 2")
    page = visitor.page
    page.locator("section:has(#found) [data-go]").filter(has_text="Ligne 2").last.click()
    sheet = Sheet(page)
    sheet.cell(lines[4], "0.ae").wait_for()
    assert page.evaluate("document.activeElement.parentNode.dataset.line") == str(lines[4].pk)


def test_versions_compared_in_three_ways_tie(visit: Any, version: Any, lines: Any) -> None:
    """E17: Σ differences = last bar less first bar = difference of the foots, AE and CP."""
    other = make_version("arbitration", version.fiscal_year, data_origin=version.data_origin)
    for line in lines[1:]:
        make_line(
            other, line.node, project=line.project, label=line.label, lineage=line.lineage,
            act_label="Acte", granted=[("100000", "90000"), ("250000", "250000")],
        )  # fmt: skip
    visitor = visit()
    visitor.log_in("budget")
    visitor.go(address(other, "comparer/"))
    page = visitor.page
    expected = {}
    for measure in ("ae", "cp"):
        rows = ProgrammingAmount.objects.filter(line__programming_version__in=[version, other])
        expected[measure] = sum(
            (getattr(row, f"granted_{measure}") or 0) - (getattr(row, f"proposed_{measure}") or 0)
            for row in rows
        )
    for measure, column in (("ae", 3), ("cp", 6)):
        cells = page.locator(f"section:has(#totals) tbody tr td:nth-of-type({column})")
        assert sum(number(text) for text in cells.all_inner_texts()) == expected[measure]
        twin = page.locator(f"#chart-cascade_{measure} tbody td").all_text_contents()
        sums = [number(text) for text in twin]
        assert sums[-1] - sums[0] == expected[measure] == sum(sums[1:-1])
    rows = page.locator("section:has(#differences) tbody tr").all()
    found = {"AE": Decimal(0), "CP": Decimal(0)}
    for row in rows:
        texts = row.locator("th, td").all_inner_texts()
        found[texts[4]] += number(texts[7])
    assert found == {"AE": expected["ae"], "CP": expected["cp"]}
    visitor.go(address(other) + f"&comparer={version.number}")
    sheet = Sheet(page)
    foot = page.locator("tfoot [data-foot='total'] [data-sum='0.ae'] .pf-sheet__delta")
    before, after = recomputed(version, "0.ae"), sheet.foot("total", "0.ae")
    assert number(foot.inner_text().replace("↓", "").replace("↑", "")) == after - before
