"""From ledgers to snapshots: figures redone by hand on the sample portfolio."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from budgets.models import Payment
from indicators.catalogue import INDICATORS
from indicators.models import IndicatorRun, IndicatorSnapshot, RollUp
from indicators.selectors import explain, indicator_value, run_payload
from indicators.series import load_series, status_date
from indicators.services.runs import request_computation
from jobs.models import Job
from projects.models import Project
from projects.services.estimates import estimate_project
from tests.samples import AS_OF, Sample


@pytest.fixture
def computed(sample: Sample, after_commit: Any) -> Sample:
    """The sample with its indicators at 30 June 2025."""
    with after_commit():
        request_computation(AS_OF)
    return sample


def values(project: Project) -> dict[str, Any]:
    snapshot = IndicatorSnapshot.objects.get(project=project, as_of=AS_OF)
    return {i.code: indicator_value(snapshot, i.code) for i in INDICATORS}


def test_the_earned_value_of_the_sample_is_the_one_redone_by_hand(computed: Sample) -> None:
    found = values(computed.p1)
    # BAC 1 000 000, PV 600 000, EV 45 % = 450 000, AC 480 000
    assert found["EV-01"] == ("-30000.00", None)
    assert found["EV-02"] == ("-150000.00", None)
    assert found["EV-03"] == (450000 / 480000, None)
    assert found["EV-04"] == (0.75, None)
    assert found["EV-05"] == ("1066666.67", None)
    assert found["EV-06"] == ("1030000.00", None)
    assert found["ES-01"] == (4.5, None)
    assert found["ES-03"] == (0.75, None)


def test_the_gaps_are_measured_against_baseline_zero(computed: Sample) -> None:
    found = values(computed.p1)
    # cost 1 000 000 → 1 200 000; 1 January 2025 → 1 November 2025 = 10 months, → January 2026 = 12
    assert found["DR-07"] == (0.2, None)
    assert found["DR-08"] == (0.2, None)


def test_the_ledger_figures_keep_withdrawals_releases_and_advances_apart(
    computed: Sample,
) -> None:
    found = values(computed.p1)
    assert found["BX-01"] == (650000 / (900000 - 80000), None)
    assert found["BX-02"] == (185000.55 / (700000 - 50000), None)
    assert found["BX-06"] == ("464999.45", None)
    assert found["BX-12"] == (150000.55 / 480000, None)
    # 480 000 of service done, less 150 000.55 paid on services: the advance pays none
    assert found["BX-13"] == ("329999.45", None)


def test_a_project_in_framing_says_that_nothing_started(computed: Sample) -> None:
    found = values(computed.p2)
    assert found["EV-03"] == (None, "not_started")
    assert found["DR-07"] == (None, "not_started")
    assert found["BX-06"] == (None, "missing_input")


def test_a_plan_without_a_report_lacks_its_earned_value(computed: Sample) -> None:
    assert values(computed.p3)["EV-03"] == (None, "missing_input")
    assert values(computed.p3)["EV-14"] == (0.6, None)


def test_a_status_date_is_the_last_month_end() -> None:
    assert status_date(dt.date(2025, 6, 30)) == dt.date(2025, 6, 30)
    assert status_date(dt.date(2025, 6, 29)) == dt.date(2025, 5, 31)
    assert status_date(dt.date(2025, 1, 1)) == dt.date(2024, 12, 31)


def test_before_the_first_planned_month_nothing_has_started(
    sample: Sample, after_commit: Any
) -> None:
    with after_commit():
        request_computation(dt.date(2024, 12, 31))
    snapshot = IndicatorSnapshot.objects.get(project=sample.p1)
    assert snapshot.reasons["EV-03"] == snapshot.reasons["ES-03"] == "not_started"


@pytest.mark.parametrize("code", [indicator.code for indicator in INDICATORS])
def test_every_input_of_every_figure_is_the_sum_of_its_rows(computed: Sample, code: str) -> None:
    snapshot = IndicatorSnapshot.objects.get(project=computed.p1, as_of=AS_OF)
    found = explain(snapshot, code)
    assert found.inputs
    for figure in found.inputs:
        assert figure.rows or not figure.value, figure.name
        if figure.total is not None:
            assert figure.total == figure.value, figure.name


def test_reading_is_a_constant_number_of_queries(
    sample: Sample, django_assert_num_queries: Any
) -> None:
    ids = list(Project.objects.values_list("pk", flat=True))
    with django_assert_num_queries(22):
        load_series(ids[:1], AS_OF)
    with django_assert_num_queries(22):
        load_series(ids, AS_OF)


def test_an_older_date_does_not_take_the_place_of_the_latest(
    computed: Sample, after_commit: Any
) -> None:
    with after_commit():
        request_computation(dt.date(2025, 3, 31))
    latest = IndicatorSnapshot.objects.latest().get(project=computed.p1)
    assert latest.as_of == AS_OF
    with after_commit():
        request_computation(dt.date(2025, 7, 31))
    latest = IndicatorSnapshot.objects.latest().get(project=computed.p1)
    assert latest.as_of == dt.date(2025, 7, 31)


def test_the_same_date_computed_twice_gives_the_same_digest_and_no_second_row(
    computed: Sample, after_commit: Any
) -> None:
    first = run_payload(IndicatorRun.objects.latest("pk"))
    with after_commit():
        request_computation(AS_OF)
    second = run_payload(IndicatorRun.objects.latest("pk"))
    assert second["digest"] == first["digest"]
    assert second["run"] != first["run"]
    assert IndicatorSnapshot.objects.filter(as_of=AS_OF).count() == 3


def test_chunks_of_one_project_give_the_digest_of_one_chunk(
    computed: Sample, after_commit: Any, settings: Any
) -> None:
    whole = run_payload(IndicatorRun.objects.latest("pk"))["digest"]
    settings.INDICATORS_CHUNK_SIZE = 1
    with after_commit():
        request_computation(AS_OF)
    run = IndicatorRun.objects.latest("pk")
    assert (run.chunks_total, run.projects_total) == (3, 3)
    assert run_payload(run)["digest"] == whole


def test_an_edit_refreshes_one_project_and_the_roll_up(
    computed: Sample, after_commit: Any, manager: Any
) -> None:
    with after_commit():
        estimate_project(
            actor=manager,
            project_id=computed.p1.pk,
            expected_version=1,
            full_cost=None,
            end_on=dt.date(2026, 6, 1),
            reason="Recette plus longue",
        )
    latest = IndicatorSnapshot.objects.latest().get(project=computed.p1)
    assert latest.schedule_gap_rate == 0.7
    assert latest.figures_version == Project.objects.get(pk=computed.p1.pk).figures_version
    total = RollUp.objects.get(scope_kind="total")
    assert total.schedule_gap_used == 2
    assert total.schedule_gap_mean == pytest.approx((0.7 + 0.2) / 2)


def test_roll_ups_follow_the_tree(computed: Sample) -> None:
    by_code = {row.scope_code: row for row in RollUp.objects.filter(scope_kind="node")}
    assert by_code["DNE"].projects == 3
    assert by_code["DNE-SN"].current_cost == Decimal("1200000")
    assert by_code["DNE-TN"].ae_committed is None
    assert by_code["DNE"].cost_gap_aggregate == 0.2


def test_the_command_prints_what_the_job_computed(computed: Sample, capsys: Any) -> None:
    call_command("compute_indicators", as_of=AS_OF, project=["P-1"], format="json")
    printed = capsys.readouterr().out
    assert '"code": "P-1"' in printed
    assert '"code": "P-2"' not in printed


def test_the_january_payment_counts_in_the_exercise_of_its_source(
    sample: Sample, after_commit: Any
) -> None:
    signed = sample.p1.commitments.order_by("pk").first()
    assert signed is not None
    Payment.objects.create(
        source_reference="PAY-J",
        commitment=signed,
        amount=Decimal("1000"),
        paid_on=dt.date(2025, 1, 8),
        fiscal_year=2024,
        recorded_at=dt.datetime.now(tz=dt.UTC),
    )
    with after_commit():
        request_computation(AS_OF)
    snapshot = IndicatorSnapshot.objects.get(project=sample.p1)
    assert snapshot.cp_paid == Decimal("185000.55")
    assert snapshot.paid_total == Decimal("186000.55")


def test_no_job_is_left_behind(computed: Sample) -> None:
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}
