"""Execution in pages and for programs: same figures, rows that add up, landings, statements."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.models import LandingChoice
from tests.api.conftest import client_of
from tests.budgets.ledger import certify, commit, make_project, make_uo, move, pay, schedule
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger():
    uo = make_uo()
    for code, opened, signed, paid in (("P-1", 1000, 600, 250), ("P-2", 500, 700, 100)):
        project = make_project(code)
        move(uo, "initial_finance_act", str(opened), project=project)
        commitment = commit(uo, str(signed), project=project, legal_reference=f"EJ-{code}")
        schedule(commitment, str(signed))
        certify(commitment, str(paid + 50))
        pay(commitment, str(paid))
    move(uo, "precautionary_reserve", "40")
    return uo


@pytest.fixture
def officer(client):
    found = person("budget_officer")
    client.force_login(found)
    return found


def url(name, *args, **query):
    path = reverse(f"web:{name}", args=args)
    asked = {"fiscal_year": 2026, "month": 13, **query}
    return f"{path}?{'&'.join(f'{k}={v}' for k, v in asked.items())}"


def exported(client, address):
    """Return the rows of a CSV export by their first cell."""
    text = b"".join(client.get(f"{address}&format=csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    return {next(iter(row.values())): row for row in rows}


def test_page_export_and_api_give_the_same_lines(client, officer, ledger):
    found = client_of(officer).get("/api/v1/execution/?fiscal_year=2026").json()
    lines = {line["code"]: line for line in found["results"]}
    assert lines["P-1"]["cp_paid"] == "250.00"
    assert lines["P-2"]["ae_landing_gap"] == "-200.00"
    assert found["total"]["ae_usable"] == "1460.00"
    assert found["total"]["left_to_pay"] == "950.00"
    rows = exported(client, url("execution"))
    assert rows["P-1"]["CP · Payé"] == "250.00"
    assert rows["P-2"]["AE · Écart"] == "-200.00"
    page = client.get(url("execution")).content.decode()
    assert "350,00" in page
    assert "HT2" in page


@pytest.mark.parametrize("figure", ["ae_usable", "ae_committed", "cp_paid", "left_to_pay"])
@pytest.mark.parametrize("line", ["", "P-1", "-"])
def test_the_rows_behind_an_amount_add_up_to_it_on_the_page_and_in_the_export(
    client, officer, ledger, figure, line
):
    address = url("execution_rows", figure, **({"line": line} if line else {}))
    page = client.get(address).content.decode()
    text = b"".join(client.get(f"{address}&format=csv")).decode("utf-8-sig")
    amounts = [Decimal(list(row.values())[-1]) for row in csv.DictReader(io.StringIO(text))]
    found = client_of(officer).get("/api/v1/execution/?fiscal_year=2026").json()
    by_code = {one["code"]: one for one in found["results"]} | {"": found["total"]}
    asked = by_code[None if line == "-" else line]
    assert sum(amounts) == Decimal(asked[figure])
    if amounts:
        shown = re.search(r'<td class="pf-num">([^<]*)</td></tr></tfoot>', page)
        told = shown[1].replace("\u00a0", "").replace(",", ".").replace("\u2212", "-")
        assert Decimal(told) == sum(amounts)


def test_each_link_of_the_table_leads_to_rows(client, officer, ledger):
    for by in ("project", "programme", "uo", "activity"):
        page = client.get(url("execution", by=by)).content.decode()
        links = re.findall(r'href="(/budget/execution/lignes/[^"]+)"', page)
        assert len(links) > 6
        for link in links:
            assert client.get(link.replace("&amp;", "&")).status_code == 200


def test_the_month_narrows_what_is_read_and_the_slider_says_it(client, officer, ledger):
    before = client.get(url("execution", month=5)).content.decode()
    assert 'value="5"' in before
    assert "mai 2026" in before
    found = (
        client_of(officer).get("/api/v1/execution/?fiscal_year=2026&as_of=2026-05-31&by=uo").json()
    )
    assert found["total"]["cp_paid"] == "0.00"
    assert client.get(url("execution", month=14)).status_code == 422


@pytest.mark.parametrize("gap", ["cp-landing", "ae-landing", "cp-month", "ae-month", "left-month"])
def test_the_parts_of_a_gap_add_up_to_it(client, officer, ledger, gap):
    address = url("execution_gap", gap=gap, month=6)
    page = client.get(address).content.decode()
    assert client.get(address).status_code == 200
    text = b"".join(client.get(f"{address}&format=csv")).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    total = sum(Decimal(row[2]) for row in rows)
    assert Decimal(rows[-1][3]) == total if rows else total == 0
    if gap == "cp-month":
        assert total == 350
        assert "350,00" in page


def test_a_landing_is_chosen_in_the_page_with_a_reason_and_kept_with_its_history(
    client, officer, ledger
):
    address = url("execution_landing", "P-1")
    assert client.get(address).status_code == 200
    refused = client.post(address, {"method": "manager", "justification": "Recette décalée"})
    assert refused.status_code == 422
    said = {"method": "manager", "justification": "Recette décalée", "ae": "650", "cp": "1 200,50"}
    assert client.post(address, said).status_code == 302
    choice = LandingChoice.objects.get()
    assert (choice.cp, choice.version) == (Decimal("1200.50"), 1)
    stale = client.post(address, {**said, "cp": "900"})
    assert stale.status_code == 422
    page = client.get(address).content.decode()
    assert "Recette décalée" in page
    found = client_of(officer).get("/api/v1/execution/?fiscal_year=2026").json()
    lines = {line["code"]: line for line in found["results"]}
    assert lines["P-1"]["cp_landing"] == "1200.50"
    assert lines["P-1"]["cp_landing_schedules"] == "600.00"


def test_a_landing_is_chosen_and_changed_by_rest_with_its_version(officer, ledger):
    api = client_of(officer)
    body = {"project": "P-1", "fiscal_year": 2026, "method": "linear", "justification": "Régulier"}
    made = api.post("/api/v1/landings/", body, format="json")
    assert made.status_code == 201
    place = f"/api/v1/landings/{made.json()['id']}/"
    change = {"method": "schedules", "justification": "Marchés signés"}
    assert api.patch(place, change, format="json").status_code == 428
    done = api.patch(place, change, format="json", headers={"If-Match": '"1"'})
    assert (done.status_code, done.json()["method"]) == (200, "schedules")
    assert api.patch(place, change, format="json", headers={"If-Match": '"1"'}).status_code == 412
    assert len(api.get(f"{place}history/").json()["results"]) == 2


def test_statements_have_the_same_totals_on_the_page_in_the_export_and_for_programs(
    client, officer, ledger
):
    for code, total in (("t5", "left"), ("t9", "ae"), ("t12", "unpaid")):
        found = client_of(officer).get(f"/api/v1/statements/{code}/?fiscal_year=2026").json()
        amounts = [Decimal(row[total]) for row in found["results"]]
        assert Decimal(found["totals"][total]) == sum(amounts)
        address = url("statement", code)
        rows = exported(client, address)
        assert len(rows) == found["count"] == len(amounts) > 0
        page = client.get(address).content.decode()
        shown = f"{sum(amounts):,.2f}".replace(",", "\u00a0").replace(".", ",")
        assert shown.replace("-", "\u2212") in page
    months = client_of(officer).get("/api/v1/statements/t7/?fiscal_year=2026").json()["results"]
    assert [month["cp_paid"] for month in months][4:6] == ["0.00", "350.00"]
    assert client.get(url("statement", "t99")).status_code == 404


def test_availability_goes_from_the_act_to_what_is_left_each_step_with_its_rows(
    client, officer, ledger
):
    page = client.get(url("availability")).content.decode()
    assert "160,00" in page  # 1 500 − 40 − 1 300
    for ledger_name, left in (("ae", "160.00"), ("cp", "1110.00")):
        address = url("availability_rows", ledger_name, "left")
        text = b"".join(client.get(f"{address}&format=csv")).decode("utf-8-sig")
        amounts = [Decimal(list(row.values())[-1]) for row in csv.DictReader(io.StringIO(text))]
        assert sum(amounts) == Decimal(left)
    rows = exported(client, url("availability"))
    assert rows["0214-DNEX-UO01"]["AE · Disponible"] == "160.00"


PAGES = [
    ("execution",), ("execution_gap",), ("availability",), ("statement", "t5"),
    ("statement", "t7"), ("statement", "t9"), ("statement", "t12"),
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "-".join(page))
def test_a_page_without_credits_and_one_with_a_wrong_filter_say_so(client, officer, page):
    empty = client.get(reverse(f"web:{page[0]}", args=page[1:]))
    assert empty.status_code == 200
    assert "Aucun crédit" in empty.content.decode()
    assert client.get(url(*page, fiscal_year="deux")).status_code == 422


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "-".join(page))
def test_a_page_asks_the_same_number_of_statements_whatever_the_rows(client, officer, page):
    uo, counts = make_uo(), []
    for size in (2, 14):
        for index in range(size):
            project = make_project(f"P-{size}-{index}")
            move(uo, "initial_finance_act", "10", project=project)
            signed = commit(uo, "5", project=project, legal_reference=f"EJ-{size}-{index}")
            certify(signed, "3")
            schedule(signed, "5")
            pay(signed, "1")
        client.get(url(*page))
        with CaptureQueriesContext(connection) as seen:
            client.get(url(*page))
        counts.append(len(seen))
    assert counts[0] == counts[1]
