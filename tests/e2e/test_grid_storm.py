"""Two people on the same grid, in two pages, in any order: each conflict is shown, nothing is lost.

The seed is printed; STORM_SEED plays it again.
"""

from __future__ import annotations

import os
import random
import sys
from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.grid import Sheet, address, edits, number, recomputed, saved

pytestmark = pytest.mark.browser
WHOLE = os.environ.get("STORM") == "full"
SEED = int(os.environ.get("STORM_SEED", "20261126"))
TURNS = 80 if WHOLE else 16
PLACES = ("0.ae", "1.ae")


class Seat:
    """Somebody at a page: what it shows of each cell, and how many conflicts it was shown."""

    def __init__(self, visit: Any, version: Any, lines: Any) -> None:
        self.visitor = visit()
        self.visitor.log_in("budget")
        self.visitor.go(address(version))
        self.sheet = Sheet(self.visitor.page)
        self.sheet.open(lines[0].project.code)
        self.conflicts = 0

    def write(self, line: Any, place: str, thousands: int, choice: str) -> Decimal | None:
        """Type an amount; what the cell showed differs from the base: a dialog tells both values.

        Returns what the base held instead, None without a conflict.
        """
        shown, stored = self.sheet.value(line, place), (saved(line, place) or Decimal(0)) / 1000
        self.sheet.type(line, place, str(thousands))
        if shown in (stored, thousands):
            self.sheet.wait_saved()
            assert not self.sheet.page.locator("#pf-sheet-conflict").is_visible()
            return None
        dialog = self.sheet.page.locator("#pf-sheet-conflict")
        dialog.wait_for()
        told = [number(text) for text in dialog.locator("tbody td").all_inner_texts()]
        assert told[:2] == [thousands, stored]
        self.conflicts += 1
        dialog.locator(f"button[value='{choice}']").click()
        self.sheet.wait_saved()
        return stored


def test_every_conflict_of_two_pages_is_shown_and_nothing_is_lost(
    visit: Any, version: Any, lines: Any
) -> None:
    sys.stdout.write(f"STORM_SEED={SEED}\n")
    chance = random.Random(SEED)
    seats = [Seat(visit, version, lines), Seat(visit, version, lines)]
    for _ in range(TURNS):
        seat, line, place = chance.choice(seats), lines[0], chance.choice(PLACES)
        if chance.random() < 0.15:
            seat.sheet.page.evaluate("pfGrid.sheet.others.poll()")
            continue
        amount, choice = chance.randint(101, 900), chance.choice(["mine", "theirs"])
        before = saved(line, place)
        seat.write(line, place, amount, choice)
        kept = saved(line, place)
        assert kept in (before, amount * 1000)
        assert seat.sheet.value(line, place) == (kept or 0) / 1000
    assert sum(seat.conflicts for seat in seats) > 2
    replay(lines)
    for seat in seats:
        seat.sheet.page.evaluate("pfGrid.sheet.others.poll()")
        for place in PLACES:
            seat.sheet.page.wait_for_function(
                "([place, cents]) => pfGrid.sheet.sums.value(place) === cents",
                arg=[place, int(recomputed(version, place) * 100_000)],
            )
            assert seat.sheet.foot("total", place) == recomputed(version, place)


def replay(lines: Any) -> None:
    """What the base holds is what the edits say, each on top of the one before."""
    for line in lines[:1]:
        for place in PLACES:
            rank, measure = place.split(".")
            rows = edits().filter(line=line, rank=int(rank), measure=measure).order_by("pk")
            held: Any = Decimal(100_000 * (lines.index(line) + 1))
            for row in rows:
                assert row.before == held
                held = row.after
            assert saved(line, place) == held


def test_without_the_check_of_what_was_read_no_conflict_is_shown(
    visit: Any, version: Any, lines: Any, monkeypatch: Any
) -> None:
    """The twin: the second writes over the first without having read it."""
    module = "budgets.services.programming_cells._refuse_stale"
    monkeypatch.setattr(module, lambda *_given: None)
    first, second = Seat(visit, version, lines), Seat(visit, version, lines)
    first.write(lines[0], "0.ae", 150, "mine")
    second.sheet.type(lines[0], "0.ae", "250")
    second.sheet.wait_saved()
    assert not second.sheet.page.locator("#pf-sheet-conflict").is_visible()
    with pytest.raises(AssertionError):
        replay(lines)
