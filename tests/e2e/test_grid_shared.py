"""The grid held by the server, by others, without a network: E13 to E16, E19 of ux §6."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.budgets.programming import make_line
from tests.e2e.grid import PLACES, Sheet, address, ceiling, edits, recomputed, saved

pytestmark = pytest.mark.browser
K = 1_000


def test_crossing_a_ceiling_is_marked_said_once_and_undone(
    visit: Any, version: Any, lines: Any
) -> None:
    """E13: ▲ with text in the foot, the list of controls, one announcement; undo brings back."""
    ceiling(version, 0, "1300000", "1300000")
    visitor = visit()
    visitor.log_in("budget")
    visitor.go(address(version))
    sheet = Sheet(visitor.page)
    sheet.open(lines[0].project.code)
    gap = sheet.page.locator("tfoot [data-foot='gap'] [data-sum='0.cp']")
    assert sheet.foot("ceiling", "0.cp") == 1300
    assert sheet.foot("gap", "0.cp") == -100
    sheet.page.evaluate(
        """() => { window.heard = []; new MutationObserver(() =>
          heard.push(document.getElementById('pf-sheet-said').textContent))
          .observe(document.getElementById('pf-sheet-said'), {childList: true}); }"""
    )
    sheet.type(lines[0], "0.cp", "300")
    assert sheet.foot("gap", "0.cp") == 100
    assert gap.inner_text().startswith("▲")
    sheet.type(lines[1], "0.cp", "250")
    sheet.wait_saved()
    heard = [text for text in sheet.page.evaluate("heard") if "plafond" in text]
    assert len(heard) == 1
    sheet.page.locator("#pf-sheet-problems [data-go]", has_text="plafond").first.wait_for()
    sheet.go(lines[0], "0.cp")
    sheet.page.keyboard.press("Control+z")
    sheet.page.keyboard.press("Control+z")
    assert sheet.foot("gap", "0.cp") == -100
    sheet.wait_saved()
    assert sheet.page.locator("#pf-sheet-problems [data-go]", has_text="plafond").count() == 0


def test_the_server_refuses_beyond_a_blocking_ceiling_and_the_cell_goes_back(
    visit: Any, version: Any, lines: Any
) -> None:
    ceiling(version, 0, "1200000", "1200000", "block")
    visitor = visit()
    visitor.log_in("budget")
    visitor.go(address(version))
    sheet = Sheet(visitor.page)
    sheet.open(lines[0].project.code)
    sheet.type(lines[0], "0.ae", "101")
    sheet.wait_saved()
    sheet.page.locator("#pf-sheet-notice", has_text="plafond").wait_for()
    assert sheet.value(lines[0], "0.ae") == 100
    assert sheet.foot("total", "0.ae") == 1200
    assert saved(lines[0], "0.ae") == 100_000


def test_cp_beyond_ae_mark_the_first_faulty_cell_and_the_control_leads_to_it(
    sheet: Sheet, lines: Any
) -> None:
    """E14."""
    sheet.type(lines[0], "1.cp", "150")
    assert sheet.cell(lines[0], "1.cp").get_attribute("aria-invalid") == "true"
    assert sheet.cell(lines[0], "2.cp").get_attribute("aria-invalid") is None
    sheet.wait_saved()
    sheet.go(lines[2], "3.ae")
    sheet.page.locator("#pf-sheet-problems [data-go]", has_text="Ligne 1").first.click()
    assert sheet.page.evaluate("document.activeElement.dataset.cell") == f"{lines[0].pk}.1.cp"


def test_a_locked_cell_does_not_change_and_says_so(sheet: Sheet, version: Any, lines: Any) -> None:
    """E15: the year before is locked; the server refuses a forged request."""
    sheet.go(lines[0], "-1.ae")
    sheet.page.keyboard.type("5")
    assert "verrouillé" in sheet.said
    forged = {
        "operation": "00000000-0000-4000-8000-000000000001",
        "edits": [
            {"line": lines[0].pk, "rank": -1, "measure": "ae", "before": None, "after": "5.00"}
        ],
    }
    assert status_of(sheet, forged) == 409
    assert not edits().exists()


def test_lines_without_a_project_are_a_group_and_not_the_whole(
    visit: Any, version: Any, lines: Any
) -> None:
    bare = make_line(version, lines[0].node, label="Sans projet", proposed=[("50000", "50000")])
    visitor = visit()
    visitor.log_in("budget")
    visitor.go(address(version))
    sheet = Sheet(visitor.page)
    assert sheet.foot("total", "0.ae") == 1250
    sheet.open("")
    sheet.type(bare, "0.ae", "60")
    assert sheet.foot("total", "0.ae") == 1260
    assert sheet.group("", "0.ae") == 60
    sheet.wait_saved()
    assert sheet.foot("total", "0.ae") == recomputed(version, "0.ae") == 1260


def status_of(sheet: Sheet, body: dict[str, Any]) -> int:
    """Return what the server answers to an operation sent behind the back of the grid."""
    found: int = sheet.page.evaluate(
        """async body => (await fetch(pfGrid.sheet.root.dataset.save, {method: 'POST',
          headers: {'Content-Type': 'application/json',
          'X-CSRFToken': pfGrid.sheet.root.dataset.token},
          body: JSON.stringify(body)})).status""",
        body,
    )
    return found


@pytest.mark.parametrize(("choice", "kept"), [("mine", 555_000), ("theirs", 444_000)])
def test_two_people_on_one_cell_see_both_values_and_choose(
    visit: Any, sheet: Sheet, version: Any, lines: Any, choice: str, kept: int
) -> None:
    """E16: no silent loss, and the history has both."""
    other = visit()
    other.log_in("budget")
    other.go(address(version))
    there = Sheet(other.page)
    there.open(lines[0].project.code)
    there.type(lines[0], "0.ae", "444")
    there.wait_saved()
    sheet.type(lines[0], "0.ae", "555")
    dialog = sheet.page.locator("#pf-sheet-conflict")
    dialog.wait_for()
    assert "555" in dialog.inner_text()
    assert "444" in dialog.inner_text()
    dialog.locator(f"button[value='{choice}']").click()
    sheet.wait_saved()
    assert saved(lines[0], "0.ae") == kept
    assert sheet.value(lines[0], "0.ae") == kept / K
    assert sheet.foot("total", "0.ae") == recomputed(version, "0.ae")
    after = set(edits().values_list("after", flat=True))
    assert after == ({Decimal(444_000), Decimal(555_000)} if choice == "mine" else {444_000})


def test_what_others_save_is_shown_without_reloading(
    visit: Any, sheet: Sheet, version: Any, lines: Any
) -> None:
    other = visit()
    other.log_in("budget")
    other.go(address(version))
    there = Sheet(other.page)
    there.open(lines[0].project.code, lines[3].project.code)
    there.type(lines[1], "0.cp", "7")
    there.type(lines[4], "1.ae", "9")
    there.wait_saved()
    sheet.page.evaluate("pfGrid.sheet.others.poll()")
    sheet.page.wait_for_function(
        "key => pfGrid.sheet.store.saved.get(key) === 700000", arg=f"{lines[1].pk}.0.cp"
    )
    assert sheet.value(lines[1], "0.cp") == 7
    for place in PLACES:
        assert sheet.foot("total", place) == recomputed(version, place)


def test_news_asked_before_ones_own_save_is_no_conflict_with_oneself(
    sheet: Sheet, lines: Any
) -> None:
    """The answer of a poll that was on its way while one typed is older than one's work."""
    page = sheet.page
    sheet.type(lines[0], "0.ae", "150")
    sheet.wait_saved()
    waiting: list[Any] = []
    page.route("**/etat/**", lambda route: waiting.append((route, route.fetch())), times=1)
    page.evaluate("() => { window.polled = pfGrid.sheet.others.poll(); }")
    while not waiting:
        page.wait_for_function("() => true")
    sheet.type(lines[0], "0.ae", "250")
    sheet.wait_saved()
    [(route, answer)] = waiting
    route.fulfill(response=answer)
    page.evaluate("polled")
    assert sheet.value(lines[0], "0.ae") == 250
    sheet.type(lines[0], "0.ae", "350")
    sheet.wait_saved()
    assert not page.locator("#pf-sheet-conflict").is_visible()
    assert saved(lines[0], "0.ae") == 350_000


