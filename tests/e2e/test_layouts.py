"""A layout that nobody wrote is taught in the page by the keyboard; the next file is read by it.

Headings, order, separator, encoding, styles, preamble and totals are drawn (`unknown_layout`).
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from records.models import DraftFile, ImportBatch, ImportMapping
from tests.e2e.axe import examine
from tests.e2e.keyboard import choose, press, tab_to, without_mouse, write
from tests.e2e.visitor import Visitor
from tests.e2e.watch import WatchedBrowser
from tests.imports.content import content
from tests.imports.folders import right_tables, run, write_tables
from tests.imports.unknown_layout import ROWS, UnknownFile, UnknownLayout

pytestmark = pytest.mark.browser
MATCH = re.compile(r"/correspondance/0/")
RECOGNISED = re.compile(r"/imports/preparation/\d+/\?step=2")


@pytest.fixture
def importer(
    chromium: WatchedBrowser,
    live_server: Any,
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
) -> Iterator[Visitor]:
    """A management controller, and a portfolio whose facts the extracts name."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    user = User.objects.create_user(username="controle", password="demonstration-2026")
    establish_grant(
        user=user,
        role=Role.MANAGEMENT_CONTROLLER,
        scope_code="",
        valid_from=dt.date(2020, 1, 1),
    )
    assert run(write_tables(tmp_path / "known", right_tables())).status == "applied"
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, locale="fr")
    context.add_cookies([{"name": "django_language", "value": "fr", "url": live_server.url}])
    visitor = Visitor(context, live_server.url)
    visitor.page.set_default_timeout(60_000)
    visitor.log_in("controle")
    yield visitor
    context.close()


def deposit(visitor: Visitor, name: str, file: UnknownFile) -> None:
    page = visitor.page
    visitor.go("/imports/deposer/")
    with page.expect_file_chooser() as chooser:
        press(page, "input[type=file]", "Enter")
    chooser.value.set_files({"name": name, "mimeType": "text/csv", "buffer": file.data})
    press(page, "form.pf-form button[type=submit]")


def tell_where_the_headings_stand(page: Any, layout: UnknownLayout, file: UnknownFile) -> None:
    """Say what nothing in the file tells: the table, the line of the headings, the separator."""
    page.wait_for_url(MATCH)
    choose(page, "select[name=table]", layout.table)
    write(page, "input[name=header_line]", str(file.header_line))
    choose(page, "select[name=separator]", layout.separator)
    choose(page, "select[name=encoding]", layout.encoding)
    press(page, "form[method=get] button[type=submit]")
    page.locator("[name=column-0]").wait_for()


def teach(page: Any, layout: UnknownLayout, file: UnknownFile) -> None:
    """Give the field of each heading, and how the file is written."""
    for index, heading in enumerate(file.headings):
        told = layout.columns[heading]
        read = "" if told in ("piece", "line") else told
        choose(page, f"select[name=column-{index}]", read)
    write(page, "input[name=name]", "Source inconnue")
    choose(page, "select[name=mark]", layout.mark)
    choose(page, "select[name=dates]", layout.order)
    write(page, "input[name=ignored]", layout.total)
    if layout.is_reversed:
        press(page, "input[name=reversed-amount]", "Space")
    write(page, "input[name=value-source_reference]", layout.reference)
    tab_to(page, "form[method=post].pf-form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(RECOGNISED)


def see_the_check(page: Any, layout: UnknownLayout, file: UnknownFile) -> None:
    """No error, every line a creation, and the control total that of the file."""
    press(page, "main .pf-actions a.fr-btn")
    expect(page.locator("[data-count=created]")).to_have_text(re.compile(r"^5\s?200$"))
    assert page.locator("[data-count=errors]").inner_text() == "0"
    cells = page.locator(f"[data-total='{layout.table}.amount'] td.pf-num").all_inner_texts()
    file_total, out, waiting, result = (
        Decimal(re.sub(r"[^\d,−-]", "", cell).replace("−", "-").replace(",", ".")) for cell in cells
    )
    assert (file_total, out, waiting, result) == (file.total, 0, 0, file.total)


@pytest.mark.parametrize("seed", [4, 2026] if os.environ.get("STORM") == "full" else [2026])
def test_a_layout_that_nobody_wrote_is_taught_recorded_undone_and_known_the_next_time(
    importer: Visitor, seed: int
) -> None:
    page = without_mouse(importer)
    layout = UnknownLayout(seed)
    file, following = layout.file(1), layout.file(2)
    before = content()
    deposit(importer, "extrait.csv", file)
    tell_where_the_headings_stand(page, layout, file)
    assert examine(page).violations == []
    teach(page, layout, file)
    see_the_check(page, layout, file)
    assert content() == before

    press(page, "#commit")
    link = page.locator("main a[href*='/imports/lots/']").first
    expect(link).to_be_visible(timeout=60_000)
    batch = ImportBatch.objects.latest("pk")
    assert batch.counts[layout.table] == {"created": ROWS, "updated": 0, "unchanged": 0}
    assert Decimal(batch.totals[layout.table]["2026"]["amount"]["recorded"]) == file.total

    importer.go(f"/imports/lots/{batch.code}/")
    write(page, "[name=reason]", "Extrait du mauvais mois")
    press(page, "form[action$='/annuler/'] button[type=submit]")
    page.locator(".fr-alert--success").wait_for()
    assert content() == before

    # The next file: other rows, other order of the columns, other preamble; nothing is asked.
    deposit(importer, "extrait-suivant.csv", following)
    page.wait_for_url(RECOGNISED)
    kept = DraftFile.objects.latest("pk").reading["code"]
    assert kept == ImportMapping.objects.get().code
    see_the_check(page, layout, following)
    assert importer.complaints == []
