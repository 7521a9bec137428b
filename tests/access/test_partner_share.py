"""A partner says how far its own share has gone, reads the shared indicators, and nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.enums import Role
from accounts.models import AuditEvent
from accounts.services.grants import establish_grant
from common.fiscal import today
from indicators.catalogue import BY_CODE, INDICATORS, SHARED
from indicators.enums import Unit
from indicators.services.runs import request_computation
from partners.models import Contract, ContractProject, EntityProgress, Partner
from projects.models import ProgressReport
from projects.services.projects import close_project
from tests.people import person
from tests.samples import AS_OF, RECORDED

API = "/api/v1/shared-progress/"
VALUES = "/api/v1/shared-indicator-values/"
BODY = {
    "project": "P-1",
    "reported_on": "2025-06-30",
    "percent_complete": "40.00",
    "comment": "Lot 1 livré",
}
JSON = "application/json"


def page_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def other(sample) -> Partner:
    """Another entity, whose contract serves the same project."""
    entity = Partner.objects.create(code="OTHER", name="Autre entité", kind="operator")
    contract = Contract.objects.create(
        code="CT-OTHER", title="Autre marché", kind="contract", holder=entity,
        amount_excl_tax=Decimal("100"), vat_rate=Decimal("20"), amount_incl_tax=Decimal("120"),
    )  # fmt: skip
    ContractProject.objects.create(contract=contract, project=sample.p1)
    return entity


@pytest.fixture
def holder(sample):
    return person(Role.PARTNER, sample.contract.holder.code, username="holder")


@pytest.fixture
def stranger(other):
    return person(Role.PARTNER, other.code, username="stranger")


def test_the_progress_of_a_share_moves_neither_the_project_nor_its_figures(sample, holder):
    reports = ProgressReport.objects.filter(project=sample.p1).count()
    answer = page_of(holder).post(API, BODY, JSON)
    assert (answer.status_code, answer.json()["percent_complete"]) == (201, "40.00")
    assert answer.json()["entity"] == sample.contract.holder.code
    assert page_of(holder).get(answer.headers["Location"]).status_code == 200
    before = (sample.p1.figures_version, sample.p1.version)
    sample.p1.refresh_from_db()
    assert (sample.p1.figures_version, sample.p1.version) == before
    assert ProgressReport.objects.filter(project=sample.p1).count() == reports
    event = AuditEvent.objects.get(verb="entity_reported")
    assert (event.actor, event.object_code) == (holder, "P-1")


def test_a_second_report_corrects_the_first_which_stays(sample, holder):
    client = page_of(holder)
    client.post(API, BODY, JSON)
    client.post(API, BODY | {"percent_complete": "45.00"}, JSON)
    rows = client.get(API).json()["results"]
    assert [row["percent_complete"] for row in rows] == ["45.00", "40.00"]


def test_the_manager_reads_it_with_its_author_and_its_history(sample, manager, holder):
    page_of(holder).post(API, BODY, JSON)
    house = page_of(manager)
    (row,) = house.get("/api/v1/entity-progress/").json()["results"]
    assert (row["entity_name"], row["recorded_by"]) == (sample.contract.holder.name, "holder")
    sheet = house.get("/projets/P-1/").content.decode()
    assert "Lot 1 livré" in sheet
    assert house.post("/api/v1/entity-progress/", BODY, JSON).status_code == 405
    assert house.post(API, BODY, JSON).status_code == 403
    assert page_of(holder).get("/api/v1/entity-progress/").status_code == 403


def test_another_entity_of_the_same_project_reads_nothing_of_it(sample, holder, stranger):
    place = page_of(holder).post(API, BODY, JSON).headers["Location"]
    client = page_of(stranger)
    assert client.get(API).json()["results"] == []
    assert client.get(f"{API}?entity={sample.contract.holder.code}").json()["results"] == []
    assert client.get(place).status_code == 404
    for path in ("/projets-partages/", "/projets-partages/P-1/", "/recherche/?q=Lot"):
        page = client.get(path).content.decode()
        assert "Lot 1 livré" not in page, path
        assert sample.contract.holder.name not in page, path


def test_a_partner_speaks_for_its_own_entity_and_for_a_shared_project_alone(sample, holder, other):
    client = page_of(holder)
    assert client.post(API, BODY | {"project": "P-2"}, JSON).status_code == 404
    assert client.post(API, BODY | {"entity": other.code}, JSON).status_code == 400
    assert client.get("/projets-partages/P-2/avancement/").status_code == 404
    typed = {"entity": other.pk, "reported_on": "30/06/2025", "percent_complete": "40"}
    assert client.post("/projets-partages/P-1/avancement/", typed).status_code == 422
    assert not EntityProgress.objects.exists()


def test_who_speaks_for_two_entities_names_one(sample, holder, other):
    establish_grant(user=holder, role=Role.PARTNER, scope_code=other.code)
    client = page_of(holder)
    assert client.post(API, BODY, JSON).status_code == 400
    answer = client.post(API, BODY | {"entity": other.code}, JSON)
    assert (answer.status_code, answer.json()["entity"]) == (201, "OTHER")


def test_rules_of_a_report(sample, holder, manager):
    client = page_of(holder)
    late = (today() + dt.timedelta(days=1)).isoformat()
    for changes in (
        {"reported_on": late},
        {"percent_complete": "100.01"},
        {"percent_complete": "-1"},
    ):
        assert client.post(API, BODY | changes, JSON).status_code == 400, changes
    close_project(
        actor=manager,
        project_id=sample.p1.pk,
        expected_version=1,
        closed_on=today(),
        reason="Fini",
    )
    answer = client.post(API, BODY, JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "project_closed")
    row = {"project": sample.p1, "partner": sample.contract.holder, "recorded_at": RECORDED}
    with pytest.raises(IntegrityError), transaction.atomic():
        EntityProgress.objects.bulk_create(
            [EntityProgress(**row, reported_on=AS_OF, percent_complete=Decimal("101"))]
        )


def test_the_page_reports_and_shows_the_history(sample, holder):
    client = page_of(holder)
    place = "/projets-partages/P-1/"
    assert f"{place}avancement/" in client.get(place).content.decode()
    typed = {
        "entity": sample.contract.holder.pk,
        "reported_on": "30/06/2025",
        "percent_complete": "37,5",
        "comment": "Recette en cours",
    }
    assert client.post(f"{place}avancement/", typed).url == place
    assert "Recette en cours" in client.get(place).content.decode()
    assert EntityProgress.objects.get().percent_complete == Decimal("37.5")


@pytest.fixture
def computed(sample, after_commit):
    with after_commit():
        request_computation(AS_OF)
    return sample


def test_the_shared_set_is_in_the_catalogue_and_holds_no_amount():
    assert {indicator.code for indicator in SHARED} == {"DR-08", "DR-12", "ES-03"}
    assert all(indicator.unit != Unit.EUR for indicator in SHARED)


def test_a_partner_reads_the_shared_indicators_of_its_projects_and_no_other(computed, holder):
    client = page_of(holder)
    rows = client.get(VALUES).json()["results"]
    assert {row["project"] for row in rows} == {"P-1"}
    assert [row["indicator"] for row in rows] == [indicator.code for indicator in SHARED]
    assert set(rows[0]) == {
        "project", "indicator", "version", "as_of", "value", "unit", "reason", "is_stale",
        "data_origin",
    }  # fmt: skip
    assert client.get(f"{VALUES}?project=P-2").json()["results"] == []
    for indicator in INDICATORS:
        answer = client.get(f"{VALUES}?indicator={indicator.code}")
        assert answer.status_code == (200 if indicator.is_shared else 400), indicator.code
    for closed in ("indicator-values", "indicators", "progress-reports", "projects"):
        assert client.get(f"/api/v1/{closed}/").status_code == 403


def test_the_shared_page_shows_the_values_that_the_house_reads(computed, holder, manager):
    house = page_of(manager).get("/api/v1/indicator-values/P-1:DR-08/").json()["value"]
    shared = page_of(holder).get(f"{VALUES}?indicator=DR-08").json()["results"]
    assert house is not None
    assert [row["value"] for row in shared] == [house]
    page = page_of(holder).get("/projets-partages/P-1/").content.decode()
    for indicator in INDICATORS:
        assert (str(indicator.name) in page) == indicator.is_shared, indicator.code


def test_pages_of_values_follow_one_another_over_the_shared_set(computed, holder, other):
    client = page_of(holder)
    first = client.get(f"{VALUES}?limit=2").json()
    assert len(first["results"]) == 2
    second = client.get(first["next"]).json()
    assert (len(second["results"]), second["next"]) == (1, None)
    assert BY_CODE[second["results"][0]["indicator"]].is_shared