def test_nothing_is_lost_without_a_network_nor_by_a_reload(
    visit: Any, sheet: Sheet, version: Any, lines: Any
) -> None:
    """E19: 5 marks, a banner, nothing lost after a reload, all saved once online, once."""
    page = sheet.page
    context = page.context
    page.route("**/cellules/**", lambda route: route.abort())
    for index, place in enumerate(PLACES[:5]):
        sheet.type(lines[0], place, str(11 + index))
    assert page.locator(".pf-sheet__dirty").count() == 5
    page.locator("#pf-sheet-offline").wait_for()
    assert "5" in page.locator("#pf-sheet-offline").inner_text()
    with page.expect_download() as waiting:
        page.locator("[data-pf-unsaved]").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == 5
    page.reload()
    sheet.open(lines[0].project.code)
    assert page.locator(".pf-sheet__dirty").count() == 5
    assert not edits().exists()
    page.unroute("**/cellules/**")
    context.set_offline(True)
    context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    sheet.wait_saved()
    assert [saved(lines[0], place) for place in PLACES[:5]] == [
        (11 + index) * K for index in range(5)
    ]
    assert edits().count() == 5
    assert page.locator(".pf-sheet__dirty").count() == 0


def test_an_answer_lost_on_the_way_is_not_written_twice(sheet: Sheet, lines: Any) -> None:
    """The request is written and its answer lost: asked again, the operation is known."""
    page = sheet.page

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/cellules/**", lose, times=1)
    sheet.type(lines[0], "0.ae", "77")
    page.locator("#pf-sheet-offline").wait_for()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    sheet.wait_saved()
    assert saved(lines[0], "0.ae") == 77_000
    assert edits().count() == 1
