"""Language, zoom, text spacing, palette and pages without JavaScript, in a browser.

Scenarios E35, A04, A05, A12 and R02 of the user experience, and the search palette.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import Preferences, SavedView, User
from accounts.services.preferences import keep_preferences
from tests.e2e.axe import examine_all

pytestmark = pytest.mark.browser

PAGES = (
    "/",
    "/projets/",
    "/projets/EX-02/",
    "/budget/paiements/",
    "/contrats/",
    "/recherche/?q=ex",
    "/aide/",
    "/compte/preferences/",
)
# WCAG 1.4.12: line height 1.5, paragraphs 2, letters 0.12, words 0.16.
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    " word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"
)
# Text cut by a box that hides what overflows; what is only for screen readers, and the words of the
# buttons that show an icon alone, are cut on purpose.
CUT = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e);
  return e.childElementCount === 0 && e.textContent.trim() && e.clientWidth > 2
    && style.overflowX === 'hidden' && !e.closest('.fr-sr-only, .fr-btn:not([class*=btn--icon-])')
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => e.outerHTML.slice(0, 120))"""


def wide(page: Any) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    )


def test_zoom_and_spacing_lose_nothing(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    faults = []
    for path in PAGES:
        visitor.go(path)
        for size in ((683, 384), (320, 256)):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            if wide(page):
                faults.append(f"{path} {size}: the page scrolls sideways")
            bar = page.locator(".pf-context")
            if bar.evaluate("e => getComputedStyle(e).position") == "sticky":
                faults.append(f"{path} {size}: the bar is still sticky")
        page.set_viewport_size({"width": 1366, "height": 768})
        page.evaluate(
            "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
            " document.adoptedStyleSheets = [sheet]; }",
            SPACING,
        )
        faults += [f"{path} spaced: {text}" for text in page.evaluate(CUT)]
        if wide(page):
            faults.append(f"{path} spaced: the page scrolls sideways")
    assert faults == []


def test_titles_headings_and_landmarks_are_sound(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    titles = []
    for path in (*PAGES, "/projets/?page=2&size=25", "/projets/?q=examens"):
        visitor.go(path)
        titles.append(page.title())
        assert page.locator("h1").count() == 1
        levels = page.evaluate(
            "[...document.querySelectorAll('main :is(h1,h2,h3,h4)')].map(e => +e.tagName[1])"
        )
        first = levels.index(1)
        ordered = all(b - a <= 1 for a, b in zip(levels[first:], levels[first + 1 :], strict=False))
        assert ordered, (path, levels)
        for landmark in ("main", "header.fr-header", "footer.fr-footer"):
            assert page.locator(landmark).count() == 1
        names = page.evaluate(
            "[...document.querySelectorAll('nav')].map(e => e.getAttribute('aria-label')"
            " || e.getAttribute('aria-labelledby'))"
        )
        assert len(set(names)) == len(names), (path, names)
        assert page.locator("html").get_attribute("lang") == "fr"
    assert len(set(titles)) == len(titles), titles


def test_the_language_changes_and_the_address_does_not(visit: Any) -> None:
    visitor = visit("fr")
    visitor.log_in("directrice")
    page = visitor.page
    visitor.go("/projets/?sort=-cost")
    french = page.locator("#list table.pf-table").last.inner_text()
    page.locator(".fr-header button[name=language][value=en] >> visible=true").first.click()
    page.wait_for_load_state()
    assert page.url == f"{visitor.base}/projets/?sort=-cost"
    assert page.locator("html").get_attribute("lang") == "en"
    english = page.locator("#list table.pf-table").last.inner_text()
    assert re.search(r"\d{2}/\d{2}/\d{4}", french)
    assert not re.search(r"\d{2}/\d{2}/\d{4}", english)
    assert re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4}", english)
    rows = page.locator("#list table.pf-table").last.locator("tbody th")
    assert [row.get_attribute("lang") for row in rows.all()] == ["fr"] * rows.count()
    assert Preferences.objects.get(user__username="directrice").language == "en"
    visitor.go("/projets/EX-02/")
    assert page.locator("h1[lang=fr]").count() == 1


def test_the_palette_is_a_combobox_over_the_page(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    visitor.go("/projets/")
    page.locator("#sort-code").focus()
    page.keyboard.press("/")
    field = page.locator("#pf-palette-q")
    assert page.evaluate("document.activeElement.id") == "pf-palette-q"
    page.keyboard.type("mettre à jour EX-02")
    page.locator("#pf-option-0").wait_for()
    assert field.get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    active = field.get_attribute("aria-activedescendant")
    assert active == "pf-option-0"
    assert page.locator(f"#{active}").get_attribute("aria-selected") == "true"
    assert page.evaluate("document.activeElement.id") == "pf-palette-q"
    assert examine_all(page).violations == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "sort-code"
    page.keyboard.press("Control+k")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/projets/EX-02/avancement/")
    assert visitor.complaints == []


def test_single_keys_are_turned_off_and_never_act_in_a_field(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    visitor.go("/projets/")
    page.locator("#id_q").focus()
    page.keyboard.type("/gp?")
    assert page.locator("#id_q").input_value() == "/gp?"
    assert not page.evaluate("document.getElementById('pf-palette').open")
    keep_preferences(actor=User.objects.get(username="directrice"), shortcuts=False)
    visitor.go("/projets/")
    page.keyboard.press("/")
    assert not page.evaluate("document.getElementById('pf-palette').open")
    page.keyboard.press("Control+k")
    assert page.evaluate("document.getElementById('pf-palette').open")


def test_without_javascript_lists_views_units_and_edits_work(
    visit: Any, chromium: Any, live_server: Any
) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    context = chromium.new_context(
        java_script_enabled=False, locale="fr", storage_state=visitor.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/projets/")
    page.select_option("#id_weather", "ORAGE")
    page.click("#apply-filters")
    assert "weather=ORAGE" in page.url
    page.click("#sort-cost")
    assert page.locator("th[aria-sort=ascending] #sort-cost").count() == 1
    page.click(".pf-views__more summary")
    page.fill("#view-name", "Sans script")
    page.click("form[action='/vues/'] button")
    assert SavedView.objects.filter(name="Sans script").exists()
    page.click("button[name=unit][value=keur]")
    assert page.locator("button[name=unit][aria-pressed=true]").inner_text() == "k€"
    page.goto(f"{live_server.url}/recherche/?q=EX-02")
    page.click("#group-projects >> xpath=../../ul//a >> nth=0")
    page.click("a[href='/projets/EX-02/modifier/'] >> nth=0")
    page.fill("input[name=title]", "Titre sans script")
    page.click("main button.fr-btn[type=submit] >> nth=-1")
    assert "Titre sans script" in page.content()
    context.close()
