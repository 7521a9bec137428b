"""Tables of a version in pages, exports and by REST: the same figures, and their rows."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.tables.programmed_catalogue import PROGRAMMED
from tests.api.conftest import client_of
from tests.budgets.ledger import commit, make_project, make_uo, move, pay, schedule
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person

pytestmark = pytest.mark.django_db
CODES = sorted(PROGRAMMED)


@pytest.fixture
def programme():
    uo = make_uo()
    version = make_version("initial", 2026)
    for code, opened, asked in (("P-1", "1000", "700"), ("P-2", "500", "640")):
        project = make_project(code)
        move(uo, "initial_finance_act", opened, project=project)
        signed = commit(uo, "300", project=project, legal_reference=f"EJ-{code}")
        schedule(signed, "300")
        pay(signed, "120")
        make_line(
            version, uo, project=project, act_label=f"Acte {code}", granted=[(asked, asked)],
            act_month=dt.date(2026, 3, 1),
        )  # fmt: skip
    return version


@pytest.fixture
def officer(client):
    found = person("budget_officer")
    client.force_login(found)
    return found


def url(code, **query):
    asked = {"fiscal_year": 2026, "month": 13, **query}
    return f"{reverse('web:version_table', args=[code])}?{'&'.join(f'{k}={v}' for k, v in asked.items())}"  # noqa: E501


def exported(client, address):
    text = b"".join(client.get(f"{address}&format=csv")).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def written(amount):
    return f"{amount:,.2f}".replace(",", "\u00a0").replace(".", ",").replace("-", "\u2212")


@pytest.mark.parametrize("code", CODES)
def test_page_export_and_api_give_the_same_rows_and_totals(client, officer, programme, code):
    found = client_of(officer).get(f"/api/v1/statements/{code}/?fiscal_year=2026").json()
    assert found["programming_version"] == "2026-V1"
    rows = exported(client, url(code))
    assert len(rows) == found["count"] == len(found["results"]) > 0
    page = client.get(url(code)).content.decode()
    for total in found["totals"].values():
        assert written(Decimal(total)) in page
    if code != "t1":  # each level of the synthesis adds up to the total
        for name, total in found["totals"].items():
            said = sum(Decimal(row[name]) for row in found["results"] if row[name] is not None)
            assert said == Decimal(total), name
    assert "2026-V1, initiale" in page
    assert "HT2" in page
    assert "TTC" in page


@pytest.mark.parametrize("code", ["t1", "t2", "t8"])
def test_each_amount_leads_to_the_rows_that_add_up_to_it(client, officer, programme, code):
    page = client.get(url(code)).content.decode()
    pattern = r'href="(/budget/etats/programmation/[^"]+/[a-z_0-9]+/\?[^"]+)">([^<]+)</a>'
    links = re.findall(pattern, page)
    assert len(links) > 8
    for link, told in links:
        address = link.replace("&amp;", "&")
        rows = exported(client, address)
        amounts = [Decimal(list(row.values())[-1]) for row in rows]
        text = told.replace("\u00a0", "").replace(",", ".").replace("\u2212", "-")
        assert sum(amounts) == Decimal(text), address


def test_the_version_asked_for_is_shown_and_one_of_another_exercise_is_refused(
    client, officer, programme
):
    at_state(programme, "validated")
    other = make_version("crg1", 2026)
    next_year = make_version("requests", 2027)
    assert "2026-V1" in client.get(url("t1")).content.decode()
    assert "2026-V2, CRG1" in client.get(url("t1", version=other.pk)).content.decode()
    assert client.get(url("t1", version=next_year.pk)).status_code == 422
    api, place = client_of(officer), "/api/v1/statements/t1/?fiscal_year=2026&programming_version="
    assert api.get(f"{place}{other.pk}").json()["programming_version"] == "2026-V2"
    assert api.get(f"{place}{next_year.pk}").status_code == 400
    assert api.get(f"{place}un").status_code == 400
    assert (
        api.get("/api/v1/statements/t5/?fiscal_year=2026&programming_version=1").status_code == 400
    )


def test_without_a_version_the_table_says_so(client, officer, programme):
    page = client.get(url("t2", fiscal_year=2025)).content.decode()
    assert "Aucune version de cet exercice" in page
    found = client_of(officer).get("/api/v1/statements/t2/?fiscal_year=2025").json()
    assert (found["programming_version"], found["count"]) == (None, 0)
    assert client.get(reverse("web:version_table", args=["t5"])).status_code == 404


def test_a_figure_or_a_row_that_does_not_exist_is_404(client, officer, programme):
    for figure, query in (("landing_ae", ""), ("nothing", ""), ("lfi_ae", "&row=9-9-9-9")):
        place = reverse("web:version_table_rows", args=["t1", figure])
        assert client.get(f"{place}?fiscal_year=2026{query}").status_code == 404


@pytest.mark.parametrize("code", CODES)
def test_a_page_asks_the_same_number_of_statements_whatever_the_rows(client, officer, code):
    uo, version, counts = make_uo(), make_version("initial", 2026), []
    for size in (2, 14):
        for index in range(size):
            project = make_project(f"P-{size}-{index}")
            move(uo, "initial_finance_act", "10", project=project)
            commit(uo, "5", project=project, legal_reference=f"EJ-{size}-{index}")
            make_line(version, uo, project=project, act_label="Acte", granted=[("3", "2")])
        client.get(url(code))
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url(code)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
