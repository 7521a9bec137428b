"""Execution in a browser, with thousands of rows behind it: scenarios E02, E29 and E32, A02."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import parse
from django.db.models import Sum
from django.utils import timezone

from budgets.models import Commitment, LandingChoice, Payment
from common.models import DataOrigin
from tests.e2e.keyboard import choose, press, tab_to, without_mouse, write
from tests.files.test_libreoffice import OFFICE, SOFFICE, TABLE, convert

pytestmark = pytest.mark.browser
ROWS = 5_000
YEAR = 2026
EXECUTION = f"/budget/execution/?fiscal_year={YEAR}&month=13"


@pytest.fixture
def many(demo: None) -> None:
    """Thousands of payments more, of 1,23 € each, on one commitment of the demonstration."""
    line = Commitment.objects.filter(project__code="EX-02", fiscal_year=YEAR).first()
    assert line is not None
    now = timezone.now()
    Payment.objects.bulk_create(
        [
            Payment(
                commitment=line, amount=Decimal("1.23"), paid_on=dt.date(YEAR, 6, 1 + n % 28),
                fiscal_year=YEAR, source_reference=f"MANY-{n}", recorded_at=now,
                data_origin=DataOrigin.FICTITIOUS,
            )
            for n in range(ROWS)
        ],
        batch_size=1_000,
    )  # fmt: skip


@pytest.fixture
def officer(many: None, visit: Any) -> Any:
    """A budget officer in a browser."""
    visitor = visit()
    visitor.log_in("budget")
    return visitor


def number(text: str) -> Decimal:
    """Return the amount that a French text writes."""
    plain = re.sub(r"[\u00a0\u202f\s€]", "", text).replace("−", "-").replace(",", ".")
    return Decimal(plain)


def paid(**more: Any) -> Decimal:
    """Return the CP paid in the exercise, of invented data, as the ledger adds them up."""
    rows = Payment.objects.filter(
        fiscal_year=YEAR, data_origin=DataOrigin.FICTITIOUS, commitment__credit_type="ht2", **more
    )
    return Decimal(rows.aggregate(total=Sum("amount"))["total"])


def downloaded(page: Any, link: str) -> Path:
    """Return the file that a link of exports gives."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=link, exact=True).click()
    return Path(waiting.value.path())


def test_a_figure_leads_in_two_steps_to_rows_and_an_export_of_the_same_sum(officer: Any) -> None:
    page = officer.page
    officer.go(EXECUTION)
    page.locator("#figure-cp_paid a").click()
    total = number(page.locator("tfoot td.pf-num").inner_text())
    assert total == paid()
    assert "500" in page.locator("#count").inner_text()
    text = downloaded(page, "CSV (tableur français)").read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))[1:]
    assert len(rows) > ROWS
    assert sum(number(row[-1]) for row in rows) == total
    assert officer.complaints == []


def test_the_slider_moves_the_month_and_says_it_by_the_keyboard_alone(officer: Any) -> None:
    page = without_mouse(officer)
    officer.go(f"/budget/execution/?fiscal_year={YEAR}&month=6")
    tab_to(page, "#id_month")
    assert page.locator("#id_month").get_attribute("aria-valuetext") == "juin 2026"
    with page.expect_navigation():
        page.keyboard.press("ArrowLeft")
    assert "month=5" in page.url
    tab_to(page, "#figure-cp_paid a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    total = number(page.locator("tfoot td.pf-num").inner_text())
    assert total == paid(paid_on__lte=dt.date(YEAR, 5, 31))
    assert officer.complaints == []


def test_a_landing_is_chosen_by_the_keyboard_alone_and_the_gap_is_explained(officer: Any) -> None:
    page = without_mouse(officer)
    officer.go(f"/budget/execution/atterrissage/EX-02/?fiscal_year={YEAR}&month=11")
    choose(page, "#id_method", "manager")
    write(page, "#id_ae", "3 900 000")
    write(page, "#id_cp", "3 300 000,50")
    write(page, "#id_justification", "Recette décalée à janvier")
    with page.expect_navigation():
        press(page, "form[method=post] button[type=submit]")
    assert LandingChoice.objects.get().cp == Decimal("3300000.50")
    assert "Recette décalée" in page.locator("main").inner_text()
    officer.go(f"/budget/execution/?fiscal_year={YEAR}&month=11")
    page.wait_for_selector("#landings")
    tab_to(page, "a[href*='/budget/execution/ecart/']:not(#figure-landing a)")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    parts = [number(text) for text in page.locator("tbody td:nth-child(3)").all_inner_texts()]
    assert sum(parts) == number(page.locator("tfoot td").first.inner_text())
    assert officer.complaints == []


COLUMNS = (
    "ae_usable ae_committed ae_reserved ae_landing ae_landing_gap cp_usable service_done cp_paid"
    " left_to_pay cp_landing cp_landing_gap"
).split()


def test_the_screen_the_export_and_the_api_give_the_same_figures(officer: Any) -> None:
    page = officer.page
    officer.go(EXECUTION)
    url = f"{officer.base}/api/v1/execution/?fiscal_year={YEAR}&data_origin=fictitious"
    told = {line["code"]: line for line in page.request.get(url).json()["results"]}
    seen = 0
    for row in page.locator("section[aria-labelledby=lines] tbody tr").all():
        code = row.locator("th").inner_text()
        line = told[None if code == "aucun" else code]
        cells = [number(text.split("\n")[0]) for text in row.locator("td.pf-num").all_inner_texts()]
        assert cells == [Decimal(line[column]) for column in COLUMNS], code
        seen += len(cells)
    assert seen > 100
    text = downloaded(page, "CSV (tableur français)").read_text(encoding="utf-8-sig")
    exported = {row[0]: row for row in csv.reader(io.StringIO(text), delimiter=";")}
    for code, line in told.items():
        if code:
            shown = [number(value) for value in exported[code][2:]]
            assert shown == [Decimal(line[column]) for column in COLUMNS]


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
def test_libreoffice_adds_up_the_exports_to_what_the_screen_shows(
    officer: Any, tmp_path: Path
) -> None:
    page = officer.page
    officer.go(EXECUTION)
    page.locator("#figure-cp_paid a").click()
    total = number(page.locator("tfoot td.pf-num").inner_text())
    for name in ("XLSX", "ODS"):
        (tmp_path / f"{name}.{name.lower()}").write_bytes(downloaded(page, name).read_bytes())
    convert(tmp_path, ["XLSX.xlsx", "ODS.ods"])
    for name in ("XLSX", "ODS"):
        amounts = last_numbers(tmp_path / "out" / f"{name}.fods")
        assert len(amounts) > ROWS
        assert sum(amounts) == total


def last_numbers(path: Path) -> list[Decimal]:
    """Return the number at the end of each row of the first sheet, where there is one."""
    table = next(parse(path).getroot().iter(f"{TABLE}table"))
    found = []
    for row in table.iter(f"{TABLE}table-row"):
        cells = [cell for cell in row.iter(f"{TABLE}table-cell") if cell.get(f"{OFFICE}value-type")]
        if cells and cells[-1].get(f"{OFFICE}value-type") in ("float", "currency"):
            found.append(Decimal(cells[-1].get(f"{OFFICE}value")))
    return found
