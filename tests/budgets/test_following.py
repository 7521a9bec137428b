"""Execution by project, programme, UO and activity: figures, landings, months (domain §2.3)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.enums import LandingMethod
from budgets.models import NomenclatureNode, Reservation
from budgets.rules.landing import linear_landing, scheduled_landing, still_due
from budgets.services.landings import choose_landing
from budgets.tables.following import AXES, follow, follow_months
from budgets.tables.perimeter import Perimeter
from common.exceptions import StaleEdit
from projects.models import Project
from tests.budgets.ledger import certify, commit, make_project, make_uo, move, pay, schedule
from tests.people import person

pytestmark = pytest.mark.django_db


def followed(by="project", months=6, **perimeter):
    """Return the lines by code and the total, at the end of June."""
    asked = {"as_of": dt.date(2026, 6, 30), **perimeter}
    lines, whole = follow(Perimeter(2026, **asked), by, months)
    return {line.code: line.figures for line in lines}, whole


def programme(code: str, parent=None, kind="lolf_programme"):
    """Return a node of the nomenclature."""
    return NomenclatureNode.objects.create(code=code, name=code, kind=kind, parent=parent)


@pytest.mark.parametrize(
    ("actual", "months", "expected"),
    [
        (600, 6, 1200), (0, 6, 0), (100, 0, None), (500, 12, 500), (500, 13, 500),
        (1, 7, 2), (-600, 6, -1200), (100, 7, 171),
    ],
)  # fmt: skip
def test_the_linear_landing_goes_on_at_the_pace_of_the_months_that_have_run(
    actual, months, expected
):
    assert linear_landing(actual, months) == expected


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9))), st.integers(0, 10**9))
def test_a_landing_by_schedules_is_never_below_what_is_paid(pairs, paid):
    assert scheduled_landing(paid, pairs, 0) >= paid
    assert all(still_due(a, b) in (0, a - b) for a, b in pairs)


def test_each_figure_is_the_sum_of_its_rows():
    uo, project = make_uo(), make_project()
    move(uo, "initial_finance_act", "1000", "800", project=project)
    move(uo, "precautionary_reserve", "40", "30", project=project)
    before = commit(uo, "500", year=2025, project=project)
    pay(before, "100", year=2025)
    signed = commit(uo, "300", project=project)
    certify(signed, "120")
    pay(signed, "70")
    pay(before, "50")
    lines, whole = followed()
    values = lines["P-1"].values
    assert (values["ae_usable"], values["cp_usable"]) == (96_000, 77_000)
    assert values["ae_committed"] == 30_000
    assert values["service_done"] == 12_000
    assert values["cp_paid"] == 12_000
    assert values["left_to_pay"] == 80_000 - 22_000
    assert whole.values == values


def test_the_three_landings_stand_side_by_side_and_schedules_are_chosen_by_default():
    uo, project = make_uo(), make_project()
    move(uo, "initial_finance_act", "1000", "1000", project=project)
    signed, paid_beyond = commit(uo, "300", project=project), commit(uo, "100", project=project)
    schedule(signed, "200")
    schedule(signed, "100", year=2027)
    pay(signed, "70")
    schedule(paid_beyond, "40")
    pay(paid_beyond, "50")
    Reservation.objects.create(
        node=uo, project=project, fiscal_year=2026, label="Tranche 2",
        ae=Decimal(90), cp=Decimal(30),
    )  # fmt: skip
    figures = followed()[0]["P-1"]
    assert figures.landings["cp", LandingMethod.LINEAR] == 24_000
    assert figures.landings["cp", LandingMethod.SCHEDULES] == 12_000 + 13_000 + 3_000
    assert figures.landings["ae", LandingMethod.SCHEDULES] == 40_000 + 9_000
    assert figures.chosen["cp"] == figures.landings["cp", LandingMethod.SCHEDULES]
    assert figures.landing_gap("cp") == 100_000 - 28_000


def test_the_landing_that_a_manager_says_is_shared_to_the_cent_whatever_the_axis():
    project, one, other = make_project(), make_uo("UO-1"), make_uo("UO-2")
    for uo, amount in ((one, "200"), (other, "100")):
        schedule(commit(uo, amount, project=project), amount)
    manager = person("budget_officer")
    choose_landing(
        actor=manager, project=project, fiscal_year=2026, credit_type="ht2",
        method=LandingMethod.MANAGER, justification="Recette décalée",
        ae=Decimal("1000.01"), cp=Decimal("100.00"),
    )  # fmt: skip
    lines, whole = followed("uo")
    assert whole.chosen == {"ae": 100_001, "cp": 10_000}
    assert [lines[code].chosen["cp"] for code in ("UO-1", "UO-2")] == [6_667, 3_333]
    for by in AXES:
        assert followed(by)[1].chosen == whole.chosen


def test_a_landing_is_chosen_with_a_reason_by_who_may_and_never_over_a_newer_choice():
    project, officer = make_project(), person("budget_officer")
    asked = {
        "project": project, "fiscal_year": 2026, "credit_type": "ht2",
        "method": LandingMethod.LINEAR, "justification": "Dépense régulière",
    }  # fmt: skip
    with pytest.raises(PermissionDenied):
        choose_landing(actor=person("auditor"), **asked)
    with pytest.raises(ValidationError):
        choose_landing(actor=officer, **{**asked, "justification": " "})
    with pytest.raises(ValidationError):
        choose_landing(actor=officer, **{**asked, "method": LandingMethod.MANAGER})
    first = choose_landing(actor=officer, **asked)
    with pytest.raises(StaleEdit):
        choose_landing(actor=officer, **asked)
    second = choose_landing(actor=officer, expected_version=first.version, **asked)
    assert (second.pk, second.version, second.history.count()) == (first.pk, 2, 2)


def test_lines_fold_by_programme_uo_and_activity_and_what_names_none_stays():
    p214 = programme("P214")
    bop = programme("BOP", p214, "bop")
    uo = NomenclatureNode.objects.create(code="UO-1", name="UO", kind="uo", parent=bop)
    alone = make_uo("UO-ALONE")
    activity = programme("0214ACT1", None, "activity")
    commit(uo, "10", activity=activity)
    commit(alone, "5")
    assert set(followed("programme")[0]) == {"P214", None}
    assert set(followed("uo")[0]) == {"UO-1", "UO-ALONE"}
    assert set(followed("activity")[0]) == {"0214ACT1", None}
    assert set(followed("project")[0]) == {None}


def test_months_are_cumulative_and_the_exercise_is_that_of_the_source():
    signed = commit(make_uo(), "120", committed_on=dt.date(2025, 11, 20))
    pay(signed, "30", paid_on=dt.date(2026, 2, 3))
    pay(signed, "20", paid_on=dt.date(2027, 1, 15))
    schedule(signed, "60", due_on=dt.date(2026, 4, 30))
    schedule(signed, "40")
    months = follow_months(Perimeter(2026))
    assert [month.ae_committed for month in months] == [12_000] * 12
    assert [month.cp_paid for month in months] == [0] + [3_000] * 10 + [5_000]
    assert [month.cp_planned for month in months] == [0] * 3 + [6_000] * 8 + [10_000]
    assert months[5].landing_cp == 6_000


def test_the_number_of_statements_does_not_depend_on_the_rows():
    uo = make_uo()
    counts = []
    for size in (1, 12):
        for index in range(size):
            project = make_project(f"P-{size}-{index}")
            signed = commit(uo, "10", project=project)
            schedule(signed, "10")
            pay(signed, "3")
        with CaptureQueriesContext(connection) as seen:
            followed()
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 12


amounts = st.integers(-(10**15), 10**15).filter(bool)
rows = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), amounts), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows, rows)
def test_every_axis_adds_up_to_the_same_total_to_the_cent(moved, signed):
    projects = [None, *(_kept_project(code) for code in ("P-A", "P-B"))]
    nodes = [NomenclatureNode.objects.get_or_create(code=c, name=c, kind="uo")[0] for c in "XY"]
    for project, node, cents in moved:
        move(nodes[node], "initial_finance_act", Decimal(cents) / 100, project=projects[project])
    for project, node, cents in signed:
        commit(nodes[node], Decimal(cents) / 100, project=projects[project])
    totals = [followed(by)[1] for by in AXES]
    assert all(total.values == totals[0].values for total in totals)
    assert all(total.chosen == totals[0].chosen for total in totals)
    for by in AXES:
        lines, whole = followed(by)
        for name, cents in whole.values.items():
            assert sum(one.values[name] for one in lines.values()) == cents


def _kept_project(code):
    return Project.objects.filter(code=code).first() or make_project(code)
