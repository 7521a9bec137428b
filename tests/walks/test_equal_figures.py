"""One figure, five places: dashboard, sheet, `compute_indicators`, export and API say the same.

Three fictitious projects are drawn at random and edited at random through the public API; each
place is then read as a person or a program reads it (text, CSV, JSON) and the figures are compared.
"""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import json
import os
import random
import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.enums import Role
from indicators.catalogue import BY_CODE, INDICATORS
from indicators.enums import Unit
from projects.models import Project
from tests.people import person
from web.projects.columns import COLUMNS
from web.records.counts import DOCUMENTS

# Printed by the header of a failure: WALK_SEED=… draws the same again.
SEED = int(os.environ.get("WALK_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
API = "/api/v1"


@pytest.fixture(autouse=True)
def seed(record_property: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Say the seed in the report of each test."""
    record_property("WALK_SEED", SEED)
    with capsys.disabled():
        sys.stdout.write(f" WALK_SEED={SEED} ")


@pytest.fixture
def client(db: None, settings: Any) -> Client:
    """A director, on the demonstration: its own accounts do not exist where DEBUG is off."""
    settings.DEBUG = True
    call_command("load_demo", verbosity=0)
    settings.DEBUG = False
    found = Client()
    found.force_login(person(Role.PORTFOLIO_DIRECTOR))
    return found


def edit_at_random(client: Client, code: str, draw: random.Random) -> None:
    """Re-estimate, then report progress, by the API; each under the version just read."""
    today = timezone.localdate()
    bodies = {
        "estimates": {
            "project": code,
            "full_cost": f"{draw.randrange(3_000_000, 60_000_000)}.{draw.randrange(100):02}",
            "end_on": str(today + dt.timedelta(days=draw.randrange(40, 1500))),
            "reason": f"Tirage {SEED}",
        },
        "progress-reports": {
            "project": code,
            "reported_on": str(today.replace(day=1) - dt.timedelta(days=1)),
            "percent_complete": f"{draw.randrange(100)}.{draw.randrange(100):02}",
            "weather": draw.choice(["SOLEIL", "COUVERT", "NUAGE", "ORAGE"]),
        },
    }
    for path, body in bodies.items():
        version = Project.objects.get(code=code).version
        answer = client.post(
            f"{API}/{path}/",
            json.dumps(body),
            content_type="application/json",
            headers={"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 201, answer.content


def api_values(client: Client, code: str) -> dict[str, dict[str, Any]]:
    """Read the values of a project by REST."""
    answer = client.get(f"{API}/indicator-values/", {"project": code, "limit": "100"})
    assert answer.status_code == 200
    return {row["indicator"]: row for row in answer.json()["results"]}


def french(text: str) -> Decimal:
    """Read a number as the French interface writes it."""
    plain = html.unescape(re.sub(r"<[^>]+>", "", text))
    found = re.search(r"[−+-]?[\d\u00a0]+(?:,\d+)?", plain)
    assert found, plain
    digits = found.group().replace("\u00a0", "").replace(",", ".").replace("−", "-")
    return Decimal(digits)


def shown_as(code: str, value: Any) -> Decimal:
    """Round an API value as the sheet shows it: cents, tenths of a percent, 2 or 4 decimals."""
    number, unit = Decimal(str(value)), BY_CODE[code].unit
    if code[:2] in ("DR", "BX") and unit == Unit.RATIO:
        return (number * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)
    places = "0.01" if unit in (Unit.EUR, Unit.MONTHS) else "0.0001"
    return number.quantize(Decimal(places), ROUND_HALF_UP)


def sheet_values(client: Client, code: str) -> dict[str, Decimal | None]:
    """Read the table of indicators of the sheet."""
    page = client.get(f"/projets/{code}/").content.decode()
    rows = re.findall(r'<tr data-indicator="(..-..)">(.*?)</tr>', page, re.S)
    assert len(rows) == len(INDICATORS)
    found: dict[str, Decimal | None] = {}
    for indicator, row in rows:
        cell = re.search(r'<td class="pf-num">(.*?)</td>', row, re.S)
        assert cell
        found[indicator] = None if "pf-missing" in cell.group(1) else french(cell.group(1))
    return found


def exported(client: Client) -> dict[str, dict[str, str]]:
    """Read the CSV of the project list."""
    answer = client.get("/projets/", {"format": "csv", "origin": "fictitious"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    names = [column.key for column in (*COLUMNS, DOCUMENTS)]
    rows = list(csv.reader(io.StringIO(text)))[1:]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def test_every_place_tells_the_same_figures(client: Client, after_commit: Any) -> None:
    draw = random.Random(SEED)
    codes = sorted(f"EX-{n:02}" for n in draw.sample(range(1, 11), 3))
    with after_commit():
        call_command("compute_indicators", verbosity=0, stdout=io.StringIO())
    for code in codes:
        with after_commit():
            edit_at_random(client, code, draw)
    read = {code: api_values(client, code) for code in codes}
    assert not any(row["is_stale"] for rows in read.values() for row in rows.values())

    out = io.StringIO()
    with after_commit():
        call_command("compute_indicators", project=codes, format="json", stdout=out)
    computed = {row["code"]: row for row in json.loads(out.getvalue())["projects"]}
    rows = exported(client)
    for code in codes:
        for indicator, row in read[code].items():
            assert computed[code]["values"][indicator] == row["value"], (code, indicator)
            assert computed[code]["reasons"].get(indicator) == row["reason"], (code, indicator)
        on_sheet = sheet_values(client, code)
        for indicator, row in read[code].items():
            expected = None if row["value"] is None else shown_as(indicator, row["value"])
            assert on_sheet[indicator] == expected, (code, indicator)
        project = client.get(f"{API}/projects/{code}/").json()
        assert Decimal(rows[code]["cost"]) == Decimal(project["current_cost"])
        gap = read[code]["DR-07"]["value"]
        assert (rows[code]["gap"] or None) == (None if gap is None else str(gap))


def test_the_dashboard_adds_up_what_the_api_gives(client: Client, after_commit: Any) -> None:
    with after_commit():
        call_command("compute_indicators", verbosity=0, stdout=io.StringIO())
    draw = random.Random(SEED)
    with after_commit():
        edit_at_random(client, f"EX-{draw.randrange(1, 11):02}", draw)
    listed = client.get(f"{API}/projects/", {"data_origin": "fictitious", "limit": "100"}).json()
    costs = [Decimal(row["current_cost"]) for row in listed["results"] if row["current_cost"]]
    page = client.get("/", {"origin": "fictitious"}).content.decode()
    cards = dict(re.findall(r'id="figure-(\w+)">.*?__value">(.*?)</p>', page, re.S))
    assert french(cards["projects"]) == len(listed["results"])
    total = (sum(costs) / 1_000_000).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert french(cards["cost"]) == total
    gaps = client.get(
        f"{API}/indicator-values/",
        {"indicator": "DR-07", "data_origin": "fictitious", "limit": "100"},
    ).json()["results"]
    above = {row["project"] for row in gaps if row["value"] is not None and row["value"] > 0.15}
    slips = client.get(
        f"{API}/indicator-values/",
        {"indicator": "DR-08", "data_origin": "fictitious", "limit": "100"},
    ).json()["results"]
    above |= {row["project"] for row in slips if row["value"] is not None and row["value"] > 0.15}
    assert french(cards["alerts"]) == len(above)
