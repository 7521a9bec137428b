"""An extract of partly unknown imputation, from its deposit to an empty queue, by keyboard."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.enums import Role, ScopeKind
from accounts.models import User
from accounts.services.grants import establish_grant
from budgets.models import Commitment, WaitingLine
from projects.models import Project
from records.models import ImportBatch
from tests.budgets.extracts import bring, commitment, lay_base
from tests.e2e.axe import examine_all
from tests.e2e.keyboard import choose, press, tab_to, without_mouse, write
from tests.e2e.visitor import Visitor
from tests.e2e.watch import WatchedBrowser
from tests.imports.folders import text_of

pytestmark = pytest.mark.browser
SUPPLIER = "Hébergeur d'exemple"
KNOWN, OF_RULE, DUPLICATES = 5_000, 12, 20
QUEUE, PANEL = "/budget/rattachement/", "/budget/rapprochement/"


def extract() -> list[dict[str, Any]]:
    """Return 5 000 lines of known imputation; 12 of one supplier and one of an EJ of none."""
    known = [
        commitment(f"EJ-{number // 2}-{number % 2 + 1}", f"{number + 1}.10")
        for number in range(KNOWN)
    ]
    unknown = [
        commitment(f"EX-{number}-1", f"{number + 1}.25", project="ZZ-9", supplier=SUPPLIER)
        for number in range(OF_RULE)
    ]
    return [*known, *unknown, commitment("EJ-0-3", "40.00", project="ZZ-8")]


LINES = extract()
TOTAL = sum((Decimal(line["amount"]) for line in LINES), Decimal(0))
WAITING = sum((Decimal(line["amount"]) for line in LINES[KNOWN:]), Decimal(0))
TWICE = sum((Decimal(line["amount"]) for line in LINES[:DUPLICATES]), Decimal(0))


@pytest.fixture
def officer(
    chromium: WatchedBrowser,
    live_server: Any,
    transactional_db: None,
    settings: Any,
    tmp_path: Path,
) -> Iterator[Visitor]:
    """A budget officer of a programme, whose former extract holds twenty lines of the next one."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    lay_base(tmp_path)
    assert bring(tmp_path, "former", commitments=LINES[:DUPLICATES]).status == "applied"
    user = User.objects.create_user(username="budget", password="demonstration-2026")
    for kind, code in ((ScopeKind.NOMENCLATURE, "0214"), (ScopeKind.PORTFOLIO, "DNE")):
        establish_grant(
            user=user, role=Role.BUDGET_OFFICER, scope_kind=kind, scope_code=code,
            valid_from=dt.date(2020, 1, 1),
        )  # fmt: skip
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, locale="fr")
    context.add_cookies([{"name": "django_language", "value": "fr", "url": live_server.url}])
    visitor = Visitor(context, live_server.url)
    visitor.page.set_default_timeout(60_000)
    visitor.log_in("budget")
    yield visitor
    context.close()


def amount(text: str) -> Decimal:
    """Return the amount at the beginning of a cell in French."""
    return Decimal(re.sub(r"[^\d,−-]", "", text.split("\n")[0]).replace("−", "-").replace(",", "."))


def sound(page: Any) -> None:
    """What axe says of the page that is shown."""
    assert examine_all(page).violations == []


def deposit(visitor: Visitor) -> None:
    """Deposit the extract, its unknown lines kept; see how many and how much; record it."""
    page = visitor.page
    visitor.go("/imports/deposer/")
    with page.expect_file_chooser() as chooser:
        press(page, "input[type=file]", "Enter")
    content = text_of(LINES).encode()
    file = {"name": "commitments.csv", "mimeType": "text/csv", "buffer": content}
    chooser.value.set_files(file)
    press(page, "#id_keeps_waiting", "Space")
    press(page, "form.pf-form button[type=submit]")
    page.wait_for_url(re.compile(r"/imports/preparation/\d+/"))
    press(page, "main .pf-actions a.fr-btn")
    page.locator("#commit").wait_for()
    assert page.locator("[data-count=waiting]").inner_text() == str(OF_RULE + 1)
    cells = page.locator("[data-total='commitments.amount'] td.pf-num").all_inner_texts()
    assert [amount(cell) for cell in cells] == [TOTAL, 0, WAITING, TOTAL - WAITING]
    sound(page)
    press(page, "#commit")
    expect(page.locator("main a[href*='/imports/lots/']").first).to_be_visible(timeout=60_000)


