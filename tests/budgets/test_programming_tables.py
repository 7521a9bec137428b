"""Tables of the programming: synthesis, needs, timetable, main acts, management reports."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.selectors import end_of_day
from budgets.exceptions import VersionFrozen
from budgets.models import (
    BudgetRule,
    CrgNote,
    Exercise,
    ExerciseDate,
    NomenclatureNode,
    ProgrammingFile,
)
from budgets.services.crg_notes import write_note
from budgets.tables.needs import report_day
from budgets.tables.perimeter import Perimeter
from budgets.tables.programmed import default_version, parts_of_figure
from budgets.tables.programmed_catalogue import PROGRAMMED
from common.exceptions import StaleEdit
from projects.models import PortfolioNode
from tests.budgets.ledger import commit, make_project, make_uo, move, pay, schedule
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 30)


@pytest.fixture
def place():
    """A programme with an action, an activity below a UO, and two projects."""
    make = NomenclatureNode.objects.create
    programme = make(code="0214", name="P214", kind="lolf_programme")
    action = make(code="0214-08", name="Action 8", kind="action", parent=programme)
    bop = make(code="BOP", name="BOP", kind="bop", parent=programme)
    uo = make_uo("UO-1", parent=bop)
    activity = make(code="ACT-1", name="Activité", kind="activity", parent=uo)
    return SimpleNamespace(
        programme=programme, action=action, uo=uo, activity=activity,
        first=make_project("P-1"), second=make_project("P-2"),
    )  # fmt: skip


def read(code, version, **perimeter):
    """Return the rows of a table by key, then their totals."""
    table = PROGRAMMED[code]
    seen = Perimeter(version.fiscal_year, origin=version.data_origin, **perimeter)
    found = table.read(seen, version, DAY)
    return found.rows, found.totals


def by_code(rows):
    return {row.words["code"]: row for row in rows}


def test_the_synthesis_adds_up_from_projects_to_programmes(place):
    version = make_version("initial", 2026)
    axes = {"functional_domain": place.action, "activity": place.activity}
    move(place.uo, "initial_finance_act", "1000", "800", project=place.first, **axes)
    move(place.uo, "precautionary_reserve", "50", "40", project=place.first, **axes)
    move(place.activity, "carry_over", "10", "5", project=place.second)
    make_line(version, place.uo, project=place.first, granted=[("700", "600")], **axes)
    make_line(version, place.uo, project=place.second, granted=[("300", "250")], **axes)
    rows, totals = read("t1", version)
    levels = [(row.words["level"], row.words["code"]) for row in rows]
    assert levels == [
        ("programme", "0214"), ("action", "0214-08"), ("activity", "ACT-1"), ("project", "P-1"),
        ("project", "P-2"), ("action", None), ("activity", "ACT-1"), ("project", "P-2"),
    ]  # fmt: skip
    top = rows[0].cents
    assert (top["lfi_ae"], top["frozen_ae"], top["usable_ae"]) == (100_000, 5_000, 96_000)
    assert (top["programmed_ae"], top["gap_ae"]) == (100_000, -4_000)
    assert (top["usable_cp"], top["programmed_cp"], top["gap_cp"]) == (76_500, 85_000, -8_500)
    for depth in range(4):
        for name in PROGRAMMED["t1"].cents:
            below = sum(row.cents[name] or 0 for row in rows if row.depth == depth)
            assert below == totals[name], (depth, name)


def test_needs_tell_what_was_asked_granted_executed_and_comes_by_project(place):
    version = make_version("initial", 2026)
    make_line(
        version, place.uo, project=place.first, nature="compulsory",
        requested=[("500", "400")], granted=[("450", "380"), ("20", "60"), ("0", "30"), ("0", "1")],
    )  # fmt: skip
    make_line(version, place.uo, project=place.first, nature="new", granted=[("50", "20")])
    signed = commit(place.uo, "300", project=place.first)
    pay(signed, "120")
    schedule(signed, "200")
    pay(commit(place.uo, "40", project=place.second, legal_reference="EJ-2"), "10")
    rows, totals = read("t2", version)
    one, other = by_code(rows)["P-1"].cents, by_code(rows)["P-2"].cents
    assert (one["requested_ae"], one["granted_ae"], one["programmed_ae_0"]) == (
        50_000, 50_000, 50_000,
    )  # fmt: skip
    assert (one["executed_ae"], one["executed_cp"]) == (30_000, 12_000)
    assert (one["landing_ae"], one["landing_cp"]) == (30_000, 20_000)
    assert (one["programmed_cp_1"], one["programmed_cp_2"], one["programmed_cp_3"]) == (
        6_000, 3_000, 100,
    )  # fmt: skip
    natures = [one[f"cp_{name}"] for name in ("compulsory", "unavoidable", "new", "others")]
    assert natures == [38_000, None, 2_000, None]
    assert sum(cents or 0 for cents in natures) == one["programmed_cp_0"]
    assert (other["programmed_ae_0"], other["executed_cp"]) == (None, 1_000)
    assert totals["executed_cp"] == 13_000


def test_the_timetable_joins_signed_commitments_and_planned_acts(place):
    version = make_version("initial", 2026)
    old = commit(place.uo, "900", year=2025, legal_reference="EJ-1", project=place.first)
    commit(place.uo, "60", legal_reference="EJ-1", project=place.first)
    pay(old, "200", year=2025)
    pay(old, "150")
    for year, amount in ((2026, "400"), (2027, "300"), (2030, "60")):
        schedule(old, amount, year=year, forecast_on=dt.date(2026, 1, 5))
    make_line(version, place.uo, project=place.first, legal_reference="EJ-1", granted=[("0", "1")])
    make_line(
        version, place.uo, project=place.second, act_label="Refonte",
        granted=[("100", "40"), ("0", "60")],
    )  # fmt: skip
    rows, totals = read("t3", version)
    signed, planned = rows
    assert signed.words["legal_reference"] == "EJ-1"
    assert (signed.cents["opening"], signed.cents["ae_0"]) == (70_000, 6_000)
    assert [signed.cents[f"cp_{rank}"] for rank in range(4)] == [40_000, 30_000, 0, 6_000]
    assert signed.cents["closing"] == 36_000
    assert (planned.words["kind"], planned.words["label"]) == ("planned", "Refonte")
    assert (planned.cents["closing"], planned.cents["cp_1"]) == (6_000, 6_000)
    assert (totals["closing"], totals["ae_0"]) == (42_000, 16_000)


def test_an_act_needs_a_visa_from_the_threshold_in_force_on(place):
    version = make_version("initial", 2026)
    commit(place.uo, "1", legal_reference="EJ-9", project=place.first)
    for label, ae, more in (
        ("Au seuil", "500000", {"act_month": dt.date(2026, 9, 1)}),
        ("Un centime de moins", "499999.99", {"act_month": dt.date(2026, 6, 1)}),
        ("En retard", "10", {"act_month": dt.date(2026, 5, 1)}),
        ("Signé", "5", {"act_month": dt.date(2026, 2, 1), "legal_reference": "EJ-9"}),
    ):
        make_line(version, place.uo, act_label=label, granted=[(ae, ae)], **more)
    make_line(version, place.uo, label="Sans acte", granted=[("9", "9")])
    rows, totals = read("t6", version)
    assert [(r.words["label"], r.words["needs_visa"], r.words["status"]) for r in rows] == [
        ("Au seuil", True, "planned"), ("Un centime de moins", False, "planned"),
        ("En retard", False, "late"), ("Signé", False, "signed"),
    ]  # fmt: skip
    assert totals == {"ae": 100_001_499, "cp": 100_001_499}
    BudgetRule.objects.filter(code="R-17").update(parameters={"threshold": "5.00"})
    assert all(row.words["needs_visa"] for row in read("t6", version)[0])
    BudgetRule.objects.filter(code="R-17").update(valid_from=dt.date(2026, 7, 1))
    assert {row.words["needs_visa"] for row in read("t6", version)[0]} == {None}


def test_a_management_report_stops_at_the_day_of_its_data(place):
    version = make_version("crg1", 2026)
    make_line(version, place.uo, project=place.first, granted=[("450", "380")])
    signed = commit(place.uo, "300", project=place.first)
    pay(signed, "100", paid_on=dt.date(2026, 4, 30))
    pay(signed, "50", paid_on=dt.date(2026, 5, 1))
    schedule(signed, "250")
    row = by_code(read("t8", version)[0])["P-1"].cents
    assert row["initial_ae"] is None
    assert (row["updated_ae"], row["updated_cp"]) == (45_000, 38_000)
    assert (row["executed_ae"], row["executed_cp"]) == (30_000, 10_000)
    assert (row["landing_cp"], row["gap_cp"]) == (25_000, 13_000)


def test_a_report_knows_nothing_recorded_after_the_data_of_its_version(place):
    version = make_version("crg1", 2026, data_on=dt.date(2026, 5, 4))
    late = end_of_day(dt.date(2026, 5, 4)) + dt.timedelta(seconds=1)
    early = late - dt.timedelta(hours=1)
    april = dt.date(2026, 4, 10)
    signed = commit(place.uo, "300", project=place.first, recorded_at=early)
    pay(signed, "100", paid_on=april, recorded_at=early)
    pay(signed, "50", paid_on=april, recorded_at=late)
    assert by_code(read("t8", version)[0])["P-1"].cents["executed_cp"] == 10_000


def test_the_initial_programming_stands_beside_the_one_that_updates_it(place):
    initial = make_version("initial", 2026)
    make_line(initial, place.uo, project=place.first, granted=[("500", "400")])
    version = make_version("crg2", 2026)
    make_line(version, place.uo, project=place.first, granted=[("450", "380")])
    row = by_code(read("t8", version)[0])["P-1"].cents
    assert (row["initial_ae"], row["updated_ae"]) == (50_000, 45_000)


@pytest.mark.parametrize(("kind", "month"), [("crg1", 4), ("crg2", 8)])
def test_the_days_of_the_reports_are_data(kind, month):
    version = make_version(kind, 2026)
    assert report_day(version).data_on.month == month
    exercise = Exercise.objects.create(fiscal_year=2026)
    ExerciseDate.objects.create(
        exercise=exercise, kind=kind, data_on=dt.date(2026, 3, 31), due_on=dt.date(2026, 4, 15)
    )
    assert report_day(version).data_on == dt.date(2026, 3, 31)


def test_a_version_of_another_kind_is_reported_at_the_last_day_that_is_past():
    version = make_version("initial", 2026)
    assert report_day(version, dt.date(2026, 8, 30)).kind == "crg1"
    assert report_day(version, dt.date(2026, 8, 31)).kind == "crg2"


def test_the_version_of_record_is_shown_else_the_latest():
    reader = person(Role.BUDGET_OFFICER)
    assert default_version(reader, 2026, "operational") is None
    make_version("initial", 2026)
    latest = make_version("crg1", 2026)
    assert default_version(reader, 2026, "operational") == latest
    first = at_state(make_version("initial", 2026), "validated")
    make_version("crg2", 2026)
    assert default_version(reader, 2026, "operational") == first


def test_every_figure_is_the_sum_of_the_rows_behind_it(place):
    version = make_version("initial", 2026)
    move(place.uo, "initial_finance_act", "1000", "800", project=place.first)
    move(place.uo, "freeze", "30", "20", project=place.second)
    signed = commit(place.uo, "300", project=place.first)
    pay(signed, "100")
    for project in (place.first, place.second):
        make_line(
            version, place.uo, project=project, nature="unavoidable",
            requested=[("90", "80")], granted=[("70", "60"), ("5", "10")],
        )  # fmt: skip
    seen = Perimeter(2026, origin="operational")
    for code in ("t1", "t2", "t8"):
        table = PROGRAMMED[code]
        figures, former = table.figures(version), table.former(version)
        rows, totals = read(code, version)
        for name, terms in figures.items():
            for row in rows:
                parts = list(parts_of_figure(terms, row.grains, seen, version, former))
                assert sum(p.cents for p in parts) == (row.cents.get(name) or 0), (code, name)
            every = parts_of_figure(terms, None, seen, version, former)
            assert sum(p.cents for p in every) == totals.get(name, 0), (code, name)


def test_a_reader_sees_the_lines_and_the_facts_of_the_projects_reached(place):
    other = PortfolioNode.objects.create(code="AUTRE", name="Autre", kind="portfolio")
    place.second.node = other
    place.second.save()
    version = make_version("initial", 2026)
    for project in (place.first, place.second):
        make_line(version, place.uo, project=project, act_label="Acte", granted=[("70", "60")])
        commit(place.uo, "30", project=project, legal_reference=f"EJ-{project.code}")
    reader = person(Role.PORTFOLIO_DIRECTOR, "DNE")
    for code in PROGRAMMED:
        rows, _totals = read(code, version, user=reader)
        told = {row.words.get("project") or row.words.get("code") for row in rows}
        assert "P-1" in told
        assert "P-2" not in told


def test_tables_ask_the_same_number_of_statements_whatever_the_rows(place):
    version, counts = make_version("initial", 2026), {}
    for size in (1, 12):
        for index in range(size):
            project = make_project(f"T-{size}-{index}")
            line = {"project": project, "act_label": "Acte", "granted": [("7", "6")]}
            make_line(version, place.uo, **line)
            signed = commit(place.uo, "10", legal_reference=f"EJ-{size}-{index}", project=project)
            pay(signed, "3")
            schedule(signed, "7")
        for code in PROGRAMMED:
            with CaptureQueriesContext(connection) as seen:
                read(code, version)
            counts.setdefault(code, []).append(len(seen))
    assert all(first == last for first, last in counts.values()), counts


def test_a_report_tells_the_comment_and_the_risk_of_each_project_until_it_is_frozen(place):
    manager = person(Role.PROJECT_MANAGER)
    place.first.manager = manager
    place.first.save()
    version = make_version("crg1", 2026)
    make_line(version, place.uo, project=place.first, granted=[("450", "380")])
    make_line(version, place.uo, project=place.second, granted=[("1", "1")])
    files = {
        project.code: ProgrammingFile.objects.create(programming_version=version, project=project)
        for project in (place.first, place.second)
    }
    said = {"comment": " Recette décalée ", "risk": "Pénalités"}
    write_note(actor=manager, file_id=files["P-1"].pk, expected_version=0, **said)
    with pytest.raises(StaleEdit):
        write_note(actor=manager, file_id=files["P-1"].pk, expected_version=0, **said)
    with pytest.raises(ProgrammingFile.DoesNotExist):
        write_note(actor=manager, file_id=files["P-2"].pk, expected_version=0)
    controller = person(Role.MANAGEMENT_CONTROLLER)
    with pytest.raises(PermissionDenied):
        write_note(actor=controller, file_id=files["P-1"].pk, expected_version=1)
    rows = by_code(read("t8", version)[0])
    assert (rows["P-1"].words["comment"], rows["P-1"].words["risk"]) == (
        "Recette décalée", "Pénalités",
    )  # fmt: skip
    assert rows["P-2"].words["comment"] is None
    assert CrgNote.history.count() == 1
    at_state(version, "validated")
    with pytest.raises(VersionFrozen):
        write_note(actor=manager, file_id=files["P-1"].pk, expected_version=1)
