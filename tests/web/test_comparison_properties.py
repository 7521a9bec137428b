"""Any two of ten versions drawn at random: differences, cascade and foot say the same, to the cent.

What they say is recomputed from the rows, one by one, and read where people and programs read it:
the tables, the pages, the grid, the export of T11, REST.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import Preferences
from budgets.models import ProgrammingVersion
from budgets.tables import programming_compare
from budgets.tables.programming_compare import compare
from budgets.tables.programming_grid import GROUPINGS, groups_of, lines_of, totals_of
from tests.web.comparisons import (
    MEASURES,
    PLAN,
    Drawn,
    Gains,
    cents,
    draw,
    euros,
    gained,
    gains,
    held,
    read_csv,
    script,
    texts,
)

pytestmark = pytest.mark.django_db
WHOLE = os.environ.get("STORM") == "full"
EXAMPLES = 40 if WHOLE else 4
CHECKED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
# A line is added, copied, moved, taken out, put back; another is of no project.
KNOWN = [
    (-1, "requests", [("add", 0, False, [(10**15, 10**15)] * 4), ("add", 3, True, [(7, 3)])]),
    (0, "conference", [("move", 0, 1), ("cell", 1, 2, "cp", 99)]),
    (1, "arbitration", [("out", 0), ("add", 3, False, [(1, None), (None, 10**15 - 1)])]),
    (2, "initial", [("out", 0), ("back", 0)]),
    (-1, "crg1", [("add", 2, False, [(5, 5)])]),
    *[(3, "crg2", [("cell", 0, rank, "ae", 10**rank)]) for rank in range(3)],
    (1, "year_end", [("move", 0, 3), ("out", 0)]),
    (8, "year_end", [("add", 1, True, [(10**15, 0)])]),
]


@CHECKED
@given(plan=PLAN)
def test_any_two_of_ten_versions_tie_in_the_tables(plan: list[Any]) -> None:
    with transaction.atomic():
        tie_every_pair(draw(plan))
        transaction.set_rollback(True)


def test_versions_of_moved_lines_and_of_no_project_tie_in_the_tables() -> None:
    tie_every_pair(draw(KNOWN))


def tie_every_pair(drawn: Drawn) -> None:
    rows = {version.pk: held(version) for version in drawn.versions}
    for version in drawn.versions:
        tie_totals(drawn, version, gained({}, rows[version.pk]))
    for former, version in permutations(drawn.versions, 2):
        told = compare(former, version, drawn.actor)
        found = gained(rows[former.pk], rows[version.pk])
        moves = {}
        for move in told.moves():
            moves |= {(move.project, "ae"): move.ae, (move.project, "cp"): move.cp}
        assert without_zeros(moves) == without_zeros(found.projects)
        shown: dict[tuple[str, int, str], int] = defaultdict(int)
        for one in told.differences:
            assert one.delta
            shown[one.line.project, one.rank, one.measure] += one.delta
        for (_lineage, project, rank, measure), (before, after) in found.cells.items():
            shown[project, rank, measure] -= after - before
        assert not any(shown.values())
        assert len(told.differences) == len(found.cells)
        for measure in MEASURES:
            gain = told.total(measure, after=True) - told.total(measure, after=False)
            listed = sum(one.delta for one in told.differences if one.measure == measure)
            assert gain == listed == found.total(measure)


def tie_totals(drawn: Drawn, version: ProgrammingVersion, found: Gains) -> None:
    """The foot of the grid, its lines grouped in any way, is what the rows add up to."""
    lines = lines_of(version, drawn.actor)
    for by in GROUPINGS:
        sums = totals_of(groups_of(version, lines, by))
        assert without_zeros(sums) == without_zeros(found.after)


def without_zeros(sums: Any) -> dict[Any, int]:
    return {key: value for key, value in sums.items() if value}


@CHECKED
@given(plan=PLAN, pair=st.sampled_from(list(permutations(range(10), 2))))
def test_any_two_of_ten_versions_tie_in_pages_export_and_rest(
    plan: list[Any], pair: tuple[int, int]
) -> None:
    with transaction.atomic():
        tie_where_it_is_read(draw(plan), *pair)
        transaction.set_rollback(True)


@pytest.mark.parametrize("pair", [(0, 3), (3, 0), (1, 9), (9, 4)])
def test_versions_of_moved_lines_and_of_no_project_tie_in_pages_export_and_rest(
    pair: tuple[int, int],
) -> None:
    tie_where_it_is_read(draw(KNOWN), *pair)


def tie_where_it_is_read(drawn: Drawn, first: int, last: int) -> None:
    former, version = drawn.versions[first], drawn.versions[last]
    found = gains(former, version)
    client = Client(headers={"Accept-Language": "fr"})
    client.force_login(drawn.actor)
    Preferences.objects.create(user=drawn.actor, unit="eur")
    url = f"/budget/programmation/2027/V{version.number}/"
    read_pages(client, f"{url}comparer/?avec={former.number}", found)
    read_grid(client, f"{url}?comparer={former.number}", found)
    read_export(client, f"{url}comparer/?avec={former.number}&format=csv", found)
    read_rest(drawn.actor, former, version, found)


def read_pages(client: Client, url: str, found: Gains) -> None:
    """The differences of every page, both cascades with their bars, the totals by year."""
    text = client.get(url).content.decode()
    listed = dict.fromkeys(MEASURES, 0)
    rows: list[list[str]] = []
    for number in range(1, -(-len(found.cells) // 50) + 1):
        page = client.get(f"{url}&page={number}").content.decode()
        rows += texts(page, 'id="differences"', "</table>")
    for row in rows:
        before, after, delta = (cents(cell) for cell in row[5:8])
        assert after - before == delta
        listed[row[4].lower()] += delta
    assert len(rows) == len(found.cells)
    for measure, column in (("ae", 1), ("cp", 4)):
        total = found.total(measure)
        assert listed[measure] == total
        steps = [cents(row[1]) for row in texts(text, f'id="chart-cascade_{measure}"', "</figure>")]
        assert steps[-1] - steps[0] == sum(steps[1:-1]) == total
        years = texts(text, 'id="totals"', "</table>")
        sums = [tuple(cents(cell) for cell in row[column : column + 3]) for row in years]
        assert all(after - before == delta for before, after, delta in sums)
        assert sum(delta for _before, _after, delta in sums) == total
        assert [one[0] for one in sums] == [found.before[f"{rank}.{measure}"] for rank in range(4)]


CELL = (
    r'<td class="pf-num[^"]*"[^>]*data-sum="(\d\.[a-z]+)"[^>]*data-compared="(-?\d+)"[^>]*>([^<]*)<'
)


def read_grid(client: Client, url: str, found: Gains) -> None:
    """The groups of the grid, what they held, and its foot: by project, then by nature."""
    for by in ("project", "nature"):
        text = client.get(f"{url}&par={by}").content.decode()
        if "data-group-row" not in text:
            assert not found.cells
            continue
        groups, foot = text.split("<tfoot>", 1)
        shown: dict[str, int] = defaultdict(int)
        for place, before, after in re.findall(CELL, groups):
            shown[place] += cents(after) - int(before)
        ends = re.findall(CELL, foot.split("</tfoot>", 1)[0])
        assert len(ends) == 8
        for place, before, after in ends:
            assert int(before) == found.before[place]
            assert cents(after) == found.after[place] == script(text, "pf-sheet-sums")[place]
            assert shown[place] == cents(after) - int(before)


def read_export(client: Client, url: str, found: Gains) -> None:
    """T11 holds every difference, exact."""
    rows = read_csv(client.get(url))
    listed = dict.fromkeys(MEASURES, Decimal(0))
    for row in rows:
        before, after, delta = map(Decimal, row[5:8])
        assert after - before == delta
        listed[row[4].lower()] += delta
    assert len(rows) == len(found.cells)
    assert listed == {measure: euros(found.total(measure)) for measure in MEASURES}


def read_rest(
    actor: Any, former: ProgrammingVersion, version: ProgrammingVersion, found: Gains
) -> None:
    """REST tells the same: the differences, the cascade, the years."""
    client = APIClient()
    client.force_authenticate(actor)
    url = f"/api/v1/programming-versions/{version.pk}/comparison/?former={former.pk}"
    told = client.get(url).json()
    assert told["count"] == len(told["results"]) == len(found.cells)
    for measure in MEASURES:
        total = euros(found.total(measure))
        rows = [one for one in told["results"] if one["measure"] == measure]
        assert sum((Decimal(one["difference"]) for one in rows), Decimal(0)) == total
        assert sum((Decimal(one[measure]) for one in told["cascade"]), Decimal(0)) == total
        for year in told["years"]:
            place = f"{year['rank']}.{measure}"
            assert Decimal(year[f"{measure}_before"]) == euros(found.before[place])
            assert Decimal(year[f"{measure}_after"]) == euros(found.after[place])


def test_a_line_taken_out_that_still_counted_would_untie_them(monkeypatch: Any) -> None:
    """The twin: cells read without regard for the life of their line."""
    drawn, honest = draw(KNOWN), programming_compare.lines_of

    def everything(version: Any, user: Any) -> Any:
        return version.lines.all() if version.number % 2 else honest(version, user)

    monkeypatch.setattr(programming_compare, "lines_of", everything)
    with pytest.raises(AssertionError):
        tie_every_pair(drawn)


def test_a_line_that_moved_is_told_by_who_moved_it_and_why() -> None:
    drawn = draw(KNOWN)
    told = compare(drawn.versions[0], drawn.versions[1], drawn.actor)
    moved = [one for one in told.differences if one.state in ("left", "came")]
    assert {(one.line.project, one.state) for one in moved} == {("P-0", "left"), ("P-1", "came")}
    assert {(one.author, one.reason) for one in moved} == {(drawn.actor.username, "Transfert")}


@pytest.mark.parametrize(
    "asked", ["former=0", "former=x", "former=" + "9" * 30, "page=0", "page=" + "9" * 5_000, "x=1"]
)
def test_what_is_no_other_version_of_the_exercise_is_a_fault_of_the_request(asked: str) -> None:
    drawn = draw(KNOWN[:2])
    client = APIClient()
    client.force_authenticate(drawn.actor)
    url = f"/api/v1/programming-versions/{drawn.versions[1].pk}/comparison/"
    assert client.get(url).json()["former"] == drawn.versions[0].pk
    assert client.get(f"{url}?{asked}").status_code == 400
