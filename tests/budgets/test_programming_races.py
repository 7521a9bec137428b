"""The cells of a version and the numbers of an exercise, wanted by several at the same moment."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.db import connection

from accounts.enums import Role
from budgets.exceptions import NumberTaken, StaleCell
from budgets.models import ProgrammingEdit, ProgrammingVersion
from budgets.services import programming_cells
from budgets.services.programming_cells import CellEdit, edit_cells
from budgets.services.programming_versions import create_version
from tests.budgets.ledger import make_uo
from tests.budgets.programming import make_line, make_version
from tests.people import person
from tests.projects.test_concurrency import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PEOPLE = 6


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


def written(people: int, lines: int = 1) -> tuple[int, int]:
    """Let everybody edit the same cells, which they all read; return who wrote, and who was told.

    Each names the cells in an order of their own.
    """
    version, uo = make_version(), make_uo()
    cells = [make_line(version, uo, requested=[("100", "100")]).pk for _ in range(lines)]
    officers = [person(Role.BUDGET_OFFICER, username=f"officer-{n}") for n in range(people)]
    kept: list[int] = []
    stale: list[int] = []

    def edit(index: int) -> None:
        order = cells if index % 2 else cells[::-1]
        edits = [
            CellEdit(line=pk, rank=0, measure="ae", before=Decimal(100), after=Decimal(101 + index))
            for pk in order
        ]
        try:
            edit_cells(actor=officers[index], version_id=version.pk, edits=edits)
        except StaleCell:
            stale.append(index)
        else:
            kept.append(index)

    race(edit, people)
    return len(kept), len(stale)


def test_of_several_edits_of_the_same_cells_one_is_written_and_the_others_are_told():
    assert written(PEOPLE, lines=20) == (1, PEOPLE - 1)
    assert ProgrammingEdit.objects.count() == 20


def test_without_the_lock_of_the_version_an_edit_is_lost(monkeypatch):
    """The twin: both find the cell as they read it, before either writes it."""
    both_read, honest = threading.Barrier(2), programming_cells._refuse_stale

    def unlocked(version_id: int) -> ProgrammingVersion:
        return ProgrammingVersion.objects.get(pk=version_id)

    def wait(*arguments) -> None:
        honest(*arguments)
        both_read.wait(10)

    monkeypatch.setattr(programming_cells, "lock_version", unlocked)
    monkeypatch.setattr(programming_cells, "_refuse_stale", wait)
    assert written(2) == (2, 0)
    assert set(ProgrammingEdit.objects.values_list("before", flat=True)) == {100}


@pytest.mark.parametrize("first", [True, False])
def test_versions_created_at_once_have_each_their_number(first):
    if not first:
        make_version(number=1)
    officers = [person(Role.BUDGET_OFFICER, username=f"officer-{n}") for n in range(PEOPLE)]
    refused: list[int] = []

    def create(index: int) -> None:
        try:
            create_version(actor=officers[index], fiscal_year=2027, kind="requests")
        except NumberTaken:
            refused.append(index)

    race(create, PEOPLE)
    numbers = sorted(ProgrammingVersion.objects.values_list("number", flat=True))
    assert len(numbers) + len(refused) == PEOPLE + (not first)
    assert numbers == list(range(1, len(numbers) + 1))
