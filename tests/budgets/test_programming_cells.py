"""Cells of the programming: an operation is whole, refuses what is stale, and is undone whole."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Role
from budgets.exceptions import (
    OperationClosed,
    RequestsClosed,
    RowsRefused,
    StaleCell,
    VersionFrozen,
)
from budgets.models import NomenclatureNode, ProgrammingAmount, ProgrammingEdit
from budgets.services import programming_cells
from budgets.services.programming_cells import CellEdit, edit_cells, undo_operation
from budgets.services.programming_lines import take_line_out
from budgets.services.programming_problems import problems_of, told
from common.exceptions import StaleEdit
from projects.models import Project
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


@pytest.fixture
def version(db):
    return make_version()


@pytest.fixture
def line(version):
    return make_line(version, make_uo(), requested=[("100", "40")])


def cell(line, rank=0, measure="ae", before=None, after=None, **more) -> CellEdit:
    values = [None if one is None else Decimal(one) for one in (before, after)]
    return CellEdit(
        line=line.pk, rank=rank, measure=measure, before=values[0], after=values[1], **more
    )


def held(line, rank=0) -> tuple[Decimal | None, Decimal | None]:
    amount = ProgrammingAmount.objects.get(line=line, rank=rank)
    return amount.requested_ae, amount.requested_cp


def write(actor, version, *edits):
    return edit_cells(actor=actor, version_id=version.pk, edits=edits)


def test_cells_are_written_in_the_stage_of_the_version_and_each_edit_is_kept(
    officer, version, line
):
    made = write(
        officer,
        version,
        cell(line, before="100", after="120", reason="Tranche", expression="=100*1,2"),
        cell(line, rank=1, measure="cp", after="7.25"),
        cell(line, measure="cp", before="40", after="40"),
    )
    assert held(line) == (120, 40)
    assert held(line, 1) == (None, Decimal("7.25"))
    edits = ProgrammingEdit.objects.filter(operation=made.id).order_by("pk")
    assert [(e.rank, e.stage, e.measure, e.before, e.after, e.by) for e in edits] == [
        (0, "requested", "ae", 100, 120, officer),
        (1, "requested", "cp", None, Decimal("7.25"), officer),
    ]
    assert (edits[0].reason, edits[0].expression) == ("Tranche", "=100*1,2")


def test_a_cell_that_changed_since_is_told_with_both_values_and_nothing_is_written(
    officer, version, line
):
    write(officer, version, cell(line, before="100", after="110"))
    with pytest.raises(StaleCell) as stale:
        write(
            officer,
            version,
            cell(line, before="100", after="130"),
            cell(line, rank=2, after="5"),
            cell(line, rank=3, before="1", after="2"),
        )
    assert isinstance(stale.value, StaleEdit)
    assert [
        (told["rank"], told["before"], told["yours"], told["stored"], told["by"])
        for told in stale.value.context["cells"]
    ] == [(0, "100.00", "130.00", "110.00", officer.username), (3, "1.00", "2.00", None, "")]
    assert held(line) == (110, 40)
    assert held(line, 2) == (None, None)


def test_what_no_cell_can_hold_is_refused_row_by_row(officer, version, line):
    elsewhere = make_line(make_version(), line.node)
    with pytest.raises(RowsRefused) as refused:
        write(
            officer,
            version,
            cell(line, before="100", after="-1"),
            cell(line, rank=4, after="1"),
            cell(line, measure="ep", after="1"),
            cell(elsewhere, after="1"),
            cell(line, before="100", after="1"),
            cell(line, rank=1, after="1", reason="x" * 301),
        )
    assert sorted(refused.value.errors) == [0, 1, 2, 3, 4, 5]
    assert held(line) == (100, 40)


def test_a_take_back_takes_negative_amounts(officer, version):
    back = make_line(version, make_uo(), is_take_back=True)
    write(officer, version, cell(back, after="-12.50"))
    assert held(back)[0] == Decimal("-12.50")


@pytest.mark.parametrize("count", [0, 1001])
def test_an_operation_has_from_one_to_a_thousand_cells(officer, version, line, count):
    with pytest.raises(ValidationError):
        write(officer, version, *[cell(line, after="1")] * count)


def test_a_manager_writes_the_requests_of_own_projects_while_they_are_a_draft(version, line):
    manager = person(Role.PROJECT_MANAGER)
    mine = make_line(version, line.node, project=make_project(manager=manager))
    write(manager, version, cell(mine, after="1"))
    with pytest.raises(RowsRefused):
        write(manager, version, cell(line, before="100", after="1"))
    with pytest.raises(PermissionDenied):
        write(person(Role.PORTFOLIO_DIRECTOR), version, cell(mine, before="1", after="2"))
    at_state(version, "submitted")
    with pytest.raises(RequestsClosed):
        write(manager, version, cell(mine, before="1", after="2"))
    conference = make_version("conference")
    there = make_line(conference, line.node, project=Project.objects.get())
    with pytest.raises(RequestsClosed):
        write(manager, conference, cell(there, after="2"))


def test_a_frozen_version_and_a_line_taken_out_take_no_edit(officer, version, line):
    take_line_out(actor=officer, line_id=line.pk, expected_version=1, reason="x")
    with pytest.raises(RowsRefused):
        write(officer, version, cell(line, before="100", after="1"))
    at_state(version, "validated")
    with pytest.raises(VersionFrozen):
        write(officer, version, cell(line, before="100", after="1"))


def undo(actor, version, operation):
    return undo_operation(actor=actor, version_id=version.pk, operation=operation.id)


def test_an_operation_is_undone_whole_and_the_undo_itself_too(officer, version, line):
    made = write(
        officer, version, cell(line, before="100", after="1"), cell(line, rank=3, after="9")
    )
    undone = undo(officer, version, made)
    assert (held(line), held(line, 3)) == ((100, 40), (None, None))
    assert set(ProgrammingEdit.objects.filter(undoes=made.id).values_list("operation")) == {
        (undone.id,)
    }
    with pytest.raises(OperationClosed):
        undo(officer, version, made)
    undo(officer, version, undone)
    assert (held(line), held(line, 3)) == ((1, 40), (9, None))


def test_an_undo_is_of_its_author_within_ten_minutes_on_cells_that_nobody_changed(
    officer, version, line, monkeypatch
):
    made = write(officer, version, cell(line, before="100", after="1"))
    other = person(Role.BUDGET_OFFICER, username="another")
    with pytest.raises(OperationClosed):
        undo(other, version, made)
    with pytest.raises(OperationClosed):
        undo_operation(actor=officer, version_id=version.pk, operation=uuid.uuid4())
    again = write(other, version, cell(line, before="1", after="2"))
    with pytest.raises(StaleCell):
        undo(officer, version, made)
    assert held(line) == (2, 40)
    later = timezone.now() + dt.timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(programming_cells.timezone, "now", lambda: later)
    with pytest.raises(OperationClosed):
        undo(other, version, again)


def cost(officer, count: int) -> int:
    version = make_version()
    uo = NomenclatureNode.objects.first() or make_uo()
    lines = [make_line(version, uo) for _ in range(count)]
    edits = [cell(one, measure=m, after="1") for one in lines for m in ("ae", "cp")]
    with CaptureQueriesContext(connection) as captured:
        write(officer, version, *edits)
    return len(captured)


def test_ten_cells_cost_as_many_queries_as_a_thousand(officer):
    cost(officer, 1)  # the grants of a person are read once
    few, many = cost(officer, 5), cost(officer, 500)
    assert few == many
    assert many <= 14


def test_a_twin_that_reads_before_the_lock_would_lose_an_edit(officer, version, line):
    # What `before` is for: the second writer read 100, as the first did.
    read = held(line)[0]
    write(officer, version, cell(line, before=read, after="110"))
    with pytest.raises(StaleCell):
        write(officer, version, cell(line, before=read, after="120"))
    ProgrammingAmount.objects.filter(line=line, rank=0).update(requested_ae=120)
    assert held(line)[0] == 120


def test_problems_are_told_by_severity_with_the_cell_of_each(officer, version):
    uo = make_uo()
    project = make_project()
    Project.objects.filter(pk=project.pk).update(state="closed", closed_on=dt.date(2026, 1, 1))
    wrong = make_line(
        version, uo, label="Faute", requested=[("10", "4"), ("0", "9")], project=project
    )
    staff = make_line(
        version, uo, label="Paie", credit_type="t2", nature="unavoidable",
        requested=[("5", "4")], contract_code="CT-1",
    )  # fmt: skip
    right = make_line(
        version, uo, label="Juste", requested=[("10", "4"), ("0", "6")], act_label="Marché"
    )
    empty = make_line(version, uo, label="Vide", legal_reference="EJ-1")
    found = problems_of(version, officer)
    assert [(one.code, one.line_id, one.rank) for one in found] == [
        ("E14", wrong.pk, 1), ("R-06", staff.pk, 0),
        ("R-05", wrong.pk, None), ("project", wrong.pk, None), ("support", wrong.pk, None),
        ("empty", empty.pk, None),
    ]  # fmt: skip
    assert right.pk not in {one.line_id for one in found}
    sentences = [told(version, one) for one in found]
    assert "2028" in sentences[0]
    assert "3,00" in sentences[0]
    assert all("%(" not in text for text in sentences)


def test_problems_cost_as_many_queries_for_a_hundred_lines_as_for_two(officer):
    costs = []
    problems_of(make_version(), officer)  # the grants of a person are read once
    for count in (2, 100):
        version = make_version()
        uo = NomenclatureNode.objects.first() or make_uo()
        for _ in range(count):
            make_line(version, uo, requested=[("1", "2")])
        with CaptureQueriesContext(connection) as captured:
            assert len(problems_of(version, officer)) == 3 * count
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 11  # the controls, the ceilings, the sustainability
