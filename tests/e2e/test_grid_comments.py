"""Comments in the grid, by the keyboard: the panel of a cell, answers, resolution, two people."""

from __future__ import annotations

from typing import Any

import pytest

from budgets.models import ProgrammingLine
from records.models import Comment, Notification
from tests.e2e.axe import examine_all
from tests.e2e.grid import Sheet, address

pytestmark = pytest.mark.browser
ON_CELL = "document.activeElement.dataset.cell"


def on(line: ProgrammingLine) -> Any:
    """Return the comments of a line."""
    return Comment.objects.on("programming_line", line.code)


def test_a_cell_is_commented_by_the_keyboard_and_escape_gives_the_focus_back(
    sheet: Sheet, lines: Any
) -> None:
    panel = sheet.open_thread(lines[0], "1.cp")
    assert panel.locator("#comment-anchor").input_value() == "1.cp"
    sheet.say_by_keyboard("Pourquoi ce montant ?")
    assert on(lines[0]).get().anchor == "1.cp"
    assert "CP 2032" in panel.inner_text()
    sheet.page.keyboard.press("Escape")
    sheet.page.wait_for_function(f"{ON_CELL} === '{lines[0].pk}.1.cp'")
    assert (sheet.talk(lines[0]), sheet.group_talk(lines[0].project.code)) == (1, 1)
    assert sheet.page.locator(".pf-sheet__dirty").count() == 0
    sheet.page.keyboard.type("7")
    sheet.page.keyboard.press("Enter")
    sheet.wait_saved()
    assert sheet.value(lines[0], "1.cp") == 7


def test_an_answer_a_resolution_and_its_reopening_stay_in_the_panel(
    sheet: Sheet, lines: Any
) -> None:
    panel = sheet.open_thread(lines[0], "0.ae")
    sheet.say_by_keyboard("Pourquoi ?")
    panel.get_by_role("link", name="Répondre").focus()
    sheet.page.keyboard.press("Enter")
    panel.locator("form[data-inline] textarea:focus").wait_for()
    sheet.say_by_keyboard("Voici")
    panel.locator("form[data-inline]").wait_for(state="detached")
    assert list(on(lines[0]).values_list("body", flat=True)) == ["Pourquoi ?", "Voici"]
    for name, count in (("Résoudre", 0), ("Rouvrir", 1)):
        if name == "Rouvrir":
            panel.locator("summary").click()
        panel.get_by_role("button", name=name).focus()
        sheet.page.keyboard.press("Enter")
        panel.get_by_role("button", name=name).wait_for(state="hidden")
        assert sheet.talk(lines[0]) == sheet.group_talk(lines[0].project.code) == count
    assert on(lines[0]).first().resolved_at is None


def test_what_is_refused_is_told_and_what_was_typed_stays(sheet: Sheet, lines: Any) -> None:
    panel = sheet.open_thread(lines[0], "0.ae")
    sheet.page.keyboard.type(" ")
    panel.get_by_role("button", name="Publier").click()
    panel.locator("[data-fault]").wait_for()
    assert not on(lines[0]).exists()
    sheet.page.route("**/commentaires/**", lambda route: route.abort())
    panel.locator("#comment-body").fill("À garder")
    panel.get_by_role("button", name="Publier").click()
    panel.get_by_text("Réessayez").wait_for()
    assert panel.locator("#comment-body").input_value() == "À garder"


def test_the_count_of_a_line_opens_its_thread_and_a_group_has_none(
    sheet: Sheet, lines: Any
) -> None:
    row = sheet.page.locator(f'tr[data-line="{lines[1].pk}"]')
    row.locator("[data-talk] a").click()
    panel = sheet.page.locator("#pf-thread")
    panel.locator("#comment-body:focus").wait_for()
    assert panel.locator("#comment-anchor").input_value() == ""
    assert "Ligne 2" in panel.inner_text()
    panel.get_by_role("button", name="Fermer").click()
    sheet.page.wait_for_function("document.activeElement.hasAttribute('data-talk')")
    sheet.page.locator("tr[data-group-row] th").first.focus()
    sheet.page.keyboard.press("Shift+F2")
    assert "ligne" in sheet.said
    assert not panel.is_visible()


def test_two_people_talk_of_a_line_and_the_one_named_is_told_once(
    visit: Any, sheet: Sheet, version: Any, lines: Any
) -> None:
    before = Notification.objects.filter(recipient__username="budget").count()
    other = visit()
    other.log_in("controle")
    other.go(address(version))
    there = Sheet(other.page)
    there.open(lines[0].project.code)
    there.open_thread(lines[0], "0.ae")
    other.page.keyboard.type("Pour @bud")
    other.page.locator(".pf-completions [aria-selected=true]").wait_for()
    other.page.keyboard.press("Enter")
    there.say_by_keyboard("d’accord ?")
    assert on(lines[0]).get().body == "Pour @budget d’accord ?"
    told = Notification.objects.filter(recipient__username="budget")
    assert told.count() == before + 1
    sheet.page.evaluate("pfGrid.sheet.others.poll()")
    row = f'tr[data-line="{lines[0].pk}"] [data-talk] a'
    sheet.page.wait_for_function("at => document.querySelector(at).textContent === '1'", arg=row)
    panel = sheet.open_thread(lines[0], "0.ae")
    assert "Pour @budget" in panel.inner_text()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_panel_is_clean_to_axe(visit: Any, version: Any, lines: Any, language: str) -> None:
    visitor = visit(language)
    visitor.log_in("budget")
    visitor.go(address(version))
    sheet = Sheet(visitor.page)
    sheet.open(lines[0].project.code)
    sheet.open_thread(lines[0], "0.ae")
    sheet.say_by_keyboard("Pourquoi ?")
    assert examine_all(sheet.page, themes=2).violations == []
