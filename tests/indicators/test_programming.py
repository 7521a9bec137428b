"""What the indicators read of the programming: by hand, by another statement, down to the rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from budgets.models import ProgrammingLine
from indicators.catalogue import INDICATORS
from indicators.models import IndicatorSnapshot
from indicators.selectors import explain, indicator_value
from indicators.series import load_series
from indicators.services.alerts import sync_threshold_alerts
from indicators.services.runs import request_computation
from projects.models import Project
from records.alert_sources import told
from records.models import Alert
from tests.budgets.ledger import certify, commit, make_project, make_uo, move, pay, schedule
from tests.budgets.programming import at_state, make_line, make_version
from tests.budgets.rounds import make_round

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)
CODES = [one.code for one in INDICATORS if "GBCP" in one.source]


@pytest.fixture
def programmed():
    """A version of record started from another, a CRG, two projects programmed and one that is
    not."""
    uo = make_uo()
    first, second, third = (make_project(code) for code in ("P-1", "P-2", "P-3"))
    conference = make_version("conference", 2026)
    record = make_version("initial", 2026, parent=conference)
    for version, stage, cp in ((conference, "proposed", "600"), (record, "granted", "540")):
        kept = make_line(
            version, uo, project=first, nature="planned", requested=[("800", "600")],
            act_month=dt.date(2026, 3, 1), **{stage: [("700", cp), ("0", "100")]},
        )  # fmt: skip
        ProgrammingLine.objects.filter(pk=kept.pk).update(lineage="0" * 32)
    make_line(record, uo, project=first, nature="compulsory", granted=[("0", "120"), ("0", "20")])
    make_line(record, uo, project=first, nature="committed", granted=[("60", "60")])
    make_line(record, uo, project=second, nature="new", granted=[("50", "30")])
    at_state(conference, "validated")
    report = make_version("crg1", 2026)
    make_line(report, uo, project=first, granted=[("1", "500")])
    at_state(report, "validated")
    at_state(record, "validated")
    old = commit(uo, "500", year=2025, project=first, legal_reference="EJ-1")
    certify(old, "100", year=2025, done_on=dt.date(2025, 11, 1))
    pay(old, "40", paid_on=dt.date(2026, 2, 1))
    pay(old, "5", is_advance=True)
    schedule(old, "200", year=2026, forecast_on=dt.date(2026, 1, 5))
    schedule(old, "150", year=2027, forecast_on=dt.date(2026, 1, 5))
    commit(uo, "350", project=first, legal_reference="EJ-2")
    move(uo, "initial_finance_act", "1000", "900", project=first)
    move(uo, "freeze", "0", "100", project=first)
    pay(commit(uo, "90", project=third, legal_reference="EJ-3"), "30")
    return first, second, third


def values(project, day=DAY):
    snapshot = IndicatorSnapshot.objects.get(project=project, as_of=day)
    return {code: indicator_value(snapshot, code) for code in CODES}


def test_the_figures_of_a_project_are_those_worked_by_hand(programmed, after_commit):
    with after_commit():
        request_computation(DAY)
    found = values(programmed[0])
    # programmed CP: 540 + 120 + 60 = 720, half of it at the end of June; paid: 45
    assert found["BX-03"] == (45 / 360, None)
    assert found["BX-04"] == ("405.00", None)
    assert found["BX-05"] == ("395.00", None)
    # available 900 − 100 − 45; certified in 2025 and not paid 100 − 40; due 200 − 45
    assert found["BX-08"] == (755 / (60 + 155), None)
    assert found["BX-09"] == (720 / 600, None)
    assert found["BX-10"] == (150 / 120, None)
    assert found["BX-15"] == ((120 + 60) / 800, None)
    assert found["BX-16"] == (None, "not_applicable")
    assert found["BX-17"] == (540 / 700, None)
    # by cell: |540 − 600| + |100 − 100| + 120 + 20 + 60, over 600 + 100
    assert found["BX-18"] == (260 / 700, None)
    # AE: 700 whole, its month is past; 60 without a month, by half; committed 350
    assert found["BX-23"] == (350 / 730, None)
    assert found["BX-29"] == (760 / 800, None)


def test_a_forecast_is_compared_once_the_exercise_is_over(programmed, after_commit):
    with after_commit():
        request_computation(dt.date(2026, 12, 31))
    assert values(programmed[0], dt.date(2026, 12, 31))["BX-16"] == ((500 - 45) / 500, None)


def test_without_a_version_of_record_what_is_programmed_is_missing_not_zero(after_commit):
    project = make_project("P-9")
    move(make_uo(), "initial_finance_act", "10", project=project)
    version = make_version("initial", 2026)
    make_line(version, make_uo("UO-9"), project=project, granted=[("5", "5")])
    with after_commit():
        request_computation(DAY)
    assert values(project)["BX-03"] == (None, "missing_input")
    assert values(project)["BX-10"] == (None, "missing_input")


def test_what_is_executed_without_being_programmed_opens_an_alert(programmed, after_commit):
    with after_commit():
        request_computation(DAY)
    second, third = values(programmed[1]), values(programmed[2])
    assert second["BX-03"] == (None, "missing_input")  # no ledger names it
    assert third["BX-03"] == (None, "zero_denominator")
    alerts = Alert.objects.open().filter(source__in=("BX-03", "BX-23"))
    assert {(one.source, one.subject_code) for one in alerts} == {
        ("BX-03", "P-3"), ("BX-23", "P-3"),
    }  # fmt: skip
    alert = alerts.get(source="BX-03")
    assert "30,00" in told(alert.source, alert.message, alert.context)
    IndicatorSnapshot.objects.filter(project=programmed[2]).update(reasons={})
    sync_threshold_alerts()
    assert not Alert.objects.open().filter(source="BX-03").exists()


@pytest.mark.parametrize("code", CODES)
def test_every_input_leads_to_rows_that_add_up_to_it(programmed, after_commit, code):
    with after_commit():
        request_computation(DAY)
    for snapshot in IndicatorSnapshot.objects.filter(as_of=DAY).select_related("project"):
        for figure in explain(snapshot, code).inputs:
            total = sum((row.amount for row in figure.rows), Decimal(0))
            if figure.name.endswith("_to_date") or figure.name == "cp_moved":
                assert figure.rows or not figure.value
            else:
                assert total == (figure.value or 0), figure


ORACLE = """
SELECT l.project_id,
  SUM(CASE WHEN a.rank = 0 THEN a.granted_ae ELSE 0 END),
  SUM(CASE WHEN a.rank = 0 THEN a.granted_cp ELSE 0 END),
  SUM(CASE WHEN a.rank = 1 THEN a.granted_cp ELSE 0 END),
  SUM(CASE WHEN a.rank = 0 AND l.nature = 'compulsory' THEN a.granted_cp ELSE 0 END),
  SUM(CASE WHEN a.rank = 0 AND l.nature IN ('unavoidable', 'committed')
    THEN a.granted_cp ELSE 0 END),
  SUM(CASE WHEN a.rank = 0 AND l.nature IN ('planned', 'new') THEN a.granted_ae ELSE 0 END)
