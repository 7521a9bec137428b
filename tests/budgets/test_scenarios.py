"""Scenarios: overlays on a version, told when it moved since, accepted whole or line by line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.enums import Role
from accounts.models import AuditEvent
from budgets.exceptions import (
    LineOut,
    NothingToAccept,
    RowsRefused,
    ScenarioClosed,
    StaleCell,
    VersionFrozen,
)
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingLine,
    ScenarioChange,
)
from budgets.services.programming_cells import CellEdit, edit_cells, undo_operation
from budgets.services.programming_lines import take_line_out
from budgets.services.scenario_acceptance import accept_scenario
from budgets.services.scenarios import (
    Proposal,
    abandon_scenario,
    create_scenario,
    edit_scenario,
    set_changes,
)
from budgets.tables.scenarios import overlay_of, overlays_of
from common.exceptions import StaleEdit
from tests.budgets.ledger import make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


@pytest.fixture
def controller(db):
    return person(Role.MANAGEMENT_CONTROLLER)


@pytest.fixture
def version(db):
    return make_version()


@pytest.fixture
def lines(version):
    uo = make_uo()
    return [
        make_line(version, uo, label="Hébergement", nature="compulsory", requested=[("100", "40")]),
        make_line(version, uo, label="Refonte", nature="new", requested=[("50", "30")]),
        make_line(version, uo, label="Étude", nature="new", priority=1, requested=[("20", "20")]),
    ]


@pytest.fixture
def scenario(controller, version, lines):
    return create_scenario(actor=controller, version_id=version.pk, name="Étalement")


def to(line, after, rank=0, measure="ae") -> Proposal:
    amount = None if after is None else Decimal(after)
    return Proposal(line=line.pk, rank=rank, measure=measure, after=amount)


def change(scenario, *cells, who=None, **more):
    scenario.refresh_from_db()
    return set_changes(
        actor=who or scenario.author, scenario_id=scenario.pk, expected_version=scenario.version,
        cells=cells, **more,
    )  # fmt: skip


def accept(scenario, who, **more):
    scenario.refresh_from_db()
    return accept_scenario(
        actor=who, scenario_id=scenario.pk, expected_version=scenario.version, **more
    )


def held(line) -> Decimal | None:
    return ProgrammingAmount.objects.get(line=line, rank=0).requested_ae


def edit(line, who, before, after):
    one = CellEdit(line=line.pk, rank=0, measure="ae", before=Decimal(before), after=Decimal(after))
    return edit_cells(actor=who, version_id=line.programming_version_id, edits=[one])


def test_a_scenario_is_a_few_changes_and_leaves_the_version_as_it_is(scenario, lines):
    change(scenario, to(lines[0], "80"), leave_out=[lines[1].pk])
    assert ScenarioChange.objects.count() == 2
    assert (held(lines[0]), held(lines[1])) == (Decimal(100), Decimal(50))
    assert ProgrammingLine.objects.live().count() == 3


def test_the_overlay_gives_both_totals_and_the_cut_follows_the_ceiling(scenario, lines, controller):
    change(scenario, to(lines[0], "80"), leave_out=[lines[1].pk])
    found = overlay_of(scenario, controller)
    before, after = found.totals()
    assert (before[0, "ae"], after[0, "ae"]) == (170_00, 100_00)
    # Compulsory first; 80 + 20 fit in 100 euros of AE, no longer in a cent less.
    assert [one.label for one in found.cut(0, 100_00, None).kept] == ["Hébergement", "Étude"]
    less = found.cut(0, 99_99, None)
    assert ([one.label for one in less.below], less.ae_left) == (["Étude"], 19_99)


def test_a_cell_set_back_to_what_the_version_holds_is_no_change_any_more(scenario, lines):
    change(scenario, to(lines[0], "80"))
    change(scenario, to(lines[0], "100"))
    assert not scenario.changes.exists()


def test_a_line_kept_again_comes_back_as_the_version_has_it(scenario, lines, controller):
    change(scenario, to(lines[0], "80"), leave_out=[lines[1].pk])
    change(scenario, keep=[lines[0].pk, lines[1].pk])
    assert not scenario.changes.exists()


def test_changes_are_refused_whole_with_the_index_of_what_is_wrong(scenario, lines):
    with pytest.raises(RowsRefused) as refused:
        change(scenario, to(lines[0], "80"), to(lines[1], "-1"), to(lines[0], "70"))
    assert set(refused.value.errors) == {1, 2}
    assert not scenario.changes.exists()


def test_accepted_whole_it_is_one_operation_undone_as_one(scenario, lines, officer, version):
    change(scenario, to(lines[0], "80"), to(lines[2], "25"), leave_out=[lines[1].pk])
    assert accept(scenario, officer).state == "accepted"
    assert (held(lines[0]), held(lines[2])) == (Decimal(80), Decimal(25))
    lines[1].refresh_from_db()
    assert "Étalement" in lines[1].taken_out_reason
    (operation,) = set(ProgrammingEdit.objects.values_list("operation", flat=True))
    undo_operation(actor=officer, version_id=version.pk, operation=operation)
    assert held(lines[0]) == Decimal(100)


def test_accepted_line_by_line_it_stays_open_until_nothing_is_left(scenario, lines, officer):
    change(scenario, to(lines[0], "80"), to(lines[2], "25"))
    assert accept(scenario, officer, lines=[lines[0].pk]).state == "draft"
    assert (held(lines[0]), held(lines[2])) == (Decimal(80), Decimal(20))
    # What was taken is no longer a difference, and the line may be tried again.
    assert overlay_of(scenario, officer).changed == {lines[2].pk}
    change(scenario, to(lines[0], "70"))
    with pytest.raises(NothingToAccept):
        accept(scenario, officer, lines=[lines[1].pk])
    assert accept(scenario, officer).state == "accepted"
    assert (held(lines[0]), held(lines[2])) == (Decimal(70), Decimal(25))


def test_what_moved_since_is_shown_and_refused_with_both_values(scenario, lines, officer):
    change(scenario, to(lines[0], "80"), to(lines[2], "25"))
    edit(lines[0], officer, "100", "90")
    assert overlay_of(scenario, officer).stale == {lines[0].pk}
    with pytest.raises(StaleCell) as stale:
        accept(scenario, officer)
    (told,) = stale.value.context["cells"]
    assert (told["before"], told["stored"], told["yours"]) == ("100.00", "90.00", "80.00")
    assert held(lines[2]) == Decimal(20)  # all or nothing
    change(scenario, to(lines[0], "80"))  # decided again on what stands now
    accept(scenario, officer)
    assert held(lines[0]) == Decimal(80)


def test_a_line_left_out_that_was_edited_since_is_not_taken_out(scenario, lines, officer):
    change(scenario, leave_out=[lines[1].pk])
    ProgrammingLine.objects.filter(pk=lines[1].pk).update(version=2)
    with pytest.raises(StaleEdit):
        accept(scenario, officer)


def test_a_line_taken_out_of_the_version_takes_no_change(scenario, lines, officer, controller):
    change(scenario, to(lines[0], "80"))
    take_line_out(actor=officer, line_id=lines[0].pk, expected_version=1, reason="Abandon")
    assert overlay_of(scenario, controller).gone == 1
    with pytest.raises(RowsRefused):
        accept(scenario, officer)
    with pytest.raises(LineOut):
        change(scenario, leave_out=[lines[0].pk])
    change(scenario, keep=[lines[0].pk])
    assert not scenario.changes.exists()


def test_nothing_of_a_frozen_version_is_accepted_but_it_is_simulated_on(
    scenario, lines, officer, version
):
    at_state(version, "validated")
    change(scenario, to(lines[0], "80"))
    with pytest.raises(VersionFrozen):
        accept(scenario, officer)


def test_a_controller_simulates_and_accepts_nothing(scenario, lines, controller):
    change(scenario, to(lines[0], "80"))
    with pytest.raises(PermissionDenied):
        accept(scenario, controller)


@pytest.mark.parametrize(
    "role", [Role.PROJECT_MANAGER, Role.PORTFOLIO_DIRECTOR, Role.AUDITOR, Role.CONTRACT_MANAGER]
)
def test_who_creates_no_version_creates_no_scenario(version, role):
    with pytest.raises(PermissionDenied):
        create_scenario(actor=person(role), version_id=version.pk, name="Essai")


def test_only_the_author_changes_or_abandons_a_scenario(scenario, lines, officer, controller):
    with pytest.raises(PermissionDenied):
        change(scenario, to(lines[0], "80"), who=officer)
    with pytest.raises(PermissionDenied):
        abandon_scenario(actor=officer, scenario_id=scenario.pk, expected_version=1)
    done = abandon_scenario(actor=controller, scenario_id=scenario.pk, expected_version=1)
    assert done.state == "abandoned"
    with pytest.raises(ScenarioClosed):
        change(scenario, to(lines[0], "80"))
    events = AuditEvent.objects.filter(object_kind="programming_version").order_by("pk")
    assert list(events.values_list("verb", flat=True)) == ["scenario_created", "scenario_abandoned"]


def test_a_stale_edit_of_a_scenario_is_refused(scenario, lines, controller):
    change(scenario, to(lines[0], "80"))
    with pytest.raises(StaleEdit):
        edit_scenario(
            actor=controller, scenario_id=scenario.pk, expected_version=1, changes={"name": "B"}
        )


def test_a_name_is_taken_once_in_a_version(scenario, controller, version):
    with pytest.raises(ValidationError):
        create_scenario(actor=controller, version_id=version.pk, name=" Étalement ")


def test_a_reader_sees_the_changes_of_their_lines_alone(scenario, lines, version, controller):
    bop = NomenclatureNode.objects.create(code="BOP-9", name="BOP", kind="bop")
    other = make_line(version, make_uo("UO-9", parent=bop), requested=[("7", "7")])
    change(scenario, to(lines[0], "80"), to(other, "8"))
    reader = person(Role.BUDGET_OFFICER, "BOP-9", scope_kind="nomenclature")
    found = overlay_of(scenario, reader)
    assert (set(found.lines), found.changed) == ({other.pk}, {other.pk})
    assert list(ScenarioChange.objects.all().visible_to(reader)) == [
        scenario.changes.get(line=other)
    ]


def test_reading_scenarios_side_by_side_asks_the_same_queries_whatever_their_number(
    scenario, lines, version, controller
):
    def count(scenarios):
        with CaptureQueriesContext(
            connection,
        ) as caught:
            overlays_of(version, scenarios, controller)
        return len(caught)

    change(scenario, *(to(line, "1") for line in lines))
    other = create_scenario(actor=controller, version_id=version.pk, name="Autre")
    overlays_of(version, [scenario], controller)
    assert count([scenario]) == count([scenario, other]) == 3


@pytest.mark.parametrize(
    "row",
    [
        "rank = NULL",  # a line left out has no amount
        "rank = 4",
        "measure = 'xx'",
        "after = before",
    ],
)
def test_a_change_of_another_shape_is_refused_to_raw_sql(scenario, lines, row):
    change(scenario, to(lines[0], "80"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE budgets_scenariochange SET {row}")
