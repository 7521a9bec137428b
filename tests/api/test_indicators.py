"""The catalogue, the values, their detail and their export."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal

import pytest

from indicators.catalogue import INDICATORS
from indicators.models import IndicatorRun, IndicatorSnapshot
from tests.api.conftest import RECORDED

AS_OF = dt.date(2025, 3, 31)


@pytest.fixture
def snapshots(portfolio):
    """One latest snapshot a project, and an older one of A-1."""
    run = IndicatorRun.objects.create(as_of=AS_OF, started_at=RECORDED, state="finished")
    common = {"run": run, "computed_at": RECORDED, "figures_version": 1}
    for project in (portfolio.first, portfolio.second, portfolio.other):
        IndicatorSnapshot.objects.create(
            project=project,
            as_of=AS_OF,
            reasons={"EV-03": "zero_denominator"},
            initial_cost=Decimal("1000000.00"),
            current_cost=Decimal("1234567.89"),
            cost_gap_rate=0.23456789,
            cv=Decimal("-12.30"),
            eac_cpi=12345.5,
            es=3.25,
            **common,
        )
    IndicatorSnapshot.objects.create(
        project=portfolio.first, as_of=dt.date(2024, 12, 31), is_latest=False, **common
    )
    return run


def test_the_catalogue_names_unit_formula_thresholds_and_owner(api):
    row = api.manager.get("/api/v1/indicators/DR-07/").json()
    assert row == {
        "code": "DR-07",
        "key": "cost_gap_rate",
        "version": 1,
        "family": "DR",
        "name": {"fr": row["name"]["fr"], "en": "Cost gap rate"},
        "unit": "ratio",
        "formula": "(current_cost − initial_cost) / initial_cost",
        "inputs": ["initial_cost", "current_cost"],
        "thresholds": {"warning": "0.05", "alert": "0.15", "higher_is_worse": True},
        "owner": "management_controller",
        "is_shared": False,
        "source": "DINUM panorama; PAP « grands projets »; domain §2.1, §2.2",
    }
    assert row["name"]["fr"]


def test_the_catalogue_is_whole_filtered_and_paged(api):
    seen, url = [], "/api/v1/indicators/?limit=10"
    while url:
        page = api.manager.get(url).json()
        seen += [row["code"] for row in page["results"]]
        url = page["next"]
    assert seen == [indicator.code for indicator in INDICATORS]
    euros = api.manager.get("/api/v1/indicators/?unit=EUR&family=BX").json()["results"]
    assert [row["code"] for row in euros] == [
        "BX-04", "BX-05", "BX-06", "BX-07", "BX-13", "BX-14",
    ]  # fmt: skip
    found = api.manager.get("/api/v1/indicators/?q=earned+schedule").json()["results"]
    assert [row["code"] for row in found] == ["ES-01"]
    assert api.manager.get("/api/v1/indicators/XX-99/").status_code == 404


def values(client, query="") -> list[dict]:
    answer = client.get(f"/api/v1/indicator-values/{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


ROW = {
    "project": "A-1",
    "version": 1,
    "as_of": "2025-03-31",
    "reason": None,
    "method": None,
    "computed_at": "2025-03-01T12:00:00+00:00",
    "is_stale": False,
    "data_origin": "fictitious",
}


def test_euros_are_strings_ratios_are_numbers_and_a_null_has_its_reason(api, snapshots):
    rows = values(api.manager, "?indicator=DR-07,EV-01,EV-03,EV-05,ES-01")
    row = ROW | {"run": snapshots.pk}
    assert rows == [
        row
        | {
            "indicator": "DR-07",
            "value": 0.23456789,
            "unit": "ratio",
            "method": "baseline_0",
        },
        row | {"indicator": "EV-01", "value": "-12.30", "unit": "EUR"},
        row | {"indicator": "EV-03", "value": None, "unit": "ratio", "reason": "zero_denominator"},
        # A quotient of cents is rounded half up at the edge: 12 345.5 cents.
        row | {"indicator": "EV-05", "value": "123.46", "unit": "EUR"},
        row | {"indicator": "ES-01", "value": 3.25, "unit": "months"},
    ]


def test_changed_figures_make_a_value_stale(api, snapshots, portfolio):
    type(portfolio.first).objects.filter(pk=portfolio.first.pk).update(figures_version=2)
    assert all(row["is_stale"] for row in values(api.manager))


@pytest.mark.parametrize(
    ("query", "projects"),
    [
        ("?indicator=DR-07", ["A-1", "A-2", "B-1"]),
        ("?indicator=DR-07&node=A", ["A-1", "A-2"]),
        ("?indicator=DR-07&project=B-1", ["B-1"]),
        ("?indicator=DR-07&ministry=MEN", ["A-1"]),
        ("?indicator=DR-07&data_origin=published", []),
        ("?indicator=DR-07&as_of=2024-12-31", ["A-1"]),
        ("?indicator=DR-07&as_of_from=2024-01-01", ["A-1", "A-1", "A-2", "B-1"]),
    ],
)
def test_filters_choose_projects_and_dates(api, snapshots, query, projects):
    assert [row["project"] for row in values(api.controller, query)] == projects


@pytest.mark.parametrize("query", ["indicator=XX-01", "indicator=DR-07,", "as_of=2025-02-30"])
def test_what_cannot_be_read_is_refused(api, snapshots, query):
    assert api.controller.get(f"/api/v1/indicator-values/?{query}").status_code == 400


@pytest.mark.parametrize("limit", [1, 7, 29, 50, 1000])
def test_pages_forwards_and_backwards_give_every_row_once(api, snapshots, limit):
    base = "/api/v1/indicator-values/?as_of_from=2024-01-01"
    whole = api.controller.get(f"{base}&limit=1000").json()["results"]
    assert len(whole) == 4 * len(INDICATORS)
    seen, url, last = [], f"{base}&limit={limit}", None
    while url:
        last = api.controller.get(url).json()
        seen += last["results"]
        url = last["next"]
    assert seen == whole
    back = last["results"]
    while last["previous"]:
        last = api.controller.get(last["previous"]).json()
        back = last["results"] + back
    assert back == whole


def test_a_value_leads_to_its_inputs_and_their_rows(api, snapshots, portfolio):
    answer = api.manager.get("/api/v1/indicator-values/A-1:DR-07/")
    assert answer.status_code == 200, answer.content
    assert answer.headers["ETag"].startswith('W/"A-1-2025-03-31-')
    row = answer.json()
    assert row["formula"] == "(current_cost − initial_cost) / initial_cost"
    initial, current = row["inputs"]
    assert (initial["name"], initial["value"], initial["total"]) == (
        "initial_cost",
        "1000000.00",
        "1000000.00",
    )
    assert (current["value"], current["unit"]) == ("1234567.89", "EUR")
    estimate = portfolio.rows["A-1"].estimate
    assert current["rows"] == [
        {
            "kind": "estimate",
            "id": estimate.pk,
            "on": "2025-01-15",
            "label": "Périmètre étendu",
            "reference": "E-A-1",
            "amount": "1234567.89",
            "source_file": "example.csv",
            "source_line": 2,
        }
    ]
    for address in ("A-2:DR-07", "A-1:XX-99", "none:DR-07", "A-1"):
        assert api.manager.get(f"/api/v1/indicator-values/{address}/").status_code == 404


def test_the_export_streams_the_rows_of_the_list(api, snapshots):
    answer = api.controller.get("/api/v1/indicator-values/export/?node=A&indicator=EV-01,EV-03")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    listed = values(api.controller, "?node=A&indicator=EV-01,EV-03")
    assert [row["value"] for row in rows] == ["-12.30", "", "-12.30", ""]
    assert [(row["project"], row["indicator"]) for row in rows] == [
        (row["project"], row["indicator"]) for row in listed
    ]
    assert list(rows[0]) == list(listed[0])
    assert {row["data_origin"] for row in rows} == {"fictitious"}


def test_the_export_refuses_what_the_list_refuses(api, snapshots):
    for query in ("colour=red", "limit=10", "as_of=x"):
        answer = api.controller.get(f"/api/v1/indicator-values/export/?{query}")
        assert answer.status_code == 400, json.loads(answer.content)
