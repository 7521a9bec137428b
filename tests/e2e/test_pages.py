"""Every page, in a browser: it answers, it has data, it complains of nothing, axe neither."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from budgets.models import Commitment, CreditMovement, Payment, ServiceDone
from jobs.models import Job

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_page_answers_and_is_accessible(visit: Any, language: str, scheme: str) -> None:
    visitor = visit(language, scheme)
    visitor.log_in("directrice")
    faults = [fault for path in TABLES for fault in check(visitor, path, rows=True)]
    faults += [fault for path in FORMS for fault in check(visitor, path, rows=False)]
    visitor.context.clear_cookies(name="sessionid")
    visitor.log_in("controle")
    faults += [fault for path in details() for fault in check(visitor, path, rows=False)]
    assert faults == []


def test_on_a_phone_no_page_scrolls_sideways(visit: Any) -> None:
    visitor = visit("fr", "light", (390, 844))
    visitor.log_in("directrice")
    faults = [fault for path in TABLES[:6] for fault in check(visitor, path, rows=True)]
    assert faults == []
