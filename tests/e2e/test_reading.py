"""Pages without JavaScript; the page before anybody logs in, and the log-in itself."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.axe import examine_all
from tests.e2e.keyboard import press, without_mouse, write

pytestmark = pytest.mark.browser


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
    assert examine_all(visitor.page, themes=2).violations == []
    assert visitor.complaints == []


def test_a_person_logs_in_and_out_without_a_mouse(visit: Any) -> None:
    visitor = visit()
    page = without_mouse(visitor)
    visitor.go("/connexion/")
    write(page, "input[name=username]", "directrice")
    write(page, "input[name=password]", "demonstration-2026")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{visitor.base}/")
    press(page, ".fr-header__tools form[action='/deconnexion/'] button")
    page.locator("form[action='/deconnexion/']").first.wait_for(state="detached")
    assert visitor.go("/projets/") == 200
    assert "/connexion/" in page.url
    assert visitor.complaints == []
