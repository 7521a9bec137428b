"""A project manager corrects an end date, and the figure moves on the sheet and through the API."""

from __future__ import annotations

import json
import re
import urllib.parse
import urllib.request

import pytest

pytestmark = pytest.mark.browser

NAME, CODE = "Identité numérique", "EX-07"
DRIFT = "DR-08"


def token(server) -> str:
    """Create a machine client and return a token of its own."""
    printed = server.manage("create_api_client", "walk", "--scope", "read")
    known = dict(re.findall(r"^(client_id|client_secret)=(\S+)$", printed, re.MULTILINE))
    body = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": "read", **known})
    request = urllib.request.Request(f"{server.url}/api/oauth/token/", body.encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["access_token"]


def value_of(server, bearer: str) -> float:
    """Return the schedule gap rate of the project as the API gives it."""
    query = urllib.parse.urlencode({"project": CODE, "indicator": DRIFT})
    request = urllib.request.Request(
        f"{server.url}/api/v1/indicator-values/?{query}",
        headers={"Authorization": f"Bearer {bearer}"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        (row,) = json.load(answer)["results"]
    return float(row["value"])


def shown(page) -> str:
    """Return the schedule gap rate as the sheet writes it."""
    row = page.locator(f"tr:has(a[href$='/indicateurs/{DRIFT}/'])").first
    found = re.search(r"[+\u2212]?\d+,\d+\s%", row.inner_text())
    assert found, row.inner_text()
    return found[0]


def written(rate: float) -> str:
    """Write a rate as the sheet does."""
    sign = "+" if rate > 0 else "\u2212" if rate < 0 else ""
    return f"{sign}{abs(rate) * 100:.1f}\u00a0%".replace(".", ",")


def test_the_drift_moves_on_the_sheet_and_through_the_api(server, visitor):
    page = visitor("cheffe.projet").new_page()
    bearer = token(server)
    before = value_of(server, bearer)
    page.goto("/projets/")
    page.fill("#id_q", NAME)
    page.click("form[role=search] button[type=submit]")
    page.click(f"main tbody a:text-is('{CODE}')")
    assert shown(page) == written(before)

    page.click("a[href$='/estimer/']")
    page.fill("#id_end_on", "31/02/2029")
    page.fill("#id_reason", "Recette repoussée")
    page.click("main form button[type=submit]")
    assert page.locator("#error-summary").evaluate("node => node === document.activeElement")
    assert page.input_value("#id_end_on") == "31/02/2029"
    assert page.input_value("#id_reason") == "Recette repoussée"

    page.fill("#id_end_on", "31/12/2030")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{server.url}/projets/{CODE}/")
    assert page.locator(".fr-alert--success").count() == 1
    assert "Recette repoussée" in page.locator("main").inner_text()
    after = value_of(server, bearer)
    assert after > before
    assert shown(page) == written(after)
    page.close()


def test_a_stale_edit_loses_nothing(server, visitor):
    first, second = (visitor("cheffe.projet").new_page() for _ in range(2))
    for page in (first, second):
        page.goto(f"/projets/{CODE}/modifier/")
    first.fill("#id_functional_zone", "Zone de la première")
    first.click("main form button[type=submit]")
    first.wait_for_url(f"{server.url}/projets/{CODE}/")

    second.fill("#id_functional_zone", "Zone de la seconde")
    second.click("main form button[type=submit]")
    both = second.locator("main table").first.inner_text()
    assert "Zone de la première" in both
    assert "Zone de la seconde" in both
    assert second.input_value("#id_functional_zone") == "Zone de la seconde"

    second.click("main form button[type=submit]")
    second.wait_for_url(f"{server.url}/projets/{CODE}/")
    second.goto(f"/projets/{CODE}/modifier/")
    assert second.input_value("#id_functional_zone") == "Zone de la seconde"
    first.close()
    second.close()
