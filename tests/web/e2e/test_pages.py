"""Every page: it answers, says what it is, shows data, breaks no rule, is readable by all.

In French and English, light and dark: status 200, one h1, at least one data row, an empty console,
no report of the content security policy, no violation found by axe, no sideways scroll on a phone.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

DIRECTOR, CONTROLLER, MANAGER = "directrice", "controle", "cheffe.projet"
# (address, person, selector of what counts as a data row)
ROW = "tbody tr"
PAGES: list[tuple[str, str, str]] = [
    ("/", DIRECTOR, ROW),
    ("/projets/", DIRECTOR, ROW),
    ("/projets/?weather=ORAGE&sort=-gap", DIRECTOR, ROW),
    ("/projets/EX-02/", DIRECTOR, ROW),
    ("/projets/EX-10/", DIRECTOR, ROW),
    ("/projets/EX-02/indicateurs/DR-07/", DIRECTOR, ROW),
    ("/projets/EX-02/indicateurs/BX-01/", DIRECTOR, ROW),
    ("/projets/EX-02/modifier/", DIRECTOR, "form .fr-input"),
    ("/projets/EX-02/estimer/", DIRECTOR, "form .fr-input"),
    ("/projets/EX-02/avancement/", DIRECTOR, "form .fr-input"),
    ("/projets/EX-02/reference/", DIRECTOR, "form .fr-input"),
    ("/projets/EX-02/cloturer/", DIRECTOR, "form .fr-input"),
    ("/projets/nouveau/", DIRECTOR, "form .fr-input"),
    ("/budget/mouvements/", CONTROLLER, ROW),
    ("/budget/engagements/", CONTROLLER, ROW),
    ("/budget/services-faits/", CONTROLLER, ROW),
    ("/budget/paiements/", CONTROLLER, ROW),
    ("/budget/nomenclature/", CONTROLLER, ROW),
    ("/contrats/", CONTROLLER, ROW),
    ("/partenaires/", CONTROLLER, ROW),
    ("/indicateurs/", CONTROLLER, ROW),
    ("/indicateurs/DR-07/", CONTROLLER, ROW),
    ("/panorama/", CONTROLLER, ROW),
    ("/panorama/2021-11/", CONTROLLER, ROW),
    ("/taches/", CONTROLLER, ROW),
    ("/taches/1/", CONTROLLER, "dl dd"),
    ("/taches/recalculer/", CONTROLLER, "form .fr-input"),
    ("/compte/", MANAGER, ROW),
    ("/affichage/", MANAGER, "form input[type=radio]"),
]
# Pages whose rows are reached from a list: (list, selector of the link).
DETAILS: list[tuple[str, str]] = [
    ("/budget/mouvements/", "tbody th a"),
    ("/budget/engagements/", "tbody th a"),
    ("/budget/services-faits/", "tbody th a"),
    ("/budget/paiements/", "tbody th a"),
    ("/contrats/", "tbody th a"),
    ("/partenaires/", "tbody th a"),
]
LOOKS = [(language, theme) for language in ("fr", "en") for theme in ("light", "dark")]
looks = pytest.mark.parametrize(("language", "theme"), LOOKS, ids=lambda value: value)


def visit(page: Page, address: str) -> list[str]:
    """Open a page that answers 200; return what the console and the policy said."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, f"{address}: {answer.status}"
    return said


def assert_sound(page: Page, said: list[str], row: str) -> None:
    """Assert everything that any page owes."""
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert page.locator(f"main {row}").count() >= 1
    assert said + page.evaluate("window.reports") == []
    found = Axe().run(page).response["violations"]
    assert {item["id"]: [node["html"] for node in item["nodes"]] for item in found} == {}


@looks
@pytest.mark.parametrize(("address", "person", "row"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_is_sound(visitor, address, person, row, language, theme):
    page = visitor(person, language, theme).new_page()
    try:
        said = visit(page, address)
        html = page.locator("html")
        assert html.get_attribute("lang") == language
        assert html.get_attribute("data-fr-theme") == theme
        assert_sound(page, said, row)
    finally:
        page.close()


@pytest.mark.parametrize(("address", "link"), DETAILS, ids=[page[0] for page in DETAILS])
def test_a_row_has_a_sound_page(visitor, address, link):
    page = visitor(CONTROLLER).new_page()
    try:
        visit(page, address)
        target = page.locator(f"main {link}").first.get_attribute("href")
        said = visit(page, target or "")
        assert_sound(page, said, "dd, main tbody tr")
    finally:
        page.close()


@pytest.mark.parametrize(("address", "person", "row"), PAGES, ids=[page[0] for page in PAGES])
def test_a_page_fits_a_phone(visitor, address, person, row):
    page = visitor(person).new_page()
    try:
        page.set_viewport_size({"width": 390, "height": 844})
        visit(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        page.close()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_log_in_page_is_sound_before_anybody_logs_in(chrome, server, language):
    context = chrome.new_context(
        base_url=server.url, locale={"fr": "fr-FR", "en": "en-GB"}[language]
    )
    context.add_init_script("window.reports = [];")
    page = context.new_page()
    try:
        said = visit(page, "/connexion/")
        assert page.locator("html").get_attribute("lang") == language
        assert_sound(page, said, "form .fr-input")
    finally:
        context.close()


@pytest.mark.parametrize("address", ["/", "/projets/EX-02/"])
def test_each_chart_has_marks_and_a_table_with_the_same_number_of_points(visitor, address):
    page = visitor(DIRECTOR).new_page()
    try:
        visit(page, address)
        charts = page.locator("figure.pf-chart")
        assert charts.count() >= 2
        for chart in charts.all():
            drawing = chart.locator("svg[role=img]")
            assert drawing.count() == 1
            assert len(drawing.get_attribute("aria-label") or "") > 20
            assert drawing.locator("path, rect, circle, line, polyline").count() >= 3
            assert chart.locator("tbody tr").count() >= 1
    finally:
        page.close()


def test_a_page_is_readable_without_javascript(chrome, server, visitor):
    known = visitor(DIRECTOR).storage_state()
    context = chrome.new_context(
        base_url=server.url, locale="fr-FR", java_script_enabled=False, storage_state=known
    )
    page = context.new_page()
    try:
        page.goto("/projets/")
        page.fill("#id_q", "examens")
        page.click("form[role=search] button[type=submit]")
        page.click("main tbody th a")
        assert page.locator("h1").count() >= 1
        assert page.locator("svg[role=img]").count() >= 2
        assert page.get_by_role("link", name="Panorama").count() >= 1
    finally:
        context.close()
