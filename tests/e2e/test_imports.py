"""Imports in a browser: a file with errors, corrected in place, recorded, undone (E20 to E23)."""

from __future__ import annotations

import datetime as dt
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
from budgets.models import Commitment, Payment
from records.models import ImportBatch
from tests.e2e.axe import examine_all
from tests.e2e.keyboard import press, without_mouse, write
from tests.e2e.visitor import Visitor
from tests.e2e.watch import WatchedBrowser
from tests.imports import restitution as restituted
from tests.imports.content import content
from tests.imports.folders import run

pytestmark = pytest.mark.browser
# Commitments of the exercise before, each with a payment: what an import has behind it.
BEHIND = 2_600


@pytest.fixture
def importer(
    chromium: WatchedBrowser,
    live_server: Any,
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
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
    former = restituted.write_former(tmp_path / "former", BEHIND)
    assert run(former).status == "applied"
    assert Commitment.objects.count() + Payment.objects.count() >= 5_000
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
    """Return the control total of the file, what is left out, would wait, and would stand."""
    cells = page.locator("[data-total='commitments.amount'] td.pf-num").all_inner_texts()
    return [
        Decimal(re.sub(r"[^\d,−-]", "", cell).replace("−", "-").replace(",", ".")) for cell in cells
    ]


def sound(page: Any) -> None:
    """What axe says of the step that is shown."""
    assert examine_all(page).violations == []


def deposit(visitor: Visitor) -> None:
    """Go to the form by the menu, choose the file, say that it is a newer version (A02)."""
    page = visitor.page
    press(page, "#navigation a[href='/imports/']")
    page.wait_for_url("**/imports/")
    press(page, "main a[href='/imports/deposer/']")
    page.wait_for_url("**/imports/deposer/")
    with page.expect_file_chooser() as chooser:
        press(page, "input[type=file]", "Enter")
    chooser.value.set_files(
        {
            "name": restituted.NAME,
            "mimeType": "text/csv",
            "buffer": restituted.restitution(),
        }
    )
    press(page, "#id_is_new_version", "Space")
    press(page, "form.pf-form button[type=submit]")
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
    file, out, waiting, result = total(page)
    assert file == readable_total()
    assert (file - out, waiting) == (result, 0)
    assert page.locator("#commit").is_disabled()


def correct_set_aside_and_confirm(page: Any) -> None:
    """E23: line 14 becomes a creation and the totals follow; 87 is set aside, 203 confirmed."""
    press(page, "a[href$='/commitments/14/']")
    page.wait_for_url("**/commitments/14/")
    sound(page)
    write(page, "#cell-amount", "12 400,00")
    press(page, "main form button[type=submit]")
    expect(page.locator("[data-count=created]")).to_have_text("38")
    assert counts(page)["errors"] == 1
    assert total(page)[0] == readable_total() + 12_400
    assert page.locator("#commit").is_disabled()
    press(page, "form[action$='/87/ecarter/'] button")
    expect(page.locator("[data-count=aside]")).to_have_text("1")
    assert page.locator("#commit").is_disabled()
    with page.expect_download() as waiting:
        press(page, "a[href*='/rejets/']")
    rejected = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert "DNE999" in rejected
    assert "87;" in rejected
    press(page, "input[name=anomaly]", "Space")
    press(page, "button[form=confirmations]")
    expect(page.locator("#commit")).to_be_enabled()
    sound(page)


def undo(visitor: Visitor, batch: ImportBatch) -> None:
    """E22: undo the batch; the file that was deposited is still there."""
    page = visitor.page
    visitor.go(f"/imports/lots/{batch.code}/")
    sound(page)
    write(page, "[name=reason]", "Restitution du mauvais mois")
    press(page, "form[action$='/annuler/'] button[type=submit]")
    page.locator(".fr-alert--success").wait_for()
    sound(page)
    with page.expect_download() as waiting:
        press(page, "a[href*='/fichiers/0/']")
    assert Path(waiting.value.path()).read_bytes() == restituted.restitution()


def test_an_import_with_errors_is_corrected_in_place_recorded_and_undone_without_a_mouse(
    importer: Visitor,
) -> None:
    page = without_mouse(importer)
    before = content()
    importer.go("/")
    deposit(importer)
    text = page.locator("main").inner_text()
    sound(page)
    assert "cp1252" in text
    assert "évolutive" in text
    press(page, "main .pf-actions a.fr-btn")
    page.locator("#commit").wait_for()
    see_what_would_change(page)
    sound(page)
    correct_set_aside_and_confirm(page)
    assert content() == before

    press(page, "#commit")
    page.wait_for_url(re.compile(r"/imports/preparation/\d+/$"))
    expect(page.locator("main a[href*='/imports/lots/']").first).to_be_visible(timeout=30_000)
    sound(page)
    batch = ImportBatch.objects.latest("pk")
    assert batch.counts["commitments"] == {"created": 38, "updated": 213, "unchanged": 1032}
    after = content()
    assert after != before

    # E21: the same file again.
    deposit(importer)
    assert batch.code in page.locator("main").inner_text()
    press(page, "main .pf-actions a.fr-btn")
    page.locator("#check").wait_for()
    assert page.locator("#commit").count() == 0
    assert batch.code in page.locator("#check").inner_text()
    sound(page)
    assert content() == after
    assert ImportBatch.objects.count() == 2

    undo(importer, batch)
    assert content() == before
    assert Commitment.objects.filter(batch=batch).count() == 0
    assert importer.complaints == []