def see_the_panel(visitor: Visitor, batch: ImportBatch, unattached: Decimal) -> None:
    """The panel of the import closes to the cent, whatever is attached."""
    page = visitor.page
    visitor.go(PANEL)
    sound(page)
    assert page.locator("[data-gap]").inner_text() == "0,00\u00a0€"
    row = page.locator("tr[data-panel='commitments.amount']").filter(has_text=batch.code)
    parts = {
        name: amount(row.locator(f"[data-part={name}]").inner_text())
        for name in ("attached", "unattached", "duplicates", "aside", "replaced")
    }
    assert parts == {
        "attached": TOTAL - TWICE - unattached, "unattached": unattached, "duplicates": TWICE,
        "aside": 0, "replaced": 0,
    }  # fmt: skip
    assert amount(row.locator("td.pf-num").first.inner_text()) == TOTAL


def accept_a_suggestion(visitor: Visitor) -> None:
    """The other lines of the EJ say where its third one goes."""
    page = visitor.page
    visitor.go(QUEUE)
    sound(page)
    told = page.locator("[data-suggestion='EJ-0-3']").inner_text()
    assert "A-1" in told
    assert "EJ-0" in told
    press(page, "[data-suggestion='EJ-0-3'] button")
    expect(page.locator(".fr-alert--success")).to_contain_text("EJ-0-3")
    assert Commitment.objects.get(source_reference="EJ-0-3").project.code == "A-1"


def make_a_rule(visitor: Visitor) -> None:
    """A rule made from a line is tried, created, then applied to the twelve lines."""
    page = visitor.page
    line = WaitingLine.objects.get(source_reference="EX-0-1")
    press(page, f"main td a[href='{QUEUE}{line.pk}/'], main th a[href='{QUEUE}{line.pk}/']")
    page.wait_for_url(f"**{QUEUE}{line.pk}/")
    sound(page)
    press(page, "main a[href*='/regles/nouveau/']")
    page.wait_for_url("**/regles/nouveau/**")
    sound(page)
    assert page.locator("#id_text-0").input_value() == SUPPLIER
    choose(page, "#id_project", str(Project.objects.get(code="A-2").pk))
    press(page, "main button[name=preview]")
    told = page.locator("#preview").inner_text()
    assert f"{OF_RULE} lignes" in told
    assert amount(told.split("lignes")[1].strip(" ,.").replace(".", "")) == WAITING - 40
    assert not Commitment.objects.filter(project__code="A-2").exists()
    sound(page)
    press(page, "main form.pf-form button[type=submit]:not([name])")
    page.locator("form[action$='/appliquer/']").wait_for()
    sound(page)
    press(page, "form[action$='/appliquer/'] button")
    expect(page.locator(".fr-alert--success")).to_contain_text(f"{OF_RULE} lignes")
    assert Commitment.objects.filter(project__code="A-2").count() == OF_RULE


def undo(visitor: Visitor, batch: ImportBatch) -> None:
    """The undo of the import takes out its facts, the attached ones too, and its lines."""
    page = visitor.page
    visitor.go(f"/imports/lots/{batch.code}/")
    write(page, "[name=reason]", "Restitution du mauvais mois")
    press(page, "form[action$='/annuler/'] button[type=submit]")
    page.locator(".fr-alert--success").wait_for()


def test_an_extract_of_unknown_imputations_is_attached_to_its_last_line_without_a_mouse(
    officer: Visitor,
) -> None:
    page = without_mouse(officer)
    deposit(officer)
    batch = ImportBatch.objects.latest("pk")
    assert Commitment.objects.count() == KNOWN
    see_the_panel(officer, batch, WAITING)
    accept_a_suggestion(officer)
    make_a_rule(officer)
    see_the_panel(officer, batch, Decimal(0))
    officer.go(QUEUE)
    sound(page)
    tab_to(page, "main a, main input, main select, main button")
    assert not WaitingLine.objects.waiting().exists()
    assert "Aucune ligne" in page.locator("main").inner_text()
    undo(officer, batch)
    assert Commitment.objects.count() == DUPLICATES
    assert not WaitingLine.objects.exists()
    assert officer.complaints == []
