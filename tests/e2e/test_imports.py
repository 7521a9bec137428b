"""Imports in a browser: a file with errors, corrected in place, recorded, undone (E20 to E23)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from accounts.enums import Role
from accounts.models import User
from accounts.services.grants import establish_grant
from budgets.models import Commitment
from records.models import ImportBatch
from tests.e2e.conftest import Visitor
from tests.imports import restitution as restituted
from tests.imports.content import content
from tests.imports.folders import run

pytestmark = pytest.mark.browser


@pytest.fixture
def importer(
    chromium: Browser, live_server: Any, transactional_db: None, settings: Any, tmp_path: Path
) -> Iterator[Visitor]:
    """A management controller before what the database held, in a browser without JavaScript or
    with it.
    """
    settings.MEDIA_ROOT = str(tmp_path / "media")
    user = User.objects.create_user(username="controle", password="demonstration-2026")
    establish_grant(
        user=user,
        role=Role.MANAGEMENT_CONTROLLER,
        scope_code="",
        valid_from=dt.date(2020, 1, 1),
    )
    assert run(restituted.write_former(tmp_path / "former")).status == "applied"
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, locale="fr")
    context.add_cookies([{"name": "django_language", "value": "fr", "url": live_server.url}])
    visitor = Visitor(context, live_server.url)
    visitor.page.set_default_timeout(60_000)
    visitor.log_in("controle")
    yield visitor
    context.close()


def counts(page: Any) -> dict[str, int]:
    names = ("created", "updated", "unchanged", "to_check", "errors", "aside")
    texts = {name: page.locator(f"[data-count={name}]").inner_text() for name in names}
    return {name: int(re.sub(r"\D", "", text)) for name, text in texts.items()}


def total(page: Any) -> list[Decimal]:
    """Return the control total of the file, what is left out, and what would stand."""
    cells = page.locator("[data-total='commitments.amount'] td.pf-num").all_inner_texts()
    return [
        Decimal(re.sub(r"[^\d,−-]", "", cell).replace("−", "-").replace(",", ".")) for cell in cells
    ]


def deposit(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/imports/")
    page.get_by_role("link", name="Importer des fichiers").or_(
        page.locator("a[href='/imports/deposer/']")
    ).first.click()
    page.set_input_files(
        "input[type=file]",
        {
            "name": restituted.NAME,
            "mimeType": "text/csv",
            "buffer": restituted.restitution(),
        },
    )
    page.check("#id_is_new_version", force=True)
    page.click("form.pf-form button[type=submit]")
    page.wait_for_url(re.compile(r"/imports/preparation/\d+/\?step=2"))


def readable_total() -> Decimal:
    """Return what the file adds up to, but for the amount that cannot be read."""
    lines = restituted.plan_of_lines()
    return sum((after for kind, _b, after in lines if kind != "wrong_amount"), Decimal(0))


def see_what_would_change(page: Any) -> None:
    """E20: counts, errors first, control total, recording disabled."""
    assert counts(page) == {
        "created": 37, "updated": 212, "unchanged": 1032, "to_check": 1, "errors": 2, "aside": 0,
    }  # fmt: skip
    lines = page.locator("section[aria-labelledby=lines] tbody tr td:first-child")
    assert lines.all_inner_texts()[:3] == ["14", "87", "203"]
    file, out, result = total(page)
    assert file == readable_total()
    assert file - out == result
    assert page.locator("#commit").is_disabled()


def correct_set_aside_and_confirm(page: Any) -> None:
    """E23: line 14 becomes a creation and the totals follow; 87 is set aside, 203 confirmed."""
    row = page.locator("section[aria-labelledby=lines] tbody tr").first
    row.locator("input[name='cell-amount']").fill("12 400,00")
    row.locator("form[action$='/14/'] button").click()
    expect(page.locator("[data-count=created]")).to_have_text("38")
    assert counts(page)["errors"] == 1
    assert total(page)[0] == readable_total() + 12_400
    assert page.locator("#commit").is_disabled()
    page.locator("form[action$='/87/ecarter/'] button").click()
    expect(page.locator("[data-count=aside]")).to_have_text("1")
    assert page.locator("#commit").is_disabled()
    with page.expect_download() as waiting:
        page.click("a[href*='/rejets/']")
    rejected = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert "DNE999" in rejected
    assert "87;" in rejected
    page.locator("input[name=anomaly]").check(force=True)
    page.locator("button[form=confirmations]").click()
    expect(page.locator("#commit")).to_be_enabled()


def undo(visitor: Visitor, batch: ImportBatch) -> None:
    """E22: undo the batch; the file that was deposited is still there."""
    page = visitor.page
    visitor.go(f"/imports/lots/{batch.code}/")
    page.fill("[name=reason]", "Restitution du mauvais mois")
    page.click("form[action$='/annuler/'] button[type=submit]")
    page.wait_for_url(re.compile(r"/imports/lots/"))
    with page.expect_download() as waiting:
        page.click("a[href*='/fichiers/0/']")
    assert Path(waiting.value.path()).read_bytes() == restituted.restitution()


def test_an_import_with_errors_is_corrected_in_place_recorded_and_undone(
    importer: Visitor,
) -> None:
    page = importer.page
    before = content()
    deposit(importer)
    text = page.locator("main").inner_text()
    assert "cp1252" in text
    assert "évolutive" in text
    page.click("main .pf-actions a.fr-btn")
    see_what_would_change(page)
    correct_set_aside_and_confirm(page)
    assert content() == before

    page.click("#commit")
    page.wait_for_url(re.compile(r"/imports/preparation/\d+/$"))
    expect(page.locator("main a[href*='/imports/lots/']").first).to_be_visible(timeout=30_000)
    batch = ImportBatch.objects.latest("pk")
    assert batch.counts["commitments"] == {"created": 38, "updated": 213, "unchanged": 1032}
    after = content()
    assert after != before

    # E21: the same file again.
    deposit(importer)
    assert batch.code in page.locator("main").inner_text()
    page.click("main .pf-actions a.fr-btn")
    assert page.locator("#commit").count() == 0
    assert batch.code in page.locator("#check").inner_text()
    assert content() == after
    assert ImportBatch.objects.count() == 2

    undo(importer, batch)
    assert content() == before
    assert Commitment.objects.filter(batch=batch).count() == 0
    assert importer.complaints == []
    assert importer.reports() == []
