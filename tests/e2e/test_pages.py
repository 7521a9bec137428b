"""Every page, in a browser: it answers, it has data, it complains of nothing, axe neither.

One run shows each page to one person, a table to two, in both themes and in a language drawn for
it; `make storm` shows it to everybody, in both languages.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.addresses import detail_addresses, named_routes, plain_addresses
from tests.e2e.axe import Findings, examine, examine_all, reviewed

pytestmark = pytest.mark.browser

# Pages with at least one data row; the others are forms.
TABLES = (
    "/",
    "/?origin=published",
    "/projets/",
    "/projets/EX-02/",
    "/projets/EX-11/",
    "/projets/EX-02/indicateurs/DR-08/",
    "/projets/EX-02/indicateurs/BX-01/",
    "/indicateurs/",
    "/indicateurs/DR-07/",
    "/budget/mouvements/",
    "/budget/engagements/",
    "/budget/services-faits/",
    "/budget/paiements/",
    "/budget/nomenclature/",
    "/contrats/",
    "/partenaires/",
    "/panorama/",
    "/panorama/2018-03/",
)
FORMS = (
    "/projets/nouveau/",
    "/projets/EX-02/modifier/",
    "/projets/EX-02/estimer/",
    "/projets/EX-02/avancement/",
    "/projets/EX-02/reference/",
    "/projets/EX-02/cloturer/",
    "/affichage/",
    "/compte/",
)


# The first of these people who may open a page sees it in both themes; the next ones in English and
# in French by turns.
ROLES = ("directrice", "admin", "cheffe.projet", "budget", "controle", "marches", "partenaire")
LANGUAGES = ("fr", "en")
WHOLE = os.environ.get("STORM") == "full"
# How many see a page, and a table: it shows each role something else; another page is shown or
# refused whole.
MOST = {True: 5, False: 2} if WHOLE else {True: 2, False: 1}
PARTS = 4


def every_page() -> list[str]:
    """Return the pages that are walked."""
    return list(dict.fromkeys([*TABLES, *FORMS, *plain_addresses(), *detail_addresses()]))


def shape_of(visitor: Any, path: str, *, rows: bool) -> list[str]:
    """Return what is wrong with the page that is shown, but for what axe says."""
    page = visitor.page
    faults = []
    if page.locator("h1").count() != 1:
        faults.append(f"{path}: {page.locator('h1').count()} h1")
    if rows and not page.locator("table tbody tr").count():
        faults.append(f"{path}: no data row")
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > page.viewport_size["width"]:
        faults.append(f"{path}: {width} px wide")
    return faults + [f"{path}: console: {text}" for text in visitor.complaints]


def opens(visitor: Any, path: str, role: str, language: str) -> bool:
    """Open a page as somebody, in a language; False when the person has no right to it."""
    visitor.log_in(role)
    visitor.dress(language, "dark")
    visitor.complaints.clear()
    status = visitor.go(path)
    assert status in (200, 403, 404), f"{path}: {status}"
    worn = visitor.page.evaluate(
        "[document.documentElement.lang, document.documentElement.dataset.frTheme]"
    )
    assert worn == [language, "dark"], path
    return bool(status == 200)


def examine_for_all(visitor: Any, path: str) -> tuple[list[str], Findings]:
    """Show a page in both themes, to as many as see it."""
    faults: list[str] = []
    found = Findings()
    seen: list[str] = []
    first = 0 if WHOLE else random.randrange(2)
    for role in ROLES:
        enough = len(seen) >= MOST[path in TABLES]
        if enough or not opens(visitor, path, role, LANGUAGES[(first + len(seen)) % 2]):
            continue
        faults += shape_of(visitor, path, rows=path in TABLES and not seen)
        found.add(examine(visitor.page) if seen else examine_all(visitor.page, themes=2))
        seen.append(role)
    if WHOLE and len(seen) == 1 and opens(visitor, path, seen[0], "en"):
        faults += shape_of(visitor, path, rows=False)
        found.add(examine(visitor.page))
    return (faults if seen else [f"{path}: nobody opens it"]), found


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_answers_and_is_accessible(
    visit: Any, settings: Any, tmp_path: Path, part: int
) -> None:
    """Each page is seen by whoever may, in both themes; in both languages by `make storm` (A01)."""
    settings.MEDIA_ROOT = str(tmp_path)
    visitor = visit()
    faults: list[str] = []
    found = Findings()
    pages = every_page()[part::PARTS]
    for path in pages:
        wrong, more = examine_for_all(visitor, path)
        faults += wrong
        found.add(more)
    assert faults + found.violations == []
    assert found.incomplete - reviewed() == set()
    assert len(pages) > 15


def test_what_a_person_has_reviewed_names_pages_that_exist() -> None:
    routes = {f"/{route}" for route in named_routes().values()} | {*plain_addresses()}
    assert {page for _rule, _reason, page in reviewed()} - routes == set()


def test_on_a_phone_no_page_scrolls_sideways(visit: Any) -> None:
    visitor = visit("fr", "light", (390, 844))
    visitor.log_in("directrice")
    faults: list[str] = []
    for path in TABLES[:6]:
        assert visitor.go(path) == 200
        faults += shape_of(visitor, path, rows=True)
        faults += examine(visitor.page).violations
    assert faults == []
