"""The official tables in pages and for programs: same cells, rows that add up, exports."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.api.conftest import client_of
from tests.budgets.ledger import commit, make_uo, move, pay
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger():
    uo = make_uo()
    move(uo, "initial_finance_act", "1000", "800")
    former = commit(uo, "300", 2025)
    pay(former, "100", 2025)
    pay(former, "50")
    commit(uo, "-20", commitment_year=2025)
    pay(commit(uo, "400"), "150")
    return uo


@pytest.fixture
def controller(client):
    found = person("management_controller")
    client.force_login(found)
    return found


def url(name="official", *args, **query):
    path = reverse(f"web:{name}", args=["rap", *args])
    return f"{path}?{'&'.join(f'{k}={v}' for k, v in query.items())}"


def test_page_export_and_api_give_the_same_cells(client, controller, ledger):
    found = client_of(controller).get("/api/v1/official-tables/rap/?fiscal_year=2026").json()
    cells = {cell["key"]: cell["amount"] for cell in found["cells"]}
    assert (cells["R6"], cells["E4"], cells["P2"]) == ("380.00", "600.00", "200.00")
    exported = b"".join(client.get(url(fiscal_year=2026, format="csv"))).decode("utf-8-sig")
    rows = {row[0]: row[2] for row in csv.reader(io.StringIO(exported))}
    assert {key: rows[key] for key in cells} == cells
    page = client.get(url(fiscal_year=2026)).content.decode()
    assert page.count(">380,00</a>") == 2  # R6 and F2
    assert "HT2" in page


@pytest.mark.parametrize("key", ["E1", "E4", "P2", "R2", "R6", "F2"])
def test_the_rows_of_a_cell_add_up_to_it_on_the_page_and_in_the_export(
    client, controller, ledger, key
):
    (cell,) = (
        cell
        for cell in client_of(controller)
        .get("/api/v1/official-tables/rap/?fiscal_year=2026")
        .json()["cells"]
        if cell["key"] == key
    )
    shown = client.get(url("official_rows", key, fiscal_year=2026))
    assert sum(row.amount for row in shown.context["rows"]) == Decimal(cell["amount"])
    exported = client.get(url("official_rows", key, fiscal_year=2026, format="csv"))
    text = b"".join(exported).decode("utf-8-sig")
    amounts = [Decimal(row[4]) for row in list(csv.reader(io.StringIO(text)))[1:]]
    assert sum(amounts) == Decimal(cell["amount"])


def test_a_perimeter_is_a_node_a_kind_of_credits_and_earmarked_funds(client, controller, ledger):
    move(ledger, "earmarked_fund", "70", is_earmarked=True)
    move(make_uo("0214-AUTR-UO01"), "initial_finance_act", "5")
    api = client_of(controller)

    def opened(query):
        found = api.get(f"/api/v1/official-tables/rap/?fiscal_year=2026&{query}").json()
        return found["cells"][0]["amount"]

    assert opened("") == "1075.00"
    assert opened(f"nomenclature={ledger.code}") == "1070.00"
    assert (opened("earmarked=only"), opened("earmarked=excluded")) == ("70.00", "1005.00")
    assert opened("credit_type=t2") == "0.00"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "fiscal_year=26",
        "fiscal_year=2026&credit_type=t3",
        "fiscal_year=2026&earmarked=x",
        "fiscal_year=2026&known_at=hier",
        "fiscal_year=2026&data_origin=real",
    ],
)
def test_what_cannot_be_read_is_refused(controller, query):
    assert client_of(controller).get(f"/api/v1/official-tables/rap/?{query}").status_code == 400


def test_an_unknown_table_or_cell_is_not_there_and_no_credit_is_an_empty_page(client, controller):
    unknown = "/api/v1/official-tables/xyz/?fiscal_year=2026"
    assert client.get("/budget/tableaux/xyz/").status_code == 404
    assert client_of(controller).get(unknown).status_code == 404
    assert client.get(url()).status_code == 200
    assert client.get(url("official_rows", "R6")).status_code == 404
