"""Every rule over the ledgers: facts that trip it, and the same facts made right."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from budgets.models import (
    BopOpinion,
    NomenclatureNode,
    PaymentRequest,
    Reservation,
    ScheduledPayment,
    ServiceDone,
    Trajectory,
)
from budgets.services.detection import detect, find
from budgets.services.rule_jobs import request_checks
from budgets.services.ruling import rules_in_force
from jobs.models import Job
from projects.models import Baseline, PlannedValue
from records.models import Alert
from tests.budgets.ledger import _fact, commit, make_uo, move, pay

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 26)


def node(code, kind, parent=None, **fields):
    """Return a node of the nomenclature."""
    return NomenclatureNode.objects.create(code=code, name=code, kind=kind, parent=parent, **fields)


@pytest.fixture
def programme():
    return node("0214", "lolf_programme")


@pytest.fixture
def bop(programme):
    return node("0214-DNEX", "bop", programme)


@pytest.fixture
def uo(bop):
    return make_uo(parent=bop)


def done(commitment, amount, year=2026, **fields):
    """Record a service done on 1 May of the exercise."""
    own = {"done_on": dt.date(year, 5, 1)}
    return ServiceDone.objects.create(
        commitment=commitment, amount=Decimal(amount), **_fact(year, {**own, **fields})
    )


def ask_payment(commitment, amount, year=2026, **fields):
    """Record a payment request on 10 May of the exercise."""
    own = {"requested_on": dt.date(year, 5, 10), "number": "DP-1"}
    return PaymentRequest.objects.create(
        commitment=commitment, amount=Decimal(amount), **_fact(year, {**own, **fields})
    )


def expect(commitment, amount, year=2026, movement=None):
    """Record CP expected in a year."""
    return ScheduledPayment.objects.create(
        commitment=commitment, movement=movement, amount=Decimal(amount),
        **_fact(year, {"forecast_on": dt.date(2026, 1, 1)}),
    )  # fmt: skip


def broken(*codes, year=2026, day=DAY):
    """Return (rule, object, message, cents) of what is found of some rules."""
    found = find(year, "operational", day, rules_in_force(day))
    return [
        (one.rule, one.place.code, one.message, one.amount) for one in found if one.rule in codes
    ]


def test_r01_and_r02_facts_beyond_what_is_opened_and_not_frozen(uo):
    move(uo, "initial_finance_act", "100", "80")
    signed = commit(uo, "100")
    pay(signed, "80")
    assert broken("R-01", "R-02") == []
    move(uo, "precautionary_reserve", "3", "2")
    assert broken("R-01", "R-02") == [
        ("R-01", uo.code, "ceiling_passed", 300),
        ("R-02", uo.code, "ceiling_passed", 200),
    ]


def test_r01_what_is_reserved_counts(uo):
    move(uo, "initial_finance_act", "100")
    commit(uo, "60")
    Reservation.objects.create(node=uo, fiscal_year=2026, label="Acte", ae=Decimal(41), cp=0)
    assert broken("R-01") == [("R-01", uo.code, "ceiling_passed", 100)]


def test_r03_ae_of_all_years_on_a_tranche(uo):
    tranche = node("TF-1", "tranche", uo)
    move(uo, "allocation", "100", "0", 2025, tranche=tranche)
    commit(uo, "60", 2025, tranche=tranche)
    commit(uo, "40", tranche=tranche)
    assert broken("R-03") == []
    commit(uo, "5", tranche=tranche)
    assert broken("R-03") == [("R-03", "TF-1", "allocation_passed", 500)]


def test_r04_by_commitment_over_its_years_with_advances(uo):
    signed = commit(uo, "100", 2025, legal_reference="EJ-1")
    pay(signed, "30", 2025, is_advance=True)
    done(signed, "60")
    pay(signed, "60")
    assert broken("R-04") == []
    pay(signed, "1")
    done(signed, "41")
    assert broken("R-04") == [("R-04", "EJ-1", "done_passed", 100)]
    done(signed, "-41")
    assert broken("R-04") == [("R-04", "EJ-1", "paid_passed", 100)]


def test_r05_a_withdrawal_leaves_a_schedule_too_high(uo):
    signed = commit(uo, "100", legal_reference="EJ-1")
    assert broken("R-05") == []
    expect(signed, "40")
    expect(signed, "60", 2027)
    assert broken("R-05") == []
    commit(uo, "-10", legal_reference="EJ-1")
    assert broken("R-05") == [("R-05", "EJ-1", "schedule_differs", 1_000)]


def test_r06_personnel_credits_and_acts_into_t2(uo):
    move(uo, "initial_finance_act", "100", credit_type="t2")
    move(uo, "asymmetric_fungibility", "-10", credit_type="t2", act_reference="A-1")
    move(uo, "asymmetric_fungibility", "10", act_reference="A-1")
    assert broken("R-06") == []
    gained = move(uo, "virement", "7", credit_type="t2", act_reference="A-2")
    move(uo, "virement", "-7", act_reference="A-2")
    assert broken("R-06") == [("R-06", gained.source_reference, "into_personnel", 700)]
    move(uo, "cancellation", "-1", "-2", credit_type="t2")
    assert ("R-06", uo.code, "personnel_unequal", 100) in broken("R-06")


def test_r07_until_the_opinion_is_recorded(bop, uo):
    move(bop, "initial_distribution", "100")
    move(bop, "initial_distribution", "-60")
    move(uo, "initial_distribution", "60")
    signed = commit(uo, "25")
    pay(signed, "25")
    assert broken("R-07") == []
    pay(commit(uo, "1"), "2")
    assert broken("R-07") == [
        ("R-07", bop.code, "before_opinion", 100),
        ("R-07", bop.code, "before_opinion", 200),
    ]
    BopOpinion.objects.create(node=bop, fiscal_year=2026, given_on=DAY, sense="favourable")
    assert broken("R-07") == []
    assert len(broken("R-07", day=DAY - dt.timedelta(days=1))) == 2


def test_r08_service_done_unpaid_and_schedules_due_against_the_cp_of_the_bop(bop, uo):
    former = commit(uo, "100", 2025, legal_reference="EJ-1")
    done(former, "30", 2025)
    pay(former, "10", 2025)
    expect(former, "50")
    move(uo, "initial_finance_act", "90", "50")
    assert broken("R-08") == []
    move(uo, "freeze", "0", "1")
    assert broken("R-08") == [("R-08", bop.code, "not_sustainable", 100)]


def test_r10_trajectory_of_a_coming_year_below_a_node(bop, uo):
    expect(commit(uo, "100"), "60", 2027)
    expect(None, "30", 2027, movement=move(uo, "initial_finance_act", "200"))
    row = Trajectory.objects.create(node=bop, fiscal_year=2027, cp=Decimal(90))
    assert broken("R-10") == []
    row.cp = Decimal(89)
    row.save()
    assert broken("R-10") == [("R-10", bop.code, "trajectory_passed", 100)]


def test_r11_virements_of_a_programme_in_both_directions(programme, uo):
    move(uo, "initial_finance_act", "1000")
    move(uo, "virement", "-15", act_reference="A-1")
    move(uo, "virement", "5", act_reference="A-2")
    assert broken("R-11") == []
    move(uo, "virement", "-1", "0", act_reference="A-3")
    assert broken("R-11") == [("R-11", programme.code, "virements_passed", 100)]


def test_r12_carry_over_of_cp_against_the_credits_of_their_year(programme, uo):
    move(uo, "initial_finance_act", "1000", year=2025)
    move(uo, "carry_over", "500", "30")
    move(uo, "carry_over", "0", "40", is_earmarked=True)
    assert broken("R-12") == []
    move(uo, "carry_over", "0", "1")
    assert broken("R-12") == [("R-12", programme.code, "carry_over_passed", 100)]


def test_r12_a_carry_over_that_a_finance_law_raises_is_not_counted(programme, uo):
    # LOLF art. 15-II: 3 % of 1 000 € is 30 €, unless a finance law raises the ceiling (« majoré »).
    move(uo, "initial_finance_act", "1000", year=2025)
    move(uo, "carry_over", "0", "30")
    raised = move(uo, "carry_over", "0", "500", ceiling_law="LF 2026, art. 77")
    assert broken("R-12") == []
    move(uo, "carry_over", "0", "0.01")
    assert broken("R-12") == [("R-12", programme.code, "carry_over_passed", 1)]
    assert raised.ceiling_law


def test_r13_anticipated_commitments_of_a_title(uo):
    operating = node("T3-31", "category", external_code="31")
    investment = node("T5-51", "category", external_code="51")
    # LF 2005 art. 108: a quarter of what 2025, the year of the signature, opened on the title.
    move(uo, "initial_finance_act", "400", year=2025, category=operating)
    move(uo, "initial_finance_act", "900", year=2025, category=investment)
    move(uo, "initial_finance_act", "9000", category=operating)
    early = dt.date(2025, 12, 1)
    commit(uo, "100", committed_on=early, category=operating, legal_reference="EJ-1")
    assert broken("R-13") == []
    commit(uo, "1", committed_on=early, category=operating, legal_reference="EJ-2")
    commit(uo, "1", committed_on=early, category=investment, legal_reference="EJ-3")
    commit(uo, "1", committed_on=dt.date(2025, 10, 31), legal_reference="EJ-4")
    assert sorted(broken("R-13")) == [
        ("R-13", "EJ-1", "anticipation_passed", 100),
        ("R-13", "EJ-2", "anticipation_passed", 100),
        ("R-13", "EJ-3", "anticipation_of_title", 100),
        ("R-13", "EJ-4", "out_of_exercise", 100),
    ]


def test_r13_a_service_that_begins_before_1_january(uo):
    move(uo, "initial_finance_act", "400", year=2025)
    own = {"committed_on": dt.date(2025, 12, 1)}
    commit(uo, "1", legal_reference="EJ-1", service_from=dt.date(2026, 1, 1), **own)
    assert broken("R-13") == []
    commit(uo, "1", legal_reference="EJ-2", service_from=dt.date(2025, 12, 31), **own)
    assert broken("R-13") == [("R-13", "EJ-2", "service_too_early", 100)]


def test_r16_a_commitment_at_rest_for_two_years(uo):
    commit(uo, "100", 2024, committed_on=dt.date(2024, 11, 26), legal_reference="EJ-1")
    lively = commit(uo, "100", 2023, legal_reference="EJ-2")
    done(lively, "10", 2025)
    assert broken("R-16") == [("R-16", "EJ-1", "dormant", 10_000)]
    assert broken("R-16", day=DAY - dt.timedelta(days=1)) == []


def test_r19_the_last_baseline_against_its_planned_values(project):
    former = Baseline.objects.create(
        project=project,
        number=0,
        approved_on=DAY,
        full_cost=Decimal(50),
        recorded_at=timezone.now(),
    )
    last = Baseline.objects.create(
        project=project,
        number=1,
        approved_on=DAY,
        full_cost=Decimal(100),
        recorded_at=timezone.now(),
    )
    PlannedValue.objects.create(baseline=former, month=DAY.replace(day=1), amount=Decimal(10))
    planned = PlannedValue.objects.create(
        baseline=last, month=DAY.replace(day=1), amount=Decimal(99)
    )
    assert broken("R-19") == []
    planned.amount = Decimal("98.99")
    planned.save()
    assert broken("R-19") == [("R-19", project.code, "full_cost_differs", 101)]


def test_r20_delays_of_requests_and_of_payments(uo):
    signed = commit(uo, "100", legal_reference="EJ-1")
    done(signed, "40", done_on=DAY - dt.timedelta(days=10))
    assert broken("R-20") == []
    assert broken("R-20", day=DAY + dt.timedelta(days=1)) == [("R-20", "EJ-1", "no_request", 4_000)]
    ask_payment(signed, "40", invoice_received_on=DAY - dt.timedelta(days=20))
    assert broken("R-20", day=DAY) == []
    late = broken("R-20", day=DAY + dt.timedelta(days=1))
    assert late == [("R-20", "EJ-1", "invoice_unpaid", 4_000)]
    pay(signed, "40", payment_request="DP-1")
    assert broken("R-20", day=DAY + dt.timedelta(days=1)) == []


def test_r21_a_commitment_where_nothing_is_opened(uo):
    move(uo, "initial_finance_act", "100")
    commit(uo, "10")
    assert broken("R-21") == []
    commit(uo, "10", credit_type="t2")
    assert broken("R-21") == [("R-21", uo.code, "no_credit_line", 1_000)]


def test_r22_planning_that_needs_frozen_cp(uo):
    move(uo, "initial_finance_act", "100")
    move(uo, "precautionary_reserve", "10")
    signed = commit(uo, "95")
    expect(signed, "90")
    assert broken("R-22") == []
    expect(signed, "5")
    assert broken("R-22") == [("R-22", uo.code, "under_release", 500)]


def test_alerts_open_stay_and_close_with_what_is_found(uo):
    move(uo, "initial_finance_act", "100")
    commit(uo, "101")
    first = detect(fiscal_year=2026, origin="operational", day=DAY)
    assert first.opened == Alert.objects.open().count() > 0
    alert = Alert.objects.get(source="R-01")
    assert (alert.severity, alert.subject_code, alert.amount) == ("block", uo.code, Decimal(1))
    again = detect(fiscal_year=2026, origin="operational", day=DAY)
    assert (again.opened, again.kept, again.closed) == (0, first.opened, 0)
    move(uo, "amending_finance_act", "1")
    assert detect(fiscal_year=2026, origin="operational", day=DAY).closed == 1
    alert.refresh_from_db()
    assert alert.closed_at is not None
    commit(uo, "1")
    assert detect(fiscal_year=2026, origin="operational", day=DAY).opened == 1
    assert Alert.objects.filter(source="R-01").count() == 2


def test_origins_are_checked_apart(uo):
    move(uo, "initial_finance_act", "100")
    commit(uo, "60")
    commit(uo, "60", data_origin="fictitious")
    assert broken("R-01") == []
    detect(fiscal_year=2026, origin="fictitious", day=DAY)
    assert Alert.objects.get(source="R-01").data_origin == "fictitious"


def test_the_number_of_statements_does_not_depend_on_the_rows(uo, django_assert_max_num_queries):
    for index in range(30):
        other = make_uo(f"UO-{index}")
        move(other, "virement", "10", act_reference=f"A-{index}")
        signed = commit(other, "50", legal_reference=f"EJ-{index}", committed_on=DAY)
        done(signed, "60")
        pay(signed, "70")
        expect(signed, "1", 2027)
    with django_assert_max_num_queries(30):
        detect(fiscal_year=2026, origin="operational", day=DAY)
    assert Alert.objects.count() > 100


def test_the_command_and_the_job_check_an_exercise(uo, after_commit, capsys):
    commit(uo, "10")
    call_command("check_budget_rules", fiscal_year=2026)
    assert "operational: opened" in capsys.readouterr().out
    with after_commit():
        request_checks({2020, 2026, 2027})
        request_checks({2026})
    jobs = Job.objects.filter(kind="budgets.check_rules").order_by("key")
    assert [(job.key, job.state) for job in jobs] == [("2026", "succeeded"), ("2027", "succeeded")]
    assert jobs[0].result["kept"] > 0
