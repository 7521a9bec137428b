"""Lines of the programming: added, changed, taken out and put back, by whom they concern."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.enums import Role, ScopeKind
from budgets import programming_sources
from budgets.exceptions import (
    LineOut,
    LineStands,
    RequestsClosed,
    RowsRefused,
    VersionFrozen,
)
from budgets.models import NomenclatureNode, ProgrammingAmount, ProgrammingLine
from budgets.services.entries import Imputation
from budgets.services.programming_lines import (
    NewLine,
    add_lines,
    put_line_back,
    take_line_out,
    update_line,
)
from common.exceptions import DomainError, StaleEdit
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.people import person


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


@pytest.fixture
def manager(db):
    return person(Role.PROJECT_MANAGER)


def new(node, project=None, amounts=None, **fields) -> NewLine:
    return NewLine(
        imputation=Imputation(node=node, project=project),
        fields={"label": "Maintenance", **fields},
        amounts={
            rank: tuple(None if one is None else Decimal(one) for one in pair)
            for rank, pair in (amounts or {}).items()
        },
    )


def test_a_manager_asks_for_own_projects_and_the_amounts_are_requested(manager):
    project, uo, version = make_project(manager=manager), make_uo(), make_version()
    line = add_lines(
        actor=manager, version_id=version.pk, lines=[new(uo, project, {0: ("100", "40")})]
    )[0]
    first = line.amounts.get(rank=0)
    assert (first.requested_ae, first.requested_cp, first.granted_ae) == (100, 40, None)
    assert line.amounts.count() == 4
    assert line.history.get().history_user == manager


def refused_with(actor, version, lines) -> dict[int, type]:
    before = ProgrammingLine.objects.count()
    with pytest.raises(RowsRefused) as told:
        add_lines(actor=actor, version_id=version.pk, lines=lines)
    assert ProgrammingLine.objects.count() == before
    return {index: type(error) for index, error in told.value.errors.items()}


def test_a_list_is_refused_whole_with_what_stands_against_each_row(manager):
    mine, other = make_project(manager=manager), make_project("P-2")
    uo, version = make_uo(), make_version()
    action = NomenclatureNode.objects.create(code="0214-08", name="Action", kind="action")
    lines = [
        new(uo, mine),
        new(uo, other),
        new(action, mine),
        new(uo, mine, {0: ("-1", None)}),
        new(uo, mine, label=""),
        new(uo, mine, {0: ("-1", None)}, is_take_back=True),
    ]
    assert refused_with(manager, version, lines) == {
        1: PermissionDenied, 2: ValidationError, 3: ValidationError, 4: ValidationError,
    }  # fmt: skip


def test_a_line_is_of_the_origin_of_its_version(officer):
    uo, version = make_uo(), make_version(data_origin="fictitious")
    assert refused_with(officer, version, [new(uo)]) == {0: ValidationError}


@pytest.mark.parametrize("kind", ["conference", "initial"])
def test_a_manager_writes_in_requests_alone(manager, officer, kind):
    project, uo, version = make_project(manager=manager), make_uo(), make_version(kind)
    assert refused_with(manager, version, [new(uo, project)]) == {0: PermissionDenied}
    add_lines(actor=officer, version_id=version.pk, lines=[new(uo, project)])


def test_requests_are_closed_to_managers_once_submitted_and_open_to_the_officer(manager, officer):
    project, uo, version = make_project(manager=manager), make_uo(), make_version()
    line = make_line(version, uo, project=project)
    at_state(version, "submitted")
    edit = {"line_id": line.pk, "changes": {"label": "Autre"}, "expected_version": 1}
    with pytest.raises(RequestsClosed):
        update_line(actor=manager, **edit)
    assert update_line(actor=officer, **edit).label == "Autre"


def test_an_officer_of_a_bop_writes_on_its_uo_and_on_no_other(db):
    bop = NomenclatureNode.objects.create(code="BOP-1", name="BOP", kind="bop")
    inside, outside = make_uo("UO-1", parent=bop), make_uo("UO-2")
    version = make_version()
    holder = person(Role.BUDGET_OFFICER, "BOP-1", scope_kind=ScopeKind.NOMENCLATURE)
    line = add_lines(actor=holder, version_id=version.pk, lines=[new(inside)])[0]
    assert refused_with(holder, version, [new(outside)]) == {0: PermissionDenied}
    with pytest.raises(PermissionDenied):
        update_line(actor=holder, line_id=line.pk, expected_version=1, changes={"node": outside})


def test_an_edit_keeps_its_reason_and_refuses_a_stale_one(officer):
    line = make_line(make_version(), make_uo())
    edit = {"actor": officer, "line_id": line.pk, "changes": {"nature": "new"}}
    assert update_line(**edit, expected_version=1, reason="Marché renouvelé").version == 2
    assert line.history.first().history_change_reason == "Marché renouvelé"
    with pytest.raises(StaleEdit):
        update_line(**edit, expected_version=1)


def test_a_take_back_with_negative_amounts_stays_one(officer):
    line = make_line(make_version(), make_uo(), is_take_back=True, requested=[("-5", "0")])
    edit = {"actor": officer, "line_id": line.pk, "changes": {"is_take_back": False}}
    with pytest.raises(ValidationError):
        update_line(**edit, expected_version=1)
    ProgrammingAmount.objects.filter(line=line).update(requested_ae=5)
    update_line(**edit, expected_version=1)
    assert not line.amounts.filter(is_take_back=True).exists()


def test_a_line_is_taken_out_once_with_a_reason_and_put_back_as_it_was(officer):
    line = make_line(make_version(), make_uo(), requested=[("5", "5")])
    out = {"actor": officer, "line_id": line.pk}
    with pytest.raises(ValidationError):
        take_line_out(**out, expected_version=1, reason=" ")
    with pytest.raises(LineStands):
        put_line_back(**out, expected_version=1)
    assert take_line_out(**out, expected_version=1, reason="Abandon").taken_out_by == officer
    assert not ProgrammingLine.objects.all().live().exists()
    with pytest.raises(LineOut):
        take_line_out(**out, expected_version=2, reason="Abandon")
    with pytest.raises(LineOut):
        update_line(**out, expected_version=2, changes={"label": "x"})
    back = put_line_back(**out, expected_version=2)
    assert (back.taken_out_at, back.taken_out_reason, back.version) == (None, "", 3)
    assert line.amounts.get(rank=0).requested_ae == 5


def test_nothing_of_a_frozen_version_is_written(officer):
    version, uo = make_version(), make_uo()
    line = make_line(version, uo)
    at_state(version, "validated")
    on = {"actor": officer, "line_id": line.pk, "expected_version": 1}
    writes = (
        lambda: add_lines(actor=officer, version_id=version.pk, lines=[new(uo)]),
        lambda: update_line(**on, changes={"label": "x"}),
        lambda: take_line_out(**on, reason="x"),
        lambda: put_line_back(**on),
    )
    for write in writes:
        with pytest.raises(VersionFrozen):
            write()


class Full(DomainError):
    """What a check of cells raises in these tests."""


SEEN: list = []


def refuse_beyond_ten(actor, version, changes):
    """A check of cells: no operation adds more than ten euros."""
    SEEN.extend(changes)
    if sum(change.delta for change in changes) > 10:
        raise Full


@pytest.fixture
def checked(monkeypatch):
    """The check above, registered for the time of a test."""
    SEEN.clear()
    monkeypatch.setattr(programming_sources, "_CELL_CHECKS", {})
    programming_sources.register_cell_check(f"{__name__}.refuse_beyond_ten")


def test_a_registered_check_refuses_what_is_added_moved_and_put_back_and_sees_what_is_taken_out(
    officer, checked
):
    version, uo, elsewhere = make_version(), make_uo(), make_uo("UO-2")
    with pytest.raises(Full):
        add_lines(actor=officer, version_id=version.pk, lines=[new(uo, None, {0: ("6", "6")})])
    line = make_line(version, uo, requested=[("6", "6")])
    on = {"actor": officer, "line_id": line.pk}
    with pytest.raises(Full):
        update_line(**on, expected_version=1, changes={"node": elsewhere})
    SEEN.clear()
    take_line_out(**on, expected_version=1, reason="x")
    assert [(change.before, change.after) for change in SEEN] == [(Decimal(6), None)] * 2
    with pytest.raises(Full):
        put_line_back(**on, expected_version=2)
    assert not ProgrammingLine.objects.all().live().exists()
