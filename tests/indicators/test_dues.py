"""What falls due in the year and what is left to pay by age (domain BX-07, BX-14), and alerts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.models import NomenclatureNode
from budgets.tables.perimeter import Perimeter
from budgets.tables.statement_catalogue import STATEMENTS
from indicators.alerts import SOURCES
from indicators.catalogue import BY_CODE, INDICATORS
from indicators.dues import BANDS, due_unpaid, left_by_age
from indicators.models import IndicatorSnapshot
from indicators.selectors import explain
from indicators.services.alerts import is_beyond, sync_threshold_alerts
from indicators.services.runs import request_computation
from projects.models import Project
from records.alert_sources import told
from records.models import Alert
from tests.budgets.ledger import certify, commit, make_project, make_uo, move, pay, schedule

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)


def read(project):
    """Return what the two statements tell of a project, by name, in cents."""
    ids, now = [project.pk], timezone.now()
    left = {row[0]: row[1:] for row in left_by_age(ids, DAY, now)}
    due = dict(due_unpaid(ids, DAY, now))
    bands = dict(zip(BANDS, left.get(project.pk, (0, 0, 0, 0)), strict=True))
    return bands | {"due": due.get(project.pk, 0)}


def test_left_to_pay_is_parted_by_the_age_of_the_last_movement_of_each_commitment():
    uo, project = make_uo(), make_project()
    old = commit(uo, "100", 2022, project=project, legal_reference="A")
    pay(old, "30", 2023, paid_on=dt.date(2023, 6, 30))
    recent = commit(uo, "200", 2022, project=project, legal_reference="B")
    certify(recent, "50", done_on=dt.date(2026, 2, 1))
    commit(uo, "40", 2025, project=project, legal_reference="C", committed_on=dt.date(2025, 6, 30))
    found = read(project)
    assert found["left_over_3y"] == 7_000
    assert found["left_under_1y"] == 20_000
    assert found["left_1_2y"] == 4_000
    assert found["left_2_3y"] == 0


def test_a_line_paid_beyond_its_schedule_takes_nothing_from_the_others():
    uo, project = make_uo(), make_project()
    first, second = (commit(uo, "100", project=project) for _ in range(2))
    schedule(first, "60")
    schedule(second, "40")
    schedule(second, "60", year=2027)
    pay(first, "10")
    pay(second, "55")
    assert read(project)["due"] == 5_000


amounts = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10**12)), min_size=1, max_size=8)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(amounts, amounts)
def test_the_bands_add_up_to_what_is_left_to_pay(signed, paid):
    project = make_project(f"P-{Project.objects.count()}")
    uo = NomenclatureNode.objects.get_or_create(code="UO", name="UO", kind="uo")[0]
    lines = [
        commit(uo, Decimal(cents) / 100, 2022 + age, project=project, legal_reference=f"{age}")
        for age, cents in signed
    ]
    for index, (age, cents) in enumerate(paid):
        line = lines[index % len(lines)]
        pay(line, Decimal(cents) / 100, 2022 + age, paid_on=dt.date(2022 + age, 12, 1))
    found = read(project)
    seen = [(2022 + age, cents) for age, cents in paid if 2022 + age < 2026]
    expected = sum(cents for _age, cents in signed) - sum(cents for _year, cents in seen)
    assert sum(found[name] for name in BANDS) == expected


@pytest.fixture
def computed(after_commit):
    """Two projects whose indicators are computed at DAY: one within its credits, one beyond."""
    uo = make_uo()
    for code, opened, signed in (("P-1", "1000", "600"), ("P-2", "500", "700")):
        project = make_project(code)
        move(uo, "initial_finance_act", opened, project=project)
        line = commit(uo, signed, project=project, legal_reference=f"EJ-{code}")
        schedule(line, signed)
        certify(line, "90")
        pay(line, "40", is_advance=True)
        pay(line, "60")
    with after_commit():
        request_computation(DAY)


def test_every_input_of_the_dues_leads_to_rows_that_add_up_to_it(computed):
    for snapshot in IndicatorSnapshot.objects.filter(as_of=DAY).select_related("project"):
        for code in ("BX-07", "BX-13", "BX-14"):
            told_of = explain(snapshot, code)
            for figure in told_of.inputs:
                amounts = [row.amount for row in figure.rows]
                assert sum(amounts, Decimal(0)) == Decimal(str(figure.value or 0)), figure


def test_the_screen_of_accruals_is_the_indicator(computed):
    whole = STATEMENTS["t12"].read(Perimeter(2026, as_of=DAY), DAY).totals["unpaid"]
    told_of = IndicatorSnapshot.objects.filter(as_of=DAY)
    assert whole == 6_000
    assert sum(snapshot.accrued_unpaid for snapshot in told_of) == Decimal("60.00")
    assert sum(snapshot.due_in_year for snapshot in told_of) == Decimal("1100.00")


def test_a_value_beyond_its_threshold_opens_an_alert_that_closes_once_it_is_back(computed):
    alert = Alert.objects.open().get(source="BX-01")
    assert (alert.subject_code, alert.fiscal_year) == ("P-2", 2026)
    assert "140" in told(alert.source, alert.message, alert.context)
    snapshot = IndicatorSnapshot.objects.latest().get(project__code="P-2")
    IndicatorSnapshot.objects.filter(pk=snapshot.pk).update(ae_commitment_rate=0.9)
    sync_threshold_alerts()
    assert not Alert.objects.open().filter(source="BX-01").exists()


@pytest.mark.parametrize(
    "code", ["BX-01", "BX-02", "BX-05", "BX-06", "BX-08", "BX-11", "BX-12", "BX-13"]
)
def test_each_threshold_of_the_budget_trips_beyond_it_and_not_on_it(code):
    indicator = BY_CODE[code]
    limits = indicator.thresholds
    step = Decimal("0.001") if limits.higher_is_worse else Decimal("-0.001")
    assert is_beyond(indicator, limits.alert + step)
    assert not is_beyond(indicator, limits.alert)


def test_every_indicator_with_a_threshold_is_a_source_of_alerts():
    codes = {source.code for source in SOURCES}
    watched = {one.code for one in INDICATORS if one.thresholds is not None}
    assert codes == watched | {"BX-03", "BX-23"}  # what is executed and was not programmed
