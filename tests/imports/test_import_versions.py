"""A newer version of a document replaces the former one; both stay readable."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum
from django.utils import timezone

from budgets.models import Commitment, Payment
from indicators.series import load_series
from partners.models import Contract
from projects.models import Project
from records.services.imports import import_folder
from tests.imports.folders import located, right_tables, run, write_tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(tmp_path: Path) -> Any:
    """The right folder, imported."""
    return run(write_tables(tmp_path / "first", right_tables()))


def commitment(**cells: str) -> dict[str, Any]:
    return right_tables()["commitments"][0] | {"document_version": "2"} | cells


def total(model: Any, column: str = "amount", **kept: Any) -> Decimal:
    found: Decimal = model.objects.filter(**kept).aggregate(sum=Sum(column))["sum"]
    return found


def test_a_higher_version_replaces_and_never_adds(first, tmp_path):
    folder = write_tables(tmp_path / "v2", {"commitments": [commitment(amount="1300.00")]})
    result = run(folder)
    assert result.counts["commitments"] == {"created": 0, "updated": 1, "unchanged": 0}
    assert total(Commitment, legal_reference="EJ-1") == Decimal("1200.00")  # 1300 − 100
    rows = Commitment.objects.order_by("pk").values_list("source_reference", "amount")
    assert list(rows) == [
        ("EJ-1-1", Decimal("1200.00")),
        ("EJ-1-2", Decimal("-100.00")),
        ("EJ-1-1#1-", Decimal("-1200.00")),
        ("EJ-1-1#2", Decimal("1300.00")),
    ]
    assert Commitment.objects.filter(batch__code=result.batch).count() == 2


def test_what_was_known_before_is_still_read(first, tmp_path):
    before = timezone.now()
    run(write_tables(tmp_path / "v2", {"commitments": [commitment(amount="1300.00")]}))
    project, day = Project.objects.get(code="A-1"), dt.date(2026, 6, 30)
    former = load_series([project.pk], day, before).amounts["committed_total"][0]
    newer = load_series([project.pk], day).amounts["committed_total"][0]
    assert (former, newer) == (110_000, 120_000)


def test_a_third_version_replaces_the_second(first, tmp_path):
    run(write_tables(tmp_path / "v2", {"commitments": [commitment(amount="1300.00")]}))
    row = commitment(amount="1400.00", document_version="3")
    assert run(write_tables(tmp_path / "v3", {"commitments": [row]})).status == "applied"
    assert total(Commitment, legal_reference="EJ-1") == Decimal("1300.00")


def test_an_older_version_and_the_same_version_with_another_content_are_refused(first, tmp_path):
    run(
        write_tables(
            tmp_path / "v3", {"commitments": [commitment(document_version="3", amount="9")]}
        )
    )
    older = run(write_tables(tmp_path / "v2", {"commitments": [commitment(amount="1300.00")]}))
    assert located(older) == [("commitments.csv", 2, "document_version", "older_version")]
    row = commitment(document_version="3", amount="10")
    same = run(write_tables(tmp_path / "again", {"commitments": [row]}))
    assert located(same) == [("commitments.csv", 2, "amount", "fact_changed")]


def test_without_a_version_a_changed_fact_is_refused_unless_the_deposit_says_so(first, tmp_path):
    row = right_tables()["payments"][0] | {"amount": "250.00"}
    folder = write_tables(tmp_path / "again", {"payments": [row]})
    assert located(run(folder)) == [("payments.csv", 2, "amount", "fact_changed")]
    result = import_folder(actor=None, path=folder, is_new_version=True)
    assert result.counts["payments"]["updated"] == 1
    assert total(Payment) == Decimal("250.00")


def test_the_twin_that_adds_the_newer_version_counts_it_twice(first, tmp_path):
    """The twin: a newer version written as a fact of its own, without its counter-entry."""
    row = commitment(amount="1300.00", source_reference="EJ-1-1bis")
    run(write_tables(tmp_path / "twin", {"commitments": [row]}))
    assert total(Commitment, legal_reference="EJ-1") == Decimal("2400.00")


def test_a_commitment_that_others_lean_on_stays_where_it_is(first, tmp_path):
    folder = write_tables(tmp_path / "moved", {"commitments": [commitment(project="A-2")]})
    assert located(run(folder)) == [("commitments.csv", 2, "project", "fact_in_use")]


def test_a_payment_follows_the_last_version_of_its_commitment(first, tmp_path):
    row = right_tables()["commitments"][1] | {"document_version": "2", "project": "A-2"}
    Contract.objects.get().commitment_links.all().delete()
    run(write_tables(tmp_path / "moved", {"commitments": [row]}))
    payment = right_tables()["payments"][0]
    payment |= {"source_reference": "DP-2", "commitment": "EJ-1-2"}
    run(write_tables(tmp_path / "paid", {"payments": [payment]}))
    assert Payment.objects.get(source_reference="DP-2").commitment.project.code == "A-2"


def test_a_contract_keeps_every_version_of_its_commitments(first, tmp_path):
    run(write_tables(tmp_path / "v2", {"commitments": [commitment(amount="1300.00")]}))
    contract = Contract.objects.get()
    assert contract.commitments.aggregate(sum=Sum("amount"))["sum"] == Decimal("1200.00")
    again = run(write_tables(tmp_path / "same", {"contracts": right_tables()["contracts"]}))
    assert again.counts["contracts"]["unchanged"] == 1
    row = right_tables()["contracts"][0] | {"commitments": "EJ-1-1"}
    run(write_tables(tmp_path / "fewer", {"contracts": [row]}))
    assert contract.commitments.aggregate(sum=Sum("amount"))["sum"] == Decimal("1300.00")
