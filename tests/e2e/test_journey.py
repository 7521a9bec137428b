"""A manager corrects a date and sees the figure move, on the sheet and through the API."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.utils import timezone

from projects.models import Project

pytestmark = pytest.mark.browser


def drift_on_sheet(page: Any) -> str:
    """Return the schedule gap as the sheet writes it."""
    cell = page.locator('tr[data-indicator="DR-08"] td.pf-num')
    return str(cell.inner_text()).strip()


def drift_of_api(visitor: Any, code: str) -> float:
    """Return the schedule gap as a REST client pulls it (with the session of the page)."""
    answer = visitor.context.request.get(f"{visitor.base}/api/v1/indicator-values/{code}:DR-08/")
    assert answer.status == 200
    value: float = answer.json()["value"]
    return value


def test_a_project_manager_corrects_an_end_date_and_the_drift_moves(visit: Any) -> None:
    visitor = visit()
    page = visitor.page
    visitor.log_in("cheffe.projet")
    project = Project.objects.filter(manager__username="cheffe.projet", state="open").first()
    assert project is not None
    page.goto(f"{visitor.base}/projets/")
    page.fill("#id_q", project.title.split()[-1])
    page.press("#id_q", "Enter")
    page.click(f"main table a[href='/projets/{project.code}/'] >> nth=0")
    page.wait_for_url(f"{visitor.base}/projets/{project.code}/")
    before, api_before = drift_on_sheet(page), drift_of_api(visitor, project.code)

    page.click(f"a[href='/projets/{project.code}/estimer/']")
    end = timezone.localdate() + dt.timedelta(days=900)
    page.fill("input[name=end_on]", f"{end:%d/%m/%Y}")
    page.fill("[name=reason]", "Recette prolongée")
    page.click("main form.pf-form button[type=submit]")
    page.wait_for_url(f"{visitor.base}/projets/{project.code}/")

    after, api_after = drift_on_sheet(page), drift_of_api(visitor, project.code)
    assert after != before
    assert api_after != api_before
    shown = float(re.sub(r"[^\d,−-]", "", after).replace("−", "-").replace(",", "."))
    assert shown == pytest.approx(api_after * 100, abs=0.051)
    assert "Recette prolongée" in page.locator("main").inner_text()
    assert project.estimates.filter(reason="Recette prolongée").exists()


def test_a_stale_form_shows_both_versions_and_loses_nothing_typed(visit: Any) -> None:
    first, second = visit(), visit()
    code = "EX-02"
    for visitor in (first, second):
        visitor.log_in("directrice")
        visitor.page.goto(f"{visitor.base}/projets/{code}/modifier/")
    first.page.fill("input[name=title]", "Titre de la première personne")
    first.page.click("main form.pf-form button[type=submit]")
    first.page.wait_for_url(f"{first.base}/projets/{code}/")
    second.page.fill("input[name=title]", "Titre de la seconde personne")
    second.page.click("main form.pf-form button[type=submit]")
    second.page.wait_for_load_state("networkidle")
    text = second.page.locator("main").inner_text()
    assert "Titre de la première personne" in text
    assert second.page.input_value("input[name=title]") == "Titre de la seconde personne"
    assert Project.objects.get(code=code).title == "Titre de la première personne"


def test_an_impossible_date_is_said_beside_its_field(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    page.goto(f"{visitor.base}/projets/EX-02/estimer/")
    page.fill("input[name=end_on]", "31/02/2027")
    page.fill("[name=reason]", "Essai")
    page.click("main form.pf-form button[type=submit]")
    page.wait_for_load_state("networkidle")
    assert page.input_value("input[name=end_on]") == "31/02/2027"
    assert "31/02/2027" in page.locator("#end_on-error, .fr-error-text").first.inner_text()
