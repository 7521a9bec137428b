"""The round trip of a version: what the file leaves is no change, what it changes is exactly it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from budgets.exceptions import StaleCell, VersionFrozen
from budgets.models import ProgrammingEdit
from budgets.rules.workbook import CELLS, compared, totals
from budgets.services.programming_cells import CellEdit, edit_cells, undo_operation
from budgets.services.programming_lines import take_line_out
from budgets.services.workbooks import upload_workbook, write_changes
from tests.budgets.ledger import make_project, make_uo
from tests.budgets.programming import at_state, make_line, make_version
from tests.budgets.workbooks import (
    FIRST,
    HEADINGS,
    download,
    examined,
    place,
    read,
    rows_of,
    saved,
)
from tests.people import person

CENTS = st.none() | st.integers(min_value=0, max_value=10**11)


@pytest.fixture
def officer(db):
    return person(Role.BUDGET_OFFICER)


@pytest.fixture
def version(db):
    made = make_version("conference")
    uo, project = make_uo(), make_project()
    for number in range(3):
        make_line(
            made, uo, label=f"=Ligne « {number} », été", project=project, contract_code="00120",
            proposed=[(f"{number}00.10", "0"), (None, "7.25"), ("1234567.89", None)],
        )  # fmt: skip
    return made


def write(actor, version, line, after, rank=0, measure="ae"):
    held = getattr(line.amounts.get(rank=rank), f"proposed_{measure}")
    edit = CellEdit(line=line.pk, rank=rank, measure=measure, before=held, after=Decimal(after))
    return edit_cells(actor=actor, version_id=version.pk, edits=[edit])


def amounts(version):
    return {
        (line.pk, one.rank, measure): getattr(one, f"proposed_{measure}")
        for line in version.lines.all()
        for one in line.amounts.all()
        for measure in ("ae", "cp")
    }


@pytest.mark.parametrize("wanted", ["ods", "xlsx"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_workbook_sent_back_as_it_was_downloaded_changes_nothing(
    officer, version, wanted, language
):
    found = examined(version, officer, download(version, officer, wanted, language), wanted)
    assert (found.faults, found.compared.changes, found.refusal) == ([], (), "")
    assert (found.read, found.compared.unchanged, found.left_out) == (3, 24, 0)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    told=st.dictionaries(
        st.tuples(st.integers(0, 2), st.sampled_from(CELLS)), CENTS, min_size=1, max_size=6
    ),
    wanted=st.sampled_from(["ods", "xlsx"]),
)
def test_the_cells_that_were_changed_are_the_changes_exactly(officer, version, told, wanted):
    rows = rows_of(download(version, officer, wanted), wanted)
    first = place(rows, "AE 2027")
    lines = list(version.lines.order_by("pk"))
    before = amounts(version)
    expected = {}
    for (number, cell), cents in told.items():
        value = None if cents is None else Decimal(cents) / 100
        rows[FIRST + number][first + CELLS.index(cell)] = value
        key = (lines[number].pk, *cell)
        if before[key] != value:
            expected[key] = cents
    found = examined(version, officer, saved(rows, wanted), wanted)
    assert not found.faults
    assert {change.key: change.mine for change in found.compared.changes} == expected


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 3), st.integers(0, 3), st.sampled_from(["ae", "cp"])),
        st.tuples(CENTS, CENTS, CENTS),
        max_size=12,
    )
)
def test_a_cell_is_changed_left_or_disputed_by_its_three_values(cells):
    told = {key: (mine, "") for key, (_base, mine, _held) in cells.items()}
    base = {key: one[0] for key, one in cells.items()}
    held = {key: one[2] for key, one in cells.items()}
    found = compared(told, base, held)
    for change in found.changes:
        assert change.mine not in (change.base, change.held)
        assert change.is_conflict == (base[change.key] != held[change.key])
    assert len(found.changes) + found.unchanged == len(cells)
    after = totals(held, found.changes)
    whole = sum(total.difference for total in after.values())
    assert whole == sum((one.mine or 0) - (one.held or 0) for one in found.changes)


def test_what_a_workbook_writes_is_one_operation_undone_as_one(officer, version):
    rows = rows_of(download(version, officer))
    ae, cp = place(rows, "AE 2027"), place(rows, "CP 2028")
    rows[FIRST][ae], rows[FIRST + 1][ae], rows[FIRST + 2][cp] = Decimal("5.55"), 0, None
    content = saved(rows)
    found, done = upload_workbook(
        actor=officer, version_id=version.pk, book=read(version, content), reason="Conférence"
    )
    assert len(found.compared.changes) == len(done.edits) == 3
    edits = ProgrammingEdit.objects.filter(operation=done.id)
    assert {edit.reason for edit in edits} == {"Conférence"}
    again = examined(version, officer, content)
    assert (again.compared.changes, again.compared.moved) == ((), 0)
    undo_operation(actor=officer, version_id=version.pk, operation=done.id)
    assert [edit.after for edit in done.edits if edit.after is None] == [None]
    # The file still says what it said: it is a change again, on cells that moved since.
    assert len(examined(version, officer, content).compared.changes) == 3


def test_a_cell_that_somebody_else_changed_is_a_conflict_with_its_three_values(officer, version):
    rows = rows_of(download(version, officer))
    other = person(Role.BUDGET_OFFICER, username="autre")
    first, second, third = version.lines.order_by("pk")
    write(other, version, first, "11")
    write(other, version, second, "22")
    write(other, version, third, "33")
    ae = place(rows, "AE 2027")
    rows[FIRST][ae], rows[FIRST + 1][ae] = 44, 22
    book = read(version, saved(rows))
    found = examined(version, officer, saved(rows))
    [clash] = found.compared.conflicts
    assert (clash.key, clash.base, clash.mine, clash.held) == ((first.pk, 0, "ae"), 10, 4400, 1100)
    # The second holds what the file says; the third was left alone by the file.
    assert (len(found.compared.changes), found.compared.moved) == (1, 1)
    with pytest.raises(StaleCell) as stale:
        upload_workbook(actor=officer, version_id=version.pk, book=book)
    [told] = stale.value.context["cells"]
    assert (told["before"], told["yours"], told["stored"]) == ("0.10", "44.00", "11.00")
    assert told["by"] == other.username
    _, done = upload_workbook(actor=officer, version_id=version.pk, book=book, conflicts="theirs")
    assert done is None
    _, done = upload_workbook(actor=officer, version_id=version.pk, book=book, conflicts="mine")
    assert [(edit.before, edit.after) for edit in done.edits] == [(11, 44)]


def test_only_the_conflicts_that_are_kept_are_written(officer, version):
    rows = rows_of(download(version, officer))
    first, second, third = version.lines.order_by("pk")
    write(officer, version, first, "11")
    write(officer, version, second, "22")
    for number in range(3):
        rows[FIRST + number][place(rows, "AE 2027")] = 50
    found = examined(version, officer, saved(rows))
    done = write_changes(
        actor=officer, version_id=version.pk, changes=found.compared.changes,
        mine={(second.pk, 0, "ae")},
    )  # fmt: skip
    assert {edit.line for edit in done.edits} == {second.pk, third.pk}
    assert first.amounts.get(rank=0).proposed_ae == 11


def test_rows_taken_away_moved_and_columns_moved_are_read_by_their_names(officer, version):
    rows = rows_of(download(version, officer))
    del rows[FIRST + 1]
    del rows[0]
    rows[1:] = reversed(rows[1:])
    mixed = [[None, *reversed(row)] for row in rows]
    mixed[1][mixed[0].index("AE 2027")] = 9
    # The caption was taken away with its origin: the notes still hold it.
    content = saved([[None, str(_origin(version, officer))], [], *mixed])
    found = examined(version, officer, content)
    assert not found.faults
    assert [change.mine for change in found.compared.changes] == [900]
    assert (found.read, found.left_out) == (2, 1)


def _origin(version, officer):
    return read(version, download(version, officer)).origin


def test_a_column_of_amounts_taken_away_is_left_as_it_is_and_told(officer, version):
    rows = rows_of(download(version, officer))
    gone = place(rows, "CP 2029")
    for row in rows[HEADINGS:]:
        del row[gone]
    found = examined(version, officer, saved(rows))
    assert (found.missing, found.compared.changes, found.faults) == (("2.cp",), (), [])


def test_a_frozen_version_is_downloaded_and_takes_nothing_back(officer, version):
    at_state(version, "validated")
    content = download(version, officer)
    with pytest.raises(VersionFrozen):
        examined(version, officer, content)
    with pytest.raises(VersionFrozen):
        upload_workbook(actor=officer, version_id=version.pk, book=read(version, content))


def test_a_line_taken_out_since_the_download_refuses_what_the_file_changes_on_it(officer, version):
    rows = rows_of(download(version, officer))
    line = version.lines.order_by("pk").first()
    take_line_out(actor=officer, line_id=line.pk, expected_version=1, reason="Doublon")
    assert not examined(version, officer, saved(rows)).faults
    rows[FIRST][place(rows, "AE 2027")] = 1
    [fault] = examined(version, officer, saved(rows)).faults
    assert (fault.code, fault.where) == ("line_out", "Feuille!S3")


def test_both_ways_cost_as_many_queries_for_forty_lines_as_for_three(officer, version):
    costs = []
    examined(version, officer, download(version, officer))
    for _ in range(2):
        with CaptureQueriesContext(connection) as down:
            content = download(version, officer)
        rows = rows_of(content)
        # A line of the same project each time: its file is looked at too.
        row = next(row for row in rows[FIRST:] if "« 1 »" in row[place(rows, "Libellé")])
        row[place(rows, "AE 2027")] = 3
        with CaptureQueriesContext(connection) as up:
            examined(version, officer, saved(rows))
        costs.append((len(down), len(up)))
        node = version.lines.first().node
        for _line in range(40):
            make_line(version, node, proposed=[("1", "1")])
    assert costs[0] == costs[1]
