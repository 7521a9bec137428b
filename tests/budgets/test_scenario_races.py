"""A scenario accepted while a cell of it is edited: one of the two is told, nothing is lost."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from budgets.exceptions import StaleCell
from budgets.models import ProgrammingAmount, ProgrammingEdit
from budgets.services import programming_cells
from budgets.services.scenario_acceptance import accept_scenario
from budgets.services.scenarios import Proposal, create_scenario, set_changes
from tests.budgets.rounds import Round, make_round
from tests.budgets.test_round_races import at_once, unlocked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ROUNDS = 6


@pytest.fixture(autouse=True)
def on_postgresql() -> None:
    """Rows are locked by PostgreSQL; SQLite serialises writers (BEGIN IMMEDIATE)."""
    if connection.vendor != "postgresql":
        pytest.skip("the race needs PostgreSQL (make test-postgres)")


def held_in(held: Round) -> Decimal | None:
    return ProgrammingAmount.objects.get(line=held.lines[0], rank=0).requested_ae


def race(held: Round, name: str, edited: int) -> list[Any]:
    """Accept a scenario that lowers a cell while the deputy edits that cell."""
    officer, line = held.people["officer"], held.lines[0]
    scenario = create_scenario(actor=officer, version_id=held.version.pk, name=name)
    lower = Proposal(line=line.pk, rank=0, measure="ae", after=Decimal(60))
    set_changes(actor=officer, scenario_id=scenario.pk, expected_version=1, cells=[lower])
    edit = programming_cells.CellEdit(
        line=line.pk, rank=0, measure="ae", before=held_in(held), after=Decimal(edited)
    )
    deputy, version = held.people["deputy"], held.version.pk
    return at_once(
        lambda: accept_scenario(actor=officer, scenario_id=scenario.pk, expected_version=2),
        lambda: programming_cells.edit_cells(actor=deputy, version_id=version, edits=[edit]),
    )


def test_of_an_acceptance_and_an_edit_of_its_cell_one_is_told_both_values() -> None:
    held = make_round()
    for number in range(ROUNDS):
        accepted, edited = race(held, f"Essai {number}", 200 + number)
        refused = [one for one in (accepted, edited) if isinstance(one, StaleCell)]
        assert len(refused) == 1, (accepted, edited)
        [cell] = refused[0].context["cells"]
        kept = 200 + number if refused[0] is accepted else 60
        assert (cell["stored"], held_in(held)) == (f"{kept}.00", Decimal(kept))
        held.edit("officer", held.lines[0], "100")


def test_without_the_lock_of_the_version_the_edit_or_the_scenario_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: both find the cell as they read it, before either writes it."""
    held = make_round()
    both, honest = threading.Barrier(2), programming_cells._refuse_stale

    def meet(*given: Any) -> None:
        honest(*given)
        both.wait(10)

    for module in ("programming_cells", "scenario_acceptance"):
        monkeypatch.setattr(f"budgets.services.{module}.lock_version", unlocked)
    monkeypatch.setattr(programming_cells, "_refuse_stale", meet)
    done = race(held, "Essai", 200)
    assert not any(isinstance(one, Exception) for one in done), done
    assert list(ProgrammingEdit.objects.values_list("before", flat=True)) == [100, 100]
