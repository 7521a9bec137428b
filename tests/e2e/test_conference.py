"""A whole conference on the demonstration, by the pages alone: from the requests of the projects to
a notified version. `docs/conference.md` tells it with the pictures taken here.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from budgets.models import ProgrammingAmount, ProgrammingVersion
from projects.models import Project
from tests.e2e.grid import Sheet, saved

pytestmark = pytest.mark.browser
YEAR = 2027
ORIGIN = "?origin=fictitious"


class Conference:
    """The people of a conference in one browser, and what they do on its pages."""

    def __init__(self, visitor: Any) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.pictures = os.environ.get("CONFERENCE_PICTURES", "")
        self.taken = 0

    def come(self, who: str, path: str) -> None:
        """Open a page as somebody."""
        self.visitor.log_in(who)
        assert self.visitor.go(path) == 200, (who, path)

    def sheet(self, number: int, rest: str = "") -> str:
        """Return the address of a version of the exercise, or of one of its pages."""
        return f"/budget/programmation/{YEAR}/V{number}/{rest}{ORIGIN}"

    def picture(self, name: str) -> None:
        """Keep what is seen, when a folder is named for it."""
        self.taken += 1
        if self.pictures:
            path = Path(self.pictures) / f"{self.taken:02d}-{name}.png"
            self.page.screenshot(path=str(path))

    def version(self, number: int) -> ProgrammingVersion:
        """Read a version of the exercise."""
        return ProgrammingVersion.objects.get(
            fiscal_year=YEAR, number=number, data_origin="fictitious"
        )

    def step(self, who: str, number: int, verb: str, reason: str = "") -> None:
        """Take a step of a whole version."""
        self.come(who, self.sheet(number, "etapes/"))
        self.take(verb, reason)

    def take(self, verb: str, reason: str = "") -> None:
        """Take a step by the form of the page."""
        form = self.page.locator(f"form[data-step='{verb}']")
        if reason:
            form.locator("[name=reason]").fill(reason)
        with self.page.expect_navigation():
            form.locator("button[type=submit]").click()

    def step_files(self, who: str, number: int, verb: str, codes: list[str]) -> None:
        """Take the same step on the files of some projects."""
        self.come(who, self.sheet(number, "etapes/"))
        for code in codes:
            box = self.page.locator(f"tr[data-file='{code}'] input[type=checkbox]")
            box.check(force=True)
        many = self.page.locator("form:has([name=file])")
        many.locator("[name=verb]").select_option(verb)
        with self.page.expect_navigation():
            many.locator("button[type=submit]").click()
        for code in codes:
            told = self.page.locator(f"[data-result='{code}']").inner_text()
            assert "faite" in told, (verb, code, told)

    def start(self, kind: str, former: int) -> None:
        """Start the next version from a former one."""
        self.come("budget", "/budget/programmation/nouvelle/")
        page = self.page
        page.fill("[name=fiscal_year]", str(YEAR))
        page.select_option("[name=kind]", kind)
        page.select_option("[name=basis]", "version")
        page.select_option("[name=former]", str(self.version(former).pk))
        page.select_option("[name=data_origin]", "fictitious")
        with page.expect_navigation():
            page.get_by_role("button", name="Créer la version").click()


def codes(**wanted: Any) -> list[str]:
    """Return the codes of projects of the demonstration."""
    rows = Project.objects.filter(data_origin="fictitious", **wanted).order_by("code")
    return list(rows.values_list("code", flat=True))


def test_a_conference_goes_from_the_requests_to_a_notified_version(visit: Any) -> None:
    people = Conference(visit())
    own, others = codes(manager__username="cheffe.projet"), codes(manager=None)
    every = [*own, *others]
    asked = ask(people, own)
    return_one(people, own[0], asked)
    people.step_files("budget", 1, "submit", others)
    people.step("budget", 1, "submit")
    people.picture("submitted")
    people.start("conference", 1)
    hold(people, own[0])
    try_less(people)
    approve(people, 3, every)
    people.start("initial", 3)
    approve(people, 4, every)
    conclude(people)
    # The one answer that the browser tells is the refusal of the ceiling.
    assert [told for told in people.visitor.complaints if "409" not in told] == []


def ask(people: Conference, own: list[str]) -> int:
    """Have a project manager type what her project asks for; return her line."""
    people.come("cheffe.projet", "/")
    people.picture("home")
    people.come("cheffe.projet", people.sheet(1))
    sheet = Sheet(people.page)
    sheet.open(own[0])
    line = people.version(1).lines.filter(project__code=own[0], nature="planned").order_by("pk")[0]
    sheet.type(line, "0.ae", "120")
    sheet.type(line, "0.cp", "=60*2")
    sheet.wait_saved()
    assert saved(line, "0.ae", "requested") == saved(line, "0.cp", "requested") == Decimal(120_000)
    people.picture("requests")
    people.step_files("cheffe.projet", 1, "submit", own)
    people.picture("sent")
    return int(line.pk)


def return_one(people: Conference, code: str, asked: int) -> None:
    """Have a file returned with a reason, then corrected and sent again."""
    why = "Chiffrage de la tierce maintenance à revoir"
    people.come("budget", people.sheet(1, "etapes/"))
    people.page.locator(f"tr[data-file='{code}'] th a").click()
    file_page = people.page.url.removeprefix(people.visitor.base)
    people.take("return", why)
    people.come("cheffe.projet", "/notifications/")
    people.picture("told")
    people.come("cheffe.projet", file_page)
    assert why in people.page.locator("main").inner_text()
    people.picture("returned")
    people.come("cheffe.projet", people.sheet(1))
    sheet, line = Sheet(people.page), people.version(1).lines.get(pk=asked)
    sheet.open(code)
    sheet.type(line, "0.ae", "110")
    sheet.type(line, "0.cp", "110")
    sheet.wait_saved()
    people.come("cheffe.projet", file_page)
    people.take("submit")


def hold(people: Conference, code: str) -> None:
    """Have the budget officer propose amounts, meet a ceiling, and compare with the requests."""
    people.come("budget", people.sheet(3))
    sheet = Sheet(people.page)
    people.picture("conference")
    sheet.open(code)
    line = people.version(3).lines.filter(project__code=code, nature="planned").order_by("pk")[0]
    assert saved(line, "0.ae") == Decimal(110_000)
    sheet.type(line, "0.ae", "20000")
    refusal = people.page.locator("#pf-sheet-notice.fr-alert--error")
    refusal.get_by_text("le plafond de").wait_for()
    people.picture("ceiling")
    people.page.get_by_role("button", name="Annuler", exact=True).click()
    assert saved(line, "0.ae") == Decimal(110_000)
    sheet.go(line, "0.ae")
    sheet.paste("95\t90,5\t60\t64,5\t0\t0\t0\t0")
    sheet.wait_saved()
    assert saved(line, "0.cp") == Decimal(90_500)
    assert saved(line, "1.cp") == Decimal(64_500)
    people.come("budget", people.sheet(3) + "&comparer=1")
    Sheet(people.page).open(code)
    people.picture("compared-in-the-grid")
    people.come("budget", people.sheet(3, "comparer/") + "&avec=1")
    people.picture("compared")


def try_less(people: Conference) -> None:
    """Have the controller try a lower pace, and the budget officer accept it."""
    page = people.page
    people.come("controle", people.sheet(3, "scenarios/nouveau/"))
    page.fill("[name=name]", "Rythme ralenti")
    with page.expect_navigation():
        page.locator("main form button.fr-btn[type=submit]").last.click()
    scenario = page.url.removeprefix(people.visitor.base).partition("changer/")[0]
    first = page.locator("tr[data-line]").first
    for box in first.locator("input[type=text]").all():
        box.fill("50000")
    page.locator("tr[data-line]").nth(1).locator("input[type=checkbox]").check(force=True)
    people.picture("scenario-changed")
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer", exact=True).click()
    people.come("budget", scenario)
    people.picture("scenario")
    with page.expect_navigation():
        page.locator("button[name=what][value=all]").click()
    people.picture("scenario-accepted")


def approve(people: Conference, number: int, projects: list[str]) -> None:
    """Have a version submitted, arbitrated, attested, validated and notified."""
    people.step_files("budget", number, "submit", projects)
    people.step("budget", number, "submit")
    people.step_files("directrice", number, "arbitrate", projects)
    people.step("directrice", number, "arbitrate")
    people.picture(f"arbitrated-{number}")
    people.step("controle", number, "attest")
    people.come("directrice", people.sheet(number, "etapes/"))
    if people.version(number).kind == "initial":
        why = "Répartition des crédits attendue de la loi de finances"
        people.page.locator("form[data-step='validate'] [name=override_reason]").fill(why)
    people.take("validate")
    people.step("budget", number, "notify")
    assert people.version(number).state == "notified"


def conclude(people: Conference) -> None:
    """Read what was decided: the trail, the grid that is frozen, the tables, the list."""
    version = people.version(4)
    assert version.is_of_record
    people.picture("notified")
    people.come("directrice", people.sheet(4))
    assert people.page.locator("[data-cell]:not([aria-readonly=true])").count() == 0
    total = Sheet(people.page).foot("total", "0.ae") * 1000
    lines = version.lines.filter(taken_out_at=None)
    held = ProgrammingAmount.objects.filter(line__in=lines, rank=0)
    assert abs(total - sum(row.granted_ae or 0 for row in held)) < Decimal(1000)
    people.picture("frozen")
    people.come("directrice", f"/budget/etats/programmation/t1/{ORIGIN}")
    people.picture("table")
    people.come("directrice", f"/budget/programmation/{ORIGIN}")
    people.picture("versions")
