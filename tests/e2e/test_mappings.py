"""Matching the columns of a file in a browser without JavaScript, by the keyboard, clean to axe."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from records.models import ImportMapping
from tests.e2e.conftest import Visitor
from tests.imports import layouts
from tests.imports.folders import right_tables, run, write_tables

pytestmark = pytest.mark.browser


@pytest.fixture(params=[False, True], ids=["without", "with"])
def importer(
    request: Any,
    chromium: Browser,
    live_server: Any,
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
) -> Iterator[Visitor]:
    """A management controller, in a browser without JavaScript and with it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    user = User.objects.create_user(username="controle", password="demonstration-2026")
    establish_grant(
        user=user,
        role=Role.MANAGEMENT_CONTROLLER,
        scope_code="",
        valid_from=dt.date(2020, 1, 1),
    )
    assert run(write_tables(tmp_path / "known", right_tables())).status == "applied"
    context = chromium.new_context(
        viewport={"width": 1366, "height": 900}, locale="fr", java_script_enabled=request.param
    )
    context.add_cookies([{"name": "django_language", "value": "fr", "url": live_server.url}])
    visitor = Visitor(context, live_server.url)
    visitor.page.set_default_timeout(60_000)
    visitor.log_in("controle")
    yield visitor
    context.close()


def clean(visitor: Visitor, scripts: bool) -> None:
    """Ask axe what is wrong with the page: nothing; it needs scripts to look."""
    if scripts:
        found = Axe().run(visitor.page).response["violations"]
        assert not [(one["id"], one["nodes"][0]["target"]) for one in found]


def test_columns_are_matched_by_the_keyboard_and_the_mapping_is_shown_and_edited(
    importer: Visitor, request: Any
) -> None:
    scripts = request.node.callspec.params["importer"]
    page = importer.page
    importer.go("/imports/deposer/")
    file = {"name": "EJ.csv", "mimeType": "text/csv", "buffer": layouts.COMMITMENTS}
    page.set_input_files("input[type=file]", file)
    page.click("form.pf-form button[type=submit]")
    page.wait_for_url(re.compile(r"/correspondance/0/$"))
    clean(importer, scripts)
    # Every field of the form is reached by the keyboard, and named.
    page.get_by_label("N° de poste").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "column-2" if scripts else True
    page.get_by_label("N° de poste").select_option("")
    page.fill("[name=name]", "Chorus EJ")
    page.select_option("[name=dates]", "dmy")
    page.fill("[name=value-source_reference]", "{N° EJ}-{N° de poste}")
    page.focus("[name=value-source_reference]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/imports/preparation/\d+/\?step=2"))
    clean(importer, scripts)
    page.click("main .pf-actions a.fr-btn")
    assert page.locator("[data-count=created]").inner_text() == "4"
    mapping = ImportMapping.objects.get()
    for path in ("", f"{mapping.code}/", f"{mapping.code}/modifier/", f"{mapping.code}/fermer/"):
        importer.go(f"/imports/correspondances/{path}")
        clean(importer, scripts)
