"""A round in a browser, from a request to a notified version: scenario E18 of ux §6."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from budgets.models import ProgrammingFile, ProgrammingStep
from projects.models import Project
from tests.e2e.grid import Sheet, address, build, saved

pytestmark = pytest.mark.browser


@pytest.fixture
def project(demo: None) -> Project:
    """A project of the project manager of the demonstration."""
    return Project.objects.filter(
        manager__username="cheffe.projet", data_origin="fictitious"
    ).order_by("code")[0]


def come(visitor: Any, who: str, path: str) -> Any:
    """Open a page as somebody; return it."""
    visitor.log_in(who)
    assert visitor.go(path) == 200, (who, path)
    return visitor.page


def take(page: Any, verb: str, reason: str = "") -> None:
    """Take a step by its form."""
    form = page.locator(f"form[data-step='{verb}']")
    if reason:
        form.locator("[name=reason]").fill(reason)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def test_a_request_is_sent_returned_sent_again_and_arbitrated(visit: Any, project: Project) -> None:
    version = build(2, 1, "requests", project=project)
    line = version.lines.order_by("pk").first()
    visitor = visit()
    page = come(visitor, "cheffe.projet", address(version))
    sheet = Sheet(page)
    sheet.open(project.code)
    sheet.type(line, "0.ae", "120")
    sheet.wait_saved()
    assert saved(line, "0.ae", "requested") == Decimal(120_000)
    come(visitor, "cheffe.projet", address(version, "etapes/"))
    page.locator(f"tr[data-file='{project.code}'] th a").click()
    file_page = page.url.removeprefix(visitor.base)
    take(page, "submit")
    page = come(visitor, "cheffe.projet", address(version))
    sheet.open(project.code)
    assert sheet.cell(line, "0.ae").get_attribute("aria-readonly") == "true"
    assert refused(page, line) == 409
    page = come(visitor, "budget", file_page)
    take(page, "return", "Chiffrage à revoir")
    page = come(visitor, "cheffe.projet", file_page)
    assert "Chiffrage à revoir" in page.locator("main").inner_text()
    page = come(visitor, "cheffe.projet", address(version))
    sheet.open(project.code)
    assert sheet.cell(line, "0.ae").get_attribute("aria-readonly") is None
    page = come(visitor, "cheffe.projet", file_page)
    take(page, "submit")
    assert page.locator("form[data-step='arbitrate']").count() == 0
    page = come(visitor, "directrice", file_page)
    take(page, "arbitrate")
    held = ProgrammingFile.objects.get(programming_version=version, project=project)
    assert held.state == "arbitrated"
    taken = ProgrammingStep.objects.filter(programming_version=version, project=project)
    verbs = list(taken.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["submit", "return", "submit", "arbitrate"]


def refused(page: Any, line: Any) -> int:
    """Return what the server answers to a cell sent behind the back of the grid."""
    found: int = page.evaluate(
        """async line => (await fetch(pfGrid.sheet.root.dataset.save, {method: 'POST',
          headers: {'Content-Type': 'application/json',
          'X-CSRFToken': pfGrid.sheet.root.dataset.token},
          body: JSON.stringify({operation: crypto.randomUUID(), edits: [
            {line, rank: 0, measure: 'ae', before: '120000.00', after: '1.00'}]})})).status""",
        line.pk,
    )
    return found
