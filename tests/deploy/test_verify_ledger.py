"""A row broken behind the application's back is named by `verify_ledger`."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from budgets.models import CreditMovement, NomenclatureNode, Reservation
from indicators.models import IndicatorSnapshot
from indicators.services.runs import request_computation
from indicators.services.verification import verify_ledger
from indicators.services.verification.sums import reaches_root
from projects.models import Project
from records.models import ImportBatch
from tests.samples import AS_OF, now


@pytest.fixture
def computed(sample, after_commit):
    """The sample with its snapshots and roll-ups."""
    with after_commit():
        request_computation(AS_OF)
    return sample


@contextmanager
def broken(*statements: str) -> Iterator[None]:
    """Run SQL that the application would refuse, and undo it: its links are checked at a commit."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        yield
        transaction.set_rollback(True)


def named() -> set[tuple[str, str, str]]:
    return {(one.check, one.table, one.row) for one in verify_ledger().errors}


def test_a_sound_portfolio_is_sound_and_nothing_is_written(computed):
    report = verify_ledger()
    assert (report.errors, report.alerts) == ([], [])
    assert report.rows["budgets.Commitment"] == 2
    assert IndicatorSnapshot.objects.latest().count() == 3
    assert verify_ledger().digests == report.digests


@pytest.mark.parametrize(
    ("statement", "check", "table", "row"),
    [
        (
            "UPDATE budgets_payment SET commitment_id = 987654 WHERE source_reference = 'PAY-1'",
            "references",
            "budgets.Payment",
            "PAY-1",
        ),
        (
            "UPDATE budgets_commitment SET node_id = 987654 WHERE source_reference = 'C-2'",
            "references",
            "budgets.Commitment",
            "C-2",
        ),
        (
            "UPDATE budgets_servicedone SET batch_id = 987654 WHERE source_reference = 'S-1'",
            "references",
            "budgets.ServiceDone",
            "S-1",
        ),
        (
            "UPDATE budgets_payment SET source_line = 3 WHERE source_reference = 'PAY-2'",
            "batch_of_fact",
            "budgets.Payment",
            "PAY-2",
        ),
        (
            "UPDATE budgets_payment SET amount = amount + 1 WHERE source_reference = 'PAY-2'",
            "snapshot",
            "indicators.IndicatorSnapshot.paid_total",
            "P-1",
        ),
        (
            "UPDATE budgets_creditmovement SET ae = ae - 100 WHERE source_reference = 'M-2'",
            "snapshot",
            "indicators.IndicatorSnapshot.ae_frozen",
            "P-1",
        ),
        (
            "DELETE FROM budgets_servicedone WHERE source_reference = 'S-2'",
            "snapshot",
            "indicators.IndicatorSnapshot.service_done_total",
            "P-1",
        ),
        (
            "UPDATE indicators_rollup SET cp_paid = cp_paid + 1"
            " WHERE scope_kind = 'node' AND scope_code = 'DNE-SN'",
            "rollup",
            "indicators.RollUp.cp_paid",
            "operational DNE-SN",
        ),
        (
            "UPDATE projects_portfolionode SET parent_id ="
            " (SELECT id FROM projects_portfolionode WHERE code = 'DNE-SN') WHERE code = 'DNE'",
            "sums_portfolio",
            "budgets.Commitment.amount",
            "DNE-SN",
        ),
    ],
)
def test_a_row_broken_by_hand_is_named(computed, statement, check, table, row):
    with broken(statement):
        assert (check, table, row) in named()
    assert named() == set()


def test_a_line_that_no_root_reaches_is_missing_from_the_sums(computed):
    with broken("DELETE FROM budgets_nomenclaturenode"):
        assert (
            "sums_nomenclature",
            "budgets.Payment.amount",
            "id " + str(computed.uo.pk),
        ) in named()


def test_a_fact_deleted_from_an_import_is_seen_in_the_counts_of_its_batch(computed):
    batch = ImportBatch.objects.create(
        code="PORTFOLIO-1",
        kind="portfolio",
        source="x",
        digest="0" * 64,
        imported_at=now(),
        counts={"payments": {"created": 2, "updated": 0, "unchanged": 0}},
    )
    with broken(f"UPDATE budgets_payment SET batch_id = {batch.pk}"):
        assert named() == set()
        with broken("UPDATE budgets_payment SET batch_id = NULL WHERE source_reference = 'PAY-1'"):
            assert named() == {("batch_rows", "budgets.Payment of batch", "PORTFOLIO-1")}


def test_an_amount_that_is_no_whole_number_of_cents_is_named(computed):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's BIGINT holds nothing else")
    with broken("UPDATE budgets_payment SET amount = 0.5 WHERE source_reference = 'PAY-2'"):
        report = verify_ledger()
    assert ("whole_cents", "budgets.Payment.amount", "PAY-2") in {
        (one.check, one.table, one.row) for one in report.errors
    }
    assert report.digests == {}


