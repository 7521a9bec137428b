"""The pages of contracts and partners: HT and TTC apart, running totals, rights."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners.models import Amendment, Contract, ContractProject, Partner
from tests.samples import RECORDED

MOST_QUERIES = 20
LISTS = ["contracts", "partners"]


def amend(contract: Contract, number: int, excl_tax: str, incl_tax: str, **fields) -> Amendment:
    return Amendment.objects.create(
        contract=contract,
        number=number,
        signed_on=dt.date(2025, 6, number),
        amount_excl_tax=Decimal(excl_tax),
        amount_incl_tax=Decimal(incl_tax),
        source_reference=f"A-{contract.code}-{number}",
        recorded_at=RECORDED,
        **fields,
    )


def another(sample, code: str, **fields) -> Contract:
    contract = Contract.objects.create(
        code=code,
        title=f"Marché {code}",
        kind="purchase_order",
        holder=Partner.objects.create(
            code=f"P-{code}", name=f"Titulaire {code}", kind="company", identifier_kind="foreign"
        ),
        amount_excl_tax=Decimal("100"),
        vat_rate=Decimal("20"),
        amount_incl_tax=Decimal("120"),
        **fields,
    )
    ContractProject.objects.create(contract=contract, project=sample.p2)
    return contract


def codes(client, user, name: str, query: str = "") -> list[str]:
    client.force_login(user)
    answer = client.get(reverse(f"web:{name}") + query)
    return [row[0].text for row in answer.context["table"]]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_needs_a_log_in_and_a_grant(client, sample, stranger, name):
    assert client.get(reverse(f"web:{name}")).status_code == 302
    client.force_login(stranger)
    assert client.get(reverse(f"web:{name}")).status_code == 403


def test_contracts_are_those_of_readable_projects(
    client, sample, director, manager, budget_officer, controller
):
    another(sample, "M-2")
    for user in (director, budget_officer, controller):
        assert codes(client, user, "contracts") == ["M-2", "M-2025-01"]
    assert codes(client, manager, "contracts") == ["M-2025-01"]
    assert client.get(reverse("web:contract", args=["M-2"])).status_code == 404


def test_partners_are_those_of_readable_contracts(client, sample, director, manager):
    another(sample, "M-2")
    assert codes(client, director, "partners", "?origin=operational") == ["P-M-2"]
    assert codes(client, manager, "partners") == ["EX-A"]
    assert client.get(reverse("web:partner", args=["P-M-2"])).status_code == 404


def test_a_contract_keeps_ht_vat_and_ttc_apart(client, sample, director):
    client.force_login(director)
    answer = client.get(reverse("web:contract", args=["M-2025-01"]))
    text = answer.content.decode().replace("\u00a0", " ")
    for amount in ("500 000,00 €", "100 000,00 €", "600 000,00 €", "20,00 %"):
        assert f"<dd>{amount}</dd>" in text


def test_amendments_run_to_a_total(client, sample, director):
    # 500 000 HT + 50 000 − 10 000 = 540 000; 600 000 TTC + 60 000 − 12 000 = 648 000.
    amend(sample.contract, 1, "50000", "60000", new_end_on=dt.date(2027, 6, 30))
    amend(sample.contract, 2, "-10000", "-12000")
    client.force_login(director)
    sheet = client.get(reverse("web:contract", args=["M-2025-01"])).context["sheet"]
    assert [line.total_excl_tax for line in sheet.lines] == [550000, 540000]
    assert (sheet.total_excl_tax, sheet.total_incl_tax) == (540000, 648000)
    assert sheet.end_on == dt.date(2027, 6, 30)


def test_a_contract_shows_what_its_commitments_became(client, sample, director):
    client.force_login(director)
    sheet = client.get(reverse("web:contract", args=["M-2025-01"])).context["sheet"]
    assert (sheet.committed, sheet.done) == (650000, 480000)
    assert sheet.left_to_pay == Decimal("464999.45")


def test_a_project_that_cannot_be_read_is_counted_and_not_named(client, sample, manager):
    ContractProject.objects.create(contract=sample.contract, project=sample.p3)
    client.force_login(manager)
    answer = client.get(reverse("web:contract", args=["M-2025-01"]))
    assert answer.context["sheet"].hidden == 1
    assert "Réseau des établissements" not in answer.content.decode()


def test_an_example_is_said_in_words(client, sample, director):
    client.force_login(director)
    url = reverse("web:partner", args=["EX-A"])
    text = client.get(url, headers={"Accept-Language": "en"}).content.decode()
    assert "a fictitious body, which bears no SIRET" in text
    assert "pf-fictitious" in text
    assert "M-2025-01" in text


def test_totals_are_of_what_is_filtered_and_of_one_origin(client, sample, director):
    another(sample, "M-2")
    another(sample, "M-3", data_origin="fictitious")
    client.force_login(director)
    totals = client.get(reverse("web:contracts")).context["totals"]
    assert [value for _label, value in totals["lines"]] == [500100, 600120]
    totals = client.get(reverse("web:contracts") + "?kind=purchase_order").context["totals"]
    assert [value for _label, value in totals["lines"]] == [100, 120]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?project=P-1", ["M-2025-01"]),
        ("?node=DNE-TN", ["M-2"]),
        ("?holder=EX-A", ["M-2025-01"]),
        ("?q=marché", ["M-2"]),
        ("?notified_from=01/01/2025&notified_to=01/02/2025", ["M-2025-01"]),
        ("?end_to=2027-01-30", []),
        ("?sort=-amount_excl_tax", ["M-2025-01", "M-2"]),
    ],
)
def test_filters_keep_the_contracts_that_they_name(client, sample, director, query, found):
    another(sample, "M-2")
    assert codes(client, director, "contracts", query) == found


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "query", ["?q=%00", "?kind=x", "?project=NO", "?notified_from=32/01/2025", "?origin=x"]
)
def test_a_wrong_filter_is_said_and_shows_nothing(client, sample, director, name, query):
    client.force_login(director)
    answer = client.get(reverse(f"web:{name}") + query)
    assert answer.status_code == 200
    if answer.context["form"].errors:
        assert answer.context["table"] == []


@pytest.mark.parametrize(
    ("name", "args"),
    [("contracts", []), ("partners", []), ("contract", ["M-2025-01"]), ("partner", ["EX-A"])],
)
def test_the_number_of_queries_does_not_depend_on_the_rows(client, sample, director, name, args):
    url = reverse(f"web:{name}", args=args)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    client.force_login(director)
    queries()  # the first page after a log-in writes the session that the next ones follow
    before = queries()
    assert before <= MOST_QUERIES
    for index in range(3):
        added = another(sample, f"N-{index}")
        Contract.objects.filter(pk=added.pk).update(holder=sample.contract.holder)
        amend(sample.contract, index + 1, "1", "1.20")
    ContractProject.objects.create(contract=sample.contract, project=sample.p3)
    assert queries() == before


@pytest.mark.parametrize("name", LISTS)
def test_an_export_says_the_origin_of_each_row(client, sample, director, name):
    client.force_login(director)
    answer = client.get(reverse(f"web:{name}") + "?format=csv")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert row["data_origin"] in ("operational", "fictitious")
