"""Partners and contracts."""

from __future__ import annotations

CONTRACT = {
    "code": "CT-1",
    "title": "Marché d'exemple",
    "kind": "contract",
    "holder": "EX-1",
    "holder_name": "Société d'exemple",
    "amount_excl_tax": "1000.00",
    "vat_rate": "20.00",
    "amount_incl_tax": "1200.00",
    "manager": None,
    "state": "open",
    "closed_on": None,
    "notified_on": "2025-01-15",
    "start_on": None,
    "end_on": None,
    "projects": ["A-1"],
    "data_origin": "fictitious",
    "version": 1,
}


def test_a_partner_is_read_whole(api):
    assert api.manager.get("/api/v1/partners/").json()["results"] == [
        {
            "code": "EX-1",
            "name": "Société d'exemple",
            "kind": "company",
            "identifier_kind": "exemple",
            "identifier": "EXEMPLE-1",
            "country": "FR",
            "state": "open",
            "closed_on": None,
            "data_origin": "fictitious",
            "version": 1,
        }
    ]


def test_a_contract_names_only_the_projects_that_the_caller_reads(api):
    assert api.manager.get("/api/v1/contracts/").json()["results"] == [CONTRACT]
    both = api.controller.get("/api/v1/contracts/").json()["results"]
    assert both == [CONTRACT | {"projects": ["A-1", "B-1"]}]


def test_the_detail_holds_amendments_and_commitments(api, portfolio):
    commitment = portfolio.rows["A-1"].commitment
    answer = api.manager.get("/api/v1/contracts/CT-1/")
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == CONTRACT | {
        "amendments": [
            {
                "number": 1,
                "subject": "Avenant d'exemple",
                "signed_on": "2025-06-01",
                "amount_excl_tax": "-10.00",
                "amount_incl_tax": "-12.00",
                "new_end_on": None,
                "source_reference": "A-CT-1",
                "recorded_at": "2025-03-01T13:00:00+01:00",
                "source_file": "example.csv",
                "source_line": 2,
                "data_origin": "fictitious",
            }
        ],
        "commitments": [
            {
                "id": commitment.pk,
                "legal_reference": "EJ-A-1",
                "amount": "300000.10",
                "committed_on": "2025-01-20",
            }
        ],
    }


def test_filters(api):
    for query, count in (
        ("project=B-1", 1),
        ("node=ROOT", 1),
        ("node=A&ministry=MEN", 1),
        ("holder=EX-2", 0),
        ("amount_incl_tax_min=1200.01", 0),
        ("q=MARCH", 1),
        ("kind=grant", 0),
        ("ordering=-amount_incl_tax", 1),
    ):
        answer = api.controller.get(f"/api/v1/contracts/?{query}")
        assert (answer.status_code, len(answer.json()["results"])) == (200, count), query