def test_a_stale_snapshot_proves_nothing(computed):
    Project.objects.filter(code="P-1").update(figures_version=99)
    with broken("DELETE FROM budgets_servicedone WHERE source_reference = 'S-2'"):
        assert named() == set()


def test_an_execution_beyond_the_commitment_is_an_alert_not_an_error(computed):
    Project.objects.filter(code="P-1").update(figures_version=99)
    with broken("UPDATE budgets_payment SET amount = 99900000 WHERE source_reference = 'PAY-2'"):
        report = verify_ledger()
    assert report.errors == []
    assert [(one.table, one.row, one.wanted) for one in report.alerts] == [
        ("budgets.Payment", "EJ-1", "at most 650000.00")
    ]


def test_an_act_that_does_not_balance_is_an_alert(computed):
    leg = CreditMovement.objects.get(source_reference="M-1")
    for reference, ae in (("V-1", "10.00"), ("V-2", "-9.50")):
        CreditMovement.objects.create(
            source_reference=reference,
            node=leg.node,
            kind="virement",
            ae=Decimal(ae),
            cp=Decimal(0),
            effective_on=leg.effective_on,
            fiscal_year=2025,
            act_reference="A-1",
            recorded_at=leg.recorded_at,
        )
    report = verify_ledger()
    assert report.errors == []
    assert [(one.check, one.table, one.row, one.found) for one in report.alerts] == [
        ("act_balance", "budgets.CreditMovement.ae", "A-1 (2025)", "0.50")
    ]


def test_the_amounts_of_a_unit_in_no_bop_are_an_alert(computed):
    NomenclatureNode.objects.create(code="0214-DNEX", name="BOP", kind="bop")
    report = verify_ledger()
    assert report.errors == []
    alerts = {(one.check, one.row, one.wanted) for one in report.alerts}
    assert alerts == {("sums_level", "0214-DNEX-UO01", "bop")}
    tables = {one.table for one in report.alerts}
    assert "budgets.Payment.amount" in tables


def test_reservations_beyond_what_is_left_or_consumed_by_nothing_are_alerts(computed):
    """Opened 900 000, frozen and committed taken off: what is left of AE on the UO."""
    common = {"node": computed.uo, "fiscal_year": 2025, "label": "Acte", "cp": Decimal(0)}
    held = Reservation.objects.create(ae=Decimal("100.00"), **common)
    assert verify_ledger().alerts == []
    Reservation.objects.filter(pk=held.pk).update(ae=Decimal("9000000.00"))
    (alert,) = verify_ledger().alerts
    assert (alert.check, alert.row) == ("reservation", "0214-DNEX-UO01 2025 ht2 operational")
    assert alert.found == "9000000.00"
    Reservation.objects.filter(pk=held.pk).update(
        state="consumed", legal_reference="EJ-0", closed_at=now()
    )
    (alert,) = verify_ledger().alerts
    assert (alert.row, alert.wanted) == (held.number, "commitment EJ-0")


def test_a_commitment_of_a_project_that_its_contract_does_not_serve_is_an_alert(computed):
    computed.contract.project_links.all().delete()
    assert [(one.check, one.row, one.found) for one in verify_ledger().alerts] == [
        ("contract_project", "C-1", "P-1")
    ]


def test_the_command_tells_json_and_fails_when_something_is_broken(computed):
    out = io.StringIO()
    call_command("verify_ledger", "--format", "json", stdout=out)
    assert json.loads(out.getvalue())["status"] == "sound"
    out = io.StringIO()
    with (
        broken("DELETE FROM budgets_servicedone WHERE source_reference = 'S-2'"),
        pytest.raises(SystemExit) as stopped,
    ):
        call_command("verify_ledger", stdout=out)
    assert stopped.value.code == 1
    assert "error: snapshot indicators.IndicatorSnapshot.service_done_total P-1:" in out.getvalue()
    assert "480000.00" in out.getvalue()


def test_the_number_of_queries_does_not_depend_on_the_rows(computed, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        verify_ledger()
    Project.objects.bulk_create(
        Project(code=f"N-{index}", title="x", normalised_title="x", node=computed.sn)
        for index in range(50)
    )
    with django_assert_num_queries(len(few)):
        verify_ledger()


def test_a_loop_in_a_tree_reaches_no_root():
    tree = {1: (None, "root"), 2: (1, "child"), 3: (4, "a"), 4: (3, "b"), 5: (9, "gap")}
    assert [reaches_root(node, tree) for node in (1, 2, 3, 5, 9, None)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
