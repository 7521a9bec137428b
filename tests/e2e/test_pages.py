"""Every page, in a browser: it answers, it has data, it complains of nothing, axe neither."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.models import User
from budgets.models import Commitment, CreditMovement, Payment, ServiceDone
from jobs.models import Job
from tests.office.test_first_use import plain_pages

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


def details() -> list[str]:
    """One detail page of each ledger, one job."""
    pages = []
    for area, model in (
        ("mouvements", CreditMovement),
        ("engagements", Commitment),
        ("services-faits", ServiceDone),
        ("paiements", Payment),
    ):
        row = model.objects.order_by("pk").first()
        assert row is not None
        pages.append(f"/budget/{area}/{row.pk}/")
    job = Job.objects.order_by("pk").first()
    assert job is not None
    return [*pages, "/taches/", f"/taches/{job.pk}/"]


def check(visitor: Any, path: str, *, rows: bool) -> list[str]:
    """Return what is wrong with a page; empty when nothing is."""
    visitor.complaints.clear()
    status = visitor.go(path)
    page = visitor.page
    faults = []
    if status != 200:
        return [f"{path}: {status}"]
    if page.locator("h1").count() != 1:
        faults.append(f"{path}: {page.locator('h1').count()} h1")
    if rows and not page.locator("table tbody tr").count():
        faults.append(f"{path}: no data row")
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > page.viewport_size["width"]:
        faults.append(f"{path}: {width} px wide")
    for violation in Axe().run(page).response["violations"]:
        where = violation["nodes"][0]["html"][:120]
        faults.append(f"{path}: axe {violation['id']}: {where}")
    faults += [f"{path}: console: {text}" for text in visitor.complaints]
    faults += [f"{path}: policy: {text}" for text in visitor.reports()]
    return faults


ROLES = ("directrice", "cheffe.projet", "budget", "controle")
DRESSES = (("fr", "light"), ("en", "dark"), ("fr", "dark"), ("en", "light"))


def dress(visitor: Any, language: str, scheme: str) -> None:
    """Have the next page in a language and a theme."""
    visitor.context.add_cookies(
        [
            {"name": "django_language", "value": language, "url": visitor.base},
            {"name": "pf_scheme", "value": scheme, "url": visitor.base},
        ]
    )


@pytest.mark.parametrize("role", ROLES)
def test_every_page_answers_and_is_accessible(visit: Any, role: str) -> None:
    """Each page is seen by each role, and by the four in the four pairs of language and theme.

    The pairs rotate by page and by role: a page is not visited sixteen times.
    """
    visitor = visit()
    visitor.log_in(role)
    person = User.objects.get(username=role)
    own = [f"/administration/personnes/{person.pk}/donnees/"]
    tables = {*TABLES} if role == "directrice" else set()
    pages = list(dict.fromkeys([*TABLES, *FORMS, *details(), *own, *plain_addresses()]))
    faults: list[str] = []
    seen = 0
    for index, path in enumerate(pages):
        dress(visitor, *DRESSES[(index + ROLES.index(role)) % len(DRESSES)])
        found = check(visitor, path, rows=path in tables)
        if found and found[0] in (f"{path}: 403", f"{path}: 404") and path not in tables:
            continue
        seen += 1
        faults += found
    assert faults == []
    assert seen > 30


def plain_addresses() -> list[str]:
    """Return every address of the pages that takes no argument."""
    return [f"/{path}" for path in plain_pages() if "connexion" not in path]


def test_on_a_phone_no_page_scrolls_sideways(visit: Any) -> None:
    visitor = visit("fr", "light", (390, 844))
    visitor.log_in("directrice")
    faults = [fault for path in TABLES[:6] for fault in check(visitor, path, rows=True)]
    assert faults == []
