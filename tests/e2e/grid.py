"""A version of the programming with known amounts, and what a person sees of its grid."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from budgets.models import (
    BudgetCeiling,
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ProgrammingVersion,
)
from common.models import DataOrigin
from projects.models import Project
from tests.budgets.programming import make_line, make_version

YEAR = 2031
PLACES = [f"{rank}.{measure}" for rank in range(4) for measure in ("ae", "cp")]


def build(
    lines: int = 3, projects: int = 2, kind: str = "conference", project: Project | None = None
) -> ProgrammingVersion:
    """Return a version of `lines` lines for each of `projects` projects of the demonstration.

    Line n of project p asks 100 × (n + 1) k€ of AE and of CP in each of the three first years.
    """
    version = make_version(kind, YEAR, data_origin=DataOrigin.FICTITIOUS)
    node = NomenclatureNode.objects.filter(kind="uo", data_origin=DataOrigin.FICTITIOUS).first()
    found = Project.objects.filter(data_origin=DataOrigin.FICTITIOUS).open().order_by("code")
    stage = "requested" if kind == "requests" else "proposed"
    for one in [project] if project else found[:projects]:
        for number in range(lines):
            amount = str((number + 1) * 100_000)
            make_line(
                version, node, project=one, label=f"Ligne {number + 1}",
                act_label="Acte", **{stage: [(amount, amount)] * 3},
            )  # fmt: skip
    return version


def ceiling(version: ProgrammingVersion, rank: int, ae: str, cp: str, mode: str = "warn") -> None:
    """Set a ceiling in force on the programme that the lines stand under, in euros."""
    node = version.lines.first().node
    while node.parent:
        node = node.parent
    BudgetCeiling.objects.create(
        node=node, fiscal_year=version.fiscal_year + rank, ae=Decimal(ae), cp=Decimal(cp),
        mode=mode, reason="Lettre-plafond", data_origin=version.data_origin, state="attested",
        proposed_by=User.objects.get(username="budget"), proposed_at=timezone.now(),
        decided_by=User.objects.get(username="controle"), decided_at=timezone.now(),
    )  # fmt: skip


def address(version: ProgrammingVersion, rest: str = "") -> str:
    """Return the address of the grid of a version, or of one of its pages."""
    return f"/budget/programmation/{version.fiscal_year}/V{version.number}/{rest}?origin=fictitious"


def saved(line: ProgrammingLine, place: str, stage: str = "proposed") -> Decimal | None:
    """Return what the base holds in a cell, in euros."""
    rank, measure = place.split(".")
    row = ProgrammingAmount.objects.get(line=line, rank=int(rank))
    found: Decimal | None = getattr(row, f"{stage}_{measure}")
    return found


def number(text: str) -> Decimal:
    """Return the amount that a French cell shows, its arrow and words left out."""
    plain = re.sub(r"[\u00a0\u202f\s▲€]", "", text.split("\n")[0]).replace("−", "-")
    found = re.match(r"[+-]?\d+(,\d+)?", plain)
    return Decimal(found[0].replace(",", ".").replace("+", "")) if found else Decimal(0)


class Sheet:
    """The grid as somebody works on it; amounts are in thousands of euros."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def open(self, *groups: str) -> None:
        """Open groups by their keys, and wait for their lines."""
        for key in groups:
            row = self.page.locator(f'tr[data-group-row="{key}"]')
            row.locator("[data-pf-toggle]").click()
            row.locator("xpath=self::*[@data-open='true']").wait_for()

    def cell(self, line: ProgrammingLine, place: str) -> Any:
        """Return a cell."""
        return self.page.locator(f'[data-cell="{line.pk}.{place}"]')

    def go(self, line: ProgrammingLine, place: str) -> None:
        """Put the focus on a cell."""
        self.cell(line, place).click()

    def type(self, line: ProgrammingLine, place: str, text: str) -> None:
        """Type in a cell, and Enter."""
        self.go(line, place)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def value(self, line: ProgrammingLine, place: str) -> Decimal:
        """Return what a cell shows."""
        return number(self.cell(line, place).inner_text())

    def foot(self, row: str, place: str) -> Decimal:
        """Return what a cell of the foot shows."""
        found = self.page.locator(f'tfoot [data-foot="{row}"] [data-sum="{place}"]')
        return number(found.inner_text())

    def group(self, key: str, place: str) -> Decimal:
        """Return a sum of a group."""
        found = self.page.locator(f'tr[data-group-row="{key}"] [data-sum="{place}"]')
        return number(found.inner_text())

    def wait_saved(self, seconds: int = 30) -> None:
        """Wait until everything is saved."""
        self.page.wait_for_function(
            "() => pfGrid.sheet.store.waiting.length === 0 && !pfGrid.sheet.sync.busy",
            timeout=seconds * 1000,
        )

    def talk(self, line: ProgrammingLine) -> int:
        """Return how many open comments a line shows."""
        found = self.page.locator(f'tr[data-line="{line.pk}"] [data-talk]').inner_text()
        return int(found.replace("+", "0"))

    def group_talk(self, key: str) -> int:
        """Return how many open comments a group shows."""
        return int(self.page.locator(f'tr[data-group-row="{key}"] [data-talk]').inner_text() or 0)

    def open_thread(self, line: ProgrammingLine, place: str) -> Any:
        """Open the panel of a cell by the keyboard; return the panel once the focus is in."""
        self.go(line, place)
        self.page.keyboard.press("Shift+F2")
        panel = self.page.locator("#pf-thread")
        panel.locator("#comment-body:focus").wait_for()
        return panel

    def say_by_keyboard(self, text: str) -> None:
        """Type a comment where the focus is, publish it by the keyboard, wait for it."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")
        self.page.locator("#pf-thread [data-told]").wait_for()

    def paste(self, plain: str, html: str = "") -> None:
        """Paste a clipboard on the cell that has the focus."""
        self.page.evaluate(
            """([plain, html]) => {
              const data = new DataTransfer();
              data.setData('text/plain', plain);
              if (html) data.setData('text/html', html);
              document.activeElement.dispatchEvent(new ClipboardEvent('paste',
                {clipboardData: data, bubbles: true, cancelable: true}));
            }""",
            [plain, html],
        )

    def copied(self) -> dict[str, str]:
        """Return what Ctrl+C puts on the clipboard."""
        found: dict[str, str] = self.page.evaluate(
            """() => {
              const data = new DataTransfer();
              document.activeElement.dispatchEvent(new ClipboardEvent('copy',
                {clipboardData: data, bubbles: true, cancelable: true}));
              return {plain: data.getData('text/plain'), html: data.getData('text/html')};
            }"""
        )
        return found

    @property
    def said(self) -> str:
        """Return what was announced last."""
        return str(self.page.locator("#pf-sheet-said").text_content())


def edits() -> Any:
    """Return the edits of the versions of these tests: the demonstration has its own."""
    return ProgrammingEdit.objects.filter(programming_version__fiscal_year=YEAR)


def recomputed(version: ProgrammingVersion, place: str, **keep: Any) -> Decimal:
    """Return a sum of the base, in thousands of euros."""
    rank, measure = place.split(".")
    rows = ProgrammingAmount.objects.filter(
        line__programming_version=version, rank=int(rank), **keep
    )
    return (
        sum((getattr(row, f"proposed_{measure}") or Decimal(0) for row in rows), Decimal(0)) / 1000
    )
