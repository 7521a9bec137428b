"""Two records entered twice: merged with their rows, their history kept, undone within 30 days."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.test import Client
from rest_framework.test import APIClient

from accounts.enums import Role
from accounts.exceptions import MergeRefused, MergeTooOld
from accounts.models import RecordMerge
from accounts.services.merging import merge_records, undo_merge
from budgets.models import Payment
from partners.models import Contract, Partner
from partners.services.kinds import PARTNERS
from projects.models import Baseline, Estimate, Project
from projects.services.kinds import PROJECTS
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def director(sample):
    return person(Role.PORTFOLIO_DIRECTOR)


def merge(actor, kept, duplicate, kind=PROJECTS):
    return merge_records(
        actor=actor,
        kind=kind,
        kept_id=kept.pk,
        expected_version=kept.version,
        duplicate_id=duplicate.pk,
        reason="Saisi deux fois",
    )


def paid_on(project) -> Decimal:
    rows = Payment.objects.filter(commitment__project=project)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


def test_what_hangs_on_the_duplicate_moves_and_the_sums_stay(director, sample):
    before = paid_on(sample.p1) + paid_on(sample.p3)
    assert paid_on(sample.p1) > 0
    merge(director, sample.p3, sample.p1)
    assert paid_on(sample.p3) == before
    assert paid_on(sample.p1) == 0
    duplicate = Project.objects.get(pk=sample.p1.pk)
    assert (duplicate.state, duplicate.closing_reason.endswith("P-3")) == ("archived", True)
    assert duplicate.history.count() == 2


def test_a_row_that_would_double_another_stays_on_the_duplicate(director, sample):
    assert Baseline.objects.filter(project=sample.p1, number=0).exists()
    assert Baseline.objects.filter(project=sample.p3, number=0).exists()
    merge(director, sample.p3, sample.p1)
    assert Baseline.objects.filter(project=sample.p1).count() == 1
    assert Baseline.objects.filter(project=sample.p3).count() == 1


def test_undoing_brings_everything_back(director, sample):
    done = merge(director, sample.p3, sample.p1)
    undo_merge(actor=director, kind=PROJECTS, merge_id=done.pk)
    restored = Project.objects.get(pk=sample.p1.pk)
    assert (restored.state, restored.closed_on, restored.closing_reason) == ("open", None, "")
    assert paid_on(sample.p3) == 0
    assert Estimate.objects.filter(project=sample.p1).count() == 1
    with pytest.raises(MergeRefused):
        undo_merge(actor=director, kind=PROJECTS, merge_id=done.pk)


def test_a_merge_of_more_than_thirty_days_is_final(director, sample):
    done = merge(director, sample.p3, sample.p1)
    RecordMerge.objects.update(merged_at=done.merged_at - dt.timedelta(days=30, seconds=1))
    with pytest.raises(MergeTooOld):
        undo_merge(actor=director, kind=PROJECTS, merge_id=done.pk)


def test_records_of_two_origins_or_ended_or_the_same_are_not_merged(director, sample):
    with pytest.raises(MergeRefused):
        merge(director, sample.p1, sample.p1)
    Project.objects.filter(pk=sample.p3.pk).update(data_origin="fictitious")
    with pytest.raises(MergeRefused):
        merge(director, sample.p1, sample.p3)


def test_contracts_follow_their_holder_with_their_history(sample):
    buyer = person(Role.CONTRACT_MANAGER)
    contract = Contract.objects.get(pk=sample.contract.pk)
    origin = contract.holder.data_origin
    kept = Partner.objects.create(code="KEPT", name="Gardé", kind="company", data_origin=origin)
    merge(buyer, kept, contract.holder, PARTNERS)
    after = Contract.objects.get(pk=contract.pk)
    assert (after.holder, after.version) == (kept, contract.version + 1)
    assert after.history.order_by("-history_date").first().history_user == buyer


def test_the_page_shows_what_moves_before_it_merges_then_undoes(director, sample):
    client = Client()
    client.force_login(director)
    url = "/projets/P-3/fusionner/"
    assert url in client.get("/projets/P-3/").content.decode()
    version = Project.objects.get(code="P-3").version
    form = {"version": version, "duplicate": "P-1", "reason": "Double"}
    shown = client.post(url, form)
    assert shown.status_code == 200
    assert 'name="confirm"' in shown.content.decode()
    assert Project.objects.get(code="P-1").state == "open"
    assert client.post(url, form | {"confirm": "1"}).status_code == 302
    assert Project.objects.get(code="P-1").state == "archived"
    done = RecordMerge.objects.get()
    undo = f"/projets/P-3/fusions/{done.pk}/annuler/"
    assert undo in client.get(url).content.decode()
    assert client.post(undo).status_code == 302
    assert Project.objects.get(code="P-1").state == "open"
    assert client.post(url, form | {"duplicate": "NONE"}).status_code == 422


def test_the_api_merges_and_undoes(director, sample):
    client = APIClient()
    client.force_login(director)
    body = {"duplicate": "P-1", "reason": "Double"}
    url = "/api/v1/projects/P-3/"
    assert client.post(f"{url}merge/", body, format="json").status_code == 428
    headers = {"If-Match": client.get(url).headers["ETag"]}
    made = client.post(f"{url}merge/", body, format="json", headers=headers)
    assert made.status_code == 201, made.content
    listed = client.get(f"{url}merges/").json()["results"]
    assert [row["duplicate"] for row in listed] == ["P-1"]
    undone = client.post(f"{url}undo-merge/", {"merge": made.json()["id"]}, format="json")
    assert undone.status_code == 200
    assert undone.json()["undone_at"] is not None


def test_a_manager_merges_nothing(sample):
    client = APIClient()
    client.force_login(person(Role.PROJECT_MANAGER))
    body = {"duplicate": "P-1", "reason": "Double"}
    answer = client.post(
        "/api/v1/projects/P-3/merge/", body, format="json", headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 403
