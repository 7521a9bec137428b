"""Versions of the programming: what each is started from, by whom, and in how many queries."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditEvent
from budgets.exceptions import ExerciseClosed, NothingToStartFrom, VersionFrozen
from budgets.models import Exercise, NomenclatureNode, ProgrammingAmount, ProgrammingLine
from budgets.services.programming_versions import create_version, edit_version
from common.exceptions import StaleEdit
from tests.budgets.ledger import commit, make_project, make_uo, pay, schedule
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


def cells(line, stage: str) -> list[tuple[Decimal | None, Decimal | None]]:
    rows = ProgrammingAmount.objects.filter(line=line).order_by("rank")
    return list(rows.values_list(f"{stage}_ae", f"{stage}_cp"))


def start(officer, **fields):
    return create_version(actor=officer, **{"fiscal_year": 2027, "kind": "requests", **fields})


def test_versions_of_an_exercise_and_origin_follow_each_other(officer):
    assert [start(officer).code, start(officer, kind="conference").code] == ["2027-V1", "2027-V2"]
    assert start(officer, fiscal_year=2028).code == "2028-V1"
    assert start(officer, data_origin="fictitious").number == 1
    assert AuditEvent.objects.filter(verb="created", object_code="2027-V1").count() == 2


def test_a_copy_keeps_lineages_and_begins_its_stage_with_what_was_said(officer):
    requests = make_version()
    uo = make_uo()
    kept = make_line(requests, uo, requested=[("100", "60"), ("0", "40")])
    gone = make_line(requests, uo, label="out")
    ProgrammingLine.objects.filter(pk=gone.pk).update(
        taken_out_at=requests.created_at, taken_out_reason="Double"
    )
    conference = start(officer, kind="conference", basis="version", former=requests)
    line = conference.lines.get()
    assert (line.lineage, line.label, line.version) == (kept.lineage, kept.label, 1)
    asked = [(100, 60), (0, 40), (None, None), (None, None)]
    assert cells(line, "requested") == cells(line, "proposed") == asked
    assert cells(line, "granted") == [(None, None)] * 4
    assert (conference.parent, conference.basis) == (requests, "version")
    assert line.history.get().history_user == officer


def test_the_next_exercise_takes_the_years_that_are_left(officer):
    initial = make_version("initial", year=2026)
    former = [("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")]
    make_line(initial, make_uo(), granted=former, opening_left_to_pay=Decimal(9))
    requests = start(officer, basis="version", former=initial)
    line = requests.lines.get()
    assert cells(line, "requested") == [(2, 2), (3, 3), (None, None), (4, 4)]
    assert line.opening_left_to_pay is None


def test_requests_of_the_projects_are_the_last_version_of_requests(officer):
    with pytest.raises(NothingToStartFrom):
        start(officer, kind="conference", basis="requests")
    make_version()
    last = make_version()
    make_line(last, make_uo())
    make_version("conference")
    assert start(officer, kind="conference", basis="requests").parent == last


@pytest.mark.parametrize("basis", ["version", "empty"])
def test_a_former_version_is_named_by_its_basis_and_by_no_other(officer, basis):
    former = None if basis == "version" else make_version()
    with pytest.raises(ValidationError):
        start(officer, basis=basis, former=former)


@pytest.mark.parametrize("wrong", [{"year": 2028}, {"data_origin": "fictitious"}])
def test_a_version_starts_neither_from_a_later_exercise_nor_from_another_origin(officer, wrong):
    with pytest.raises(ValidationError):
        start(officer, basis="version", former=make_version(**wrong))


def test_schedules_of_commitments_give_a_line_each_with_what_is_left_to_pay(officer):
    uo, project = make_uo(), make_project()
    signed = commit(
        uo, "100", year=2025, project=project, legal_reference="EJ-1", label="Hébergement"
    )
    commit(uo, "-10", year=2026, project=project, legal_reference="EJ-1", commitment_year=2025)
    pay(signed, "20", year=2025)
    for year, amount in ((2026, "30"), (2027, "25"), (2028, "10"), (2030, "3"), (2031, "2")):
        schedule(signed, amount, year=year)
    over = commit(uo, "50", year=2025, legal_reference="EJ-2")
    schedule(over, "50", year=2026)
    version = start(officer, kind="initial", basis="schedules")
    line = version.lines.get()
    assert (line.legal_reference, line.nature, line.project) == ("EJ-1", "committed", project)
    assert cells(line, "granted") == [(0, 25), (0, 10), (0, 0), (0, 5)]
    # 90 committed before 2027; 20 paid, 30 still expected before: 60 by the larger of the two.
    assert line.opening_left_to_pay == Decimal(60)


def test_execution_of_the_year_before_gives_a_line_by_budget_line(officer):
    uo, project = make_uo(), make_project()
    signed = commit(uo, "100", year=2026, project=project)
    commit(uo, "40", year=2025, project=project)
    pay(signed, "70", year=2026)
    pay(signed, "5", year=2027)
    version = start(officer, basis="execution")
    assert cells(version.lines.get(), "requested")[0] == (100, 70)


def test_what_sits_on_an_activity_is_charged_to_the_uo_above_it(officer):
    uo = make_uo()
    activity = NomenclatureNode.objects.create(code="A-1", name="A", kind="activity", parent=uo)
    schedule(commit(activity, "10", year=2026), "10", year=2027)
    schedule(commit(activity, "10", year=2026, legal_reference="EJ-2"), "10", year=2027)
    for line in start(officer, basis="schedules").lines.all():
        assert (line.node, line.activity) == (uo, activity)


@pytest.mark.parametrize(
    "role",
    [Role.PORTFOLIO_DIRECTOR, Role.PROJECT_MANAGER, Role.MANAGEMENT_CONTROLLER, Role.AUDITOR],
)
def test_the_budget_officer_alone_creates_versions(db, role):
    with pytest.raises(PermissionDenied):
        start(person(role))


def test_a_version_is_edited_until_it_is_frozen_and_never_over_another_edit(officer):
    version = start(officer)
    edit = {"actor": officer, "version_id": version.pk, "changes": {"label": "Conférence"}}
    assert edit_version(**edit, expected_version=1).version == 2
    with pytest.raises(StaleEdit):
        edit_version(**edit, expected_version=1)
    at_state(version, "validated")
    with pytest.raises(VersionFrozen):
        edit_version(**edit, expected_version=2)
    with pytest.raises(PermissionDenied):
        edit_version(**edit | {"actor": person(Role.PROJECT_MANAGER)}, expected_version=2)


def test_nothing_is_programmed_in_a_closed_exercise(officer):
    version = start(officer)
    Exercise.objects.create(
        fiscal_year=2027, state="closed", closed_at=timezone.now(), closing_reason="Terminé"
    )
    with pytest.raises(ExerciseClosed):
        start(officer, kind="conference")
    with pytest.raises(ExerciseClosed):
        edit_version(
            actor=officer, version_id=version.pk, expected_version=1, changes={"label": "x"}
        )


def copy_cost(officer, count: int) -> int:
    former = make_version()
    uo = NomenclatureNode.objects.first() or make_uo()
    for _ in range(count):
        make_line(former, uo)
    with CaptureQueriesContext(connection) as captured:
        made = start(officer, kind="conference", basis="version", former=former)
    assert made.lines.count() == count
    return sum(not query["sql"].startswith("INSERT") for query in captured)


def test_a_copy_reads_as_much_for_two_lines_as_for_fifty(officer):
    start(officer)
    assert copy_cost(officer, 2) == copy_cost(officer, 50)