FROM budgets_programmingamount a
JOIN budgets_programmingline l ON l.id = a.line_id
JOIN budgets_programmingversion v ON v.id = l.programming_version_id
WHERE v.is_of_record AND v.fiscal_year = 2026 AND l.taken_out_at IS NULL
GROUP BY l.project_id
"""


def test_one_other_statement_gives_the_same_sums(programmed):
    names = (
        "ae_programmed", "cp_programmed", "cp_programmed_next", "cp_compulsory",
        "cp_unavoidable", "ae_planned",
    )  # fmt: skip
    batch = load_series([one.pk for one in programmed], DAY)
    with connection.cursor() as cursor:
        cursor.execute(ORACLE)
        wanted = {row[0]: [int(cents or 0) for cents in row[1:]] for row in cursor.fetchall()}
    for index, pk in enumerate(batch.ids.tolist()):
        found = [int(batch.amounts[name][index]) for name in names]
        assert found == wanted.get(pk, [0] * len(names))


def test_reading_asks_the_same_number_of_statements_whatever_the_projects(programmed):
    counts = []
    for ids in ([programmed[0].pk], [one.pk for one in programmed], range(1, 10**6)):
        with CaptureQueriesContext(connection) as seen:
            load_series(ids, DAY)
        counts.append(len(seen))
    assert len(set(counts)) == 1


def test_the_validation_of_a_version_makes_the_figures_of_its_projects_stale():
    round = make_round("arbitration", year=2026)
    round.at("attested")
    versions = dict(Project.objects.values_list("code", "figures_version"))
    round.step("validate", "director")
    after = dict(Project.objects.values_list("code", "figures_version"))
    assert after == {code: version + 1 for code, version in versions.items()}
