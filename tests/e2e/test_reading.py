"""Charts and their tables; pages without JavaScript; the page before anybody logs in."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["/", "/projets/EX-02/"])
def test_each_chart_has_marks_a_conclusion_and_a_table(visit: Any, path: str) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    visitor.go(path)
    charts = visitor.page.locator("figure.pf-chart").all()
    assert len(charts) >= 2
    for chart in charts:
        drawing = chart.locator("svg[role=img]")
        assert drawing.count() == 1
        assert len(drawing.get_attribute("aria-label") or "") > 20
        assert drawing.locator("path, rect, circle, line, polyline, polygon").count() >= 3
        assert chart.locator("tbody tr").count() >= 1


def test_a_person_without_javascript_finds_and_reads_a_project(
    visit: Any, chromium: Any, live_server: Any
) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    context = chromium.new_context(
        java_script_enabled=False, locale="fr", storage_state=visitor.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/projets/")
    page.fill("#id_q", "examens")
    page.click("form[role=search] button[type=submit]")
    page.click("main table tbody a >> nth=0")
    assert page.locator("h1").count() == 1
    assert page.locator("svg[role=img]").count() >= 2
    # The menu is a dialog for scripts on a phone: the foot of the page leads everywhere too.
    assert page.locator("footer nav a").count() >= 5
    context.close()


def test_the_log_in_page_is_sound(visit: Any) -> None:
    visitor = visit("en")
    assert visitor.go("/connexion/") == 200
    assert visitor.page.locator("html").get_attribute("lang") == "en"
    assert Axe().run(visitor.page).response["violations"] == []
    assert visitor.complaints + visitor.reports() == []
