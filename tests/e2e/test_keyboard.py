"""Without a mouse: the home page, whole pages there and back, dialogs that Escape closes (A02).

The filters of a list (E03, `test_office_lists`), an import (E20, `test_imports`) and an access for
a machine (E31, `test_access`) go by the keyboard too.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.keyboard import fault_of_focus, press, tab_to, walk, without_mouse
from web.dashboard.selectors import MOST_FACTS

pytestmark = pytest.mark.browser

# Long pages with a bar that sticks, forms, a list with its views, a wizard.
WALKED = (
    "/",
    "/projets/",
    "/projets/EX-02/",
    "/projets/EX-02/avancement/",
    "/budget/mouvements/",
    "/indicateurs/DR-07/",
    "/imports/deposer/",
    "/api/",
)


def test_a_director_reads_the_home_page_and_goes_down_a_figure(visit: Any) -> None:
    """E01."""
    visitor = visit()
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go("/")
    press(page, "a.fr-link[href='#content']")
    assert page.evaluate("document.activeElement.id") == "content"
    facts = page.locator("[aria-labelledby=changes] li")
    assert 0 < facts.count() <= MOST_FACTS
    for fact in facts.all():
        assert "→" in fact.inner_text()
        assert fact.locator("a").count() == 1
    cards = page.locator(".pf-figure-card")
    assert cards.count() == 6
    lowest = cards.evaluate_all(
        "all => Math.max(...all.map(e => e.getBoundingClientRect().bottom))"
    )
    assert lowest <= page.viewport_size["height"]
    shown = page.locator("#figure-cost .pf-figure-card__value").inner_text()

    press(page, "#figure-cost a")
    page.wait_for_url("**/indicateurs/DR-07/")
    assert page.title().startswith("DR-07") or "DR-07" in page.locator("main").inner_text()
    with page.expect_event("load"):
        page.go_back()
    assert page.locator("#figure-cost .pf-figure-card__value").inner_text() == shown
    press(page, "[aria-labelledby=changes] li a")
    page.wait_for_url(re.compile(r"/projets/[^/]+/"))
    assert page.locator("h1").count() == 1
    assert visitor.complaints == []


@pytest.mark.parametrize("path", WALKED)
def test_the_focus_is_seen_at_every_stop_of_a_page_there_and_back(visit: Any, path: str) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go(path)
    stops, faults = walk(page, "Tab")
    back, more = walk(page, "Shift+Tab")
    assert faults + more == []
    assert stops == back > 15  # no trap: as many on the way back


def test_escape_closes_the_palette_and_gives_the_focus_back(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go("/projets/")
    press(page, ".fr-header__tools [data-pf-search]")
    assert page.evaluate("document.activeElement.id") == "pf-palette-q"
    for _ in range(6):  # the focus stays in the dialog, or goes to the browser itself
        page.keyboard.press("Tab")
        assert fault_of_focus(page) == ""
        assert page.evaluate(
            "() => document.activeElement === document.body"
            " || !!document.activeElement.closest('#pf-palette')"
        )
    page.keyboard.press("Escape")
    assert page.locator("#pf-palette").is_hidden()
    assert page.evaluate("document.activeElement.matches('.fr-header__tools [data-pf-search]')")
    assert fault_of_focus(page) == ""


def test_escape_closes_the_menu_of_a_phone_and_gives_the_focus_back(visit: Any) -> None:
    visitor = visit(size=(390, 844))
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go("/projets/")
    press(page, "#menu-button")
    page.locator("#menu.fr-modal--opened").wait_for()
    tab_to(page, "#menu a.fr-nav__link[href='/contrats/']")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.id === 'menu-button'")
    assert page.locator("#menu.fr-modal--opened").count() == 0
    assert fault_of_focus(page) == ""


def test_escape_closes_the_help_over_the_page_and_gives_the_focus_back(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go("/projets/")
    press(page, ".pf-help summary")
    tab_to(page, ".pf-help__panel a")
    page.keyboard.press("Escape")
    assert page.locator(".pf-help[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('.pf-help summary')")
    assert fault_of_focus(page) == ""


def test_a_covered_or_unmarked_focus_is_found(visit: Any) -> None:
    """What the other tests rely on: the same page, spoilt, is refused."""
    visitor = visit()
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go("/projets/")
    tab_to(page, "#apply-filters")
    assert fault_of_focus(page) == ""
    spoil = (
        "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
        " document.adoptedStyleSheets = [sheet]; }"
    )
    page.evaluate(spoil, "* { outline: none !important; }")
    assert fault_of_focus(page).startswith("no mark of the focus")
    page.evaluate(spoil, ".pf-context { position: fixed !important; inset: 0; }")
    assert fault_of_focus(page).startswith("under <div")
