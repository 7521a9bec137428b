"""The grid without a mouse: A02, A03 and A06 of ux §6, in a window of any width."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.grid import Sheet, address, build, edits, saved
from tests.e2e.keyboard import fault_of_focus, press, tab_to, walk, without_mouse

pytestmark = pytest.mark.browser
HEAR = """() => { window.heard = []; new MutationObserver(() =>
  heard.push(document.getElementById('pf-sheet-said').textContent))
  .observe(document.getElementById('pf-sheet-said'), {childList: true}); }"""


def at(page: Any) -> str:
    """Return the cell where the focus is; empty elsewhere."""
    return str(page.evaluate("document.activeElement.dataset.cell || ''"))


def strike(page: Any, *keys: str) -> None:
    """Press keys, one by one: the focus is seen after each."""
    for key in keys:
        page.keyboard.press(key)
        assert fault_of_focus(page) == "", key


def heard(page: Any) -> list[str]:
    """Return what was announced since, and forget it."""
    found: list[str] = page.evaluate("heard.splice(0)")
    return [text for text in found if text]


@pytest.fixture
def large(demo: None) -> Any:
    """Two projects of twenty lines: more than a window shows."""
    return build(lines=20)


def enter(visitor: Any, version: Any, more: str = "") -> Any:
    """Come to the grid by its skip link, then to its single stop."""
    visitor.log_in("budget")
    page = without_mouse(visitor)
    assert visitor.go(address(version) + more) == 200
    press(page, "a[href='#pf-sheet']")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('#pf-sheet tbody')")
    page.evaluate(HEAR)
    return page


def test_a_whole_journey_in_the_grid_without_a_mouse(visit: Any, version: Any, lines: Any) -> None:
    """A02: type, paste, undo, a control to its cell, groups, Tab out and back."""
    visitor = visit()
    page = enter(visitor, version)
    sheet, first = Sheet(page), lines[0]
    unfold(page, first)
    assert len(heard(page)) == 1
    page.keyboard.type("150")
    assert heard(page) == []
    strike(page, "Enter", "ArrowUp")
    sheet.wait_saved()
    assert len(heard(page)) <= 1
    assert saved(first, "0.ae") == 150_000
    sheet.paste("10\t20\n30\t40")
    sheet.wait_saved()
    assert len(heard(page)) == 1
    assert saved(lines[1], "0.cp") == 40_000
    strike(page, "Control+z")
    sheet.wait_saved()
    assert len(heard(page)) == 1
    assert saved(first, "0.ae") == 150_000
    strike(page, "F2")
    page.keyboard.type("9")
    strike(page, "Escape")
    assert (at(page), sheet.value(first, "0.ae")) == (f"{first.pk}.0.ae", 150)
    control_to_cell(page, sheet, first)
    strike(page, "Control+Home")
    assert page.evaluate("document.activeElement.dataset.col") == "0"
    strike(page, "Enter")
    assert page.locator("tr[data-line]").count() == 0
    leave_and_come_back(page)
    assert visitor.complaints == []


def unfold(page: Any, line: Any) -> None:
    """Open the group where the focus is, and go down to the first year of its first line."""
    strike(page, "Enter")
    Sheet(page).cell(line, "0.ae").wait_for()
    strike(page, "ArrowDown", *["ArrowRight"] * 5)
    assert at(page) == f"{line.pk}.0.ae"


def control_to_cell(page: Any, sheet: Sheet, line: Any) -> None:
    """A CP beyond its AE is listed; from the list Enter goes to the cell."""
    strike(page, "ArrowRight")
    page.keyboard.type("900")
    strike(page, "Enter")
    sheet.wait_saved()
    page.locator("#pf-sheet-problems button[data-place='0.cp']").wait_for()
    named = f"#pf-sheet-problems button[data-go='{line.pk}'][data-place='0.cp']"
    tab_to(page, named, "Shift+Tab")
    strike(page, "Enter")
    assert at(page) == f"{line.pk}.0.cp"


def leave_and_come_back(page: Any) -> None:
    """A03: one Tab leaves the grid, one comes back to the same cell."""
    where = page.evaluate("document.activeElement.outerHTML")
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate("!!document.activeElement.closest('#pf-sheet tbody')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.outerHTML") == where
    page.keyboard.press("Tab")
    assert not page.evaluate("!!document.activeElement.closest('#pf-sheet tbody')")


@pytest.mark.parametrize("size", [(1366, 768), (1024, 600)])
def test_the_focus_is_never_under_a_bar_of_the_grid(
    visit: Any, large: Any, size: tuple[int, int]
) -> None:
    """Rows beyond the window, columns beside it: the head, the foot, the first column stay put."""
    visitor = visit(size=size)
    code = large.lines.order_by("project__code").first().project.code
    page = enter(visitor, large, f"&ouvert={code}")
    strike(page, *["ArrowDown"] * 22, *["ArrowRight"] * 16, *["ArrowUp"] * 22)
    strike(page, *["ArrowLeft"] * 16, "Control+End", "Control+Home", "PageDown", "End", "Home")


def test_a_question_takes_the_focus_and_escape_gives_it_back(
    visit: Any, version: Any, lines: Any
) -> None:
    visitor = visit()
    page = enter(visitor, version)
    sheet = Sheet(page)
    unfold(page, lines[0])
    place = at(page)
    sheet.paste("101000\t102000\t99000")
    page.locator("#pf-sheet-unit").wait_for()
    for _ in range(4):
        page.keyboard.press("Tab")
        assert fault_of_focus(page) == ""
        assert page.evaluate(
            "() => document.activeElement === document.body"
            " || !!document.activeElement.closest('dialog')"
        )
    strike(page, "Escape")
    assert page.locator("#pf-sheet-unit").is_hidden()
    assert at(page) == place
    assert not edits().exists()


def test_a_conflict_is_answered_by_the_keyboard(visit: Any, version: Any, lines: Any) -> None:
    first, second = visit(), visit()
    pages = [enter(one, version) for one in (first, second)]
    for page in pages:
        unfold(page, lines[0])
    for page, text in zip(pages, ("444", "555"), strict=True):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        if text == "444":
            Sheet(page).wait_saved()
    page = pages[1]
    page.locator("#pf-sheet-conflict").wait_for()
    press(page, "#pf-sheet-conflict button[value='mine']")
    Sheet(page).wait_saved()
    assert saved(lines[0], "0.ae") == 555_000
    assert at(page) == f"{lines[1].pk}.0.ae"
    assert fault_of_focus(page) == ""


def test_versions_are_compared_without_a_mouse(visit: Any, version: Any, lines: Any) -> None:
    build(lines=1)
    visitor = visit()
    visitor.log_in("budget")
    page = without_mouse(visitor)
    visitor.go(address(version))
    tab_to(page, "#sheet-compared")
    page.keyboard.press("ArrowDown")
    press(page, ".pf-sheet-tools button[type=submit]")
    page.wait_for_url("**comparer=2**")
    press(page, "a.fr-link[href*='avec=2']")
    page.wait_for_url("**/comparer/**")
    stops, faults = walk(page, "Tab")
    assert faults == []
    assert stops > 15


def test_a_line_is_written_in_a_window_as_narrow_as_a_great_zoom_makes(
    visit: Any, version: Any, lines: Any
) -> None:
    """At 400 % (320 × 256) the plain form of a line does what the grid does."""
    visitor = visit(size=(320, 256))
    visitor.log_in("budget")
    page = without_mouse(visitor)
    assert visitor.go(address(version, f"ligne/{lines[0].pk}/")) == 200
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
    _stops, faults = walk(page, "Tab")
    assert faults == []
    field = "main form input[type=text], main form input[inputmode]"
    tab_to(page, field)
    page.keyboard.press("Control+a")
    page.keyboard.type("123")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert edits().exists()
