"""A version of 6 000 lines (R06): what the page holds, and, with STORM=full, how fast it is.

Times are those that the browser measures; on a machine that does other work they would tell of the
machine, so that `make storm` alone asserts them.
"""

from __future__ import annotations

import os
import statistics
import uuid
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db.models import Sum

from budgets.enums import RANKS
from budgets.models import (
    NomenclatureNode,
    ProgrammingAmount,
    ProgrammingLine,
    ProgrammingVersion,
)
from common.models import DataOrigin
from projects.models import PortfolioNode, Project
from tests.budgets.programming import make_version
from tests.e2e.grid import YEAR, Sheet, address, edits

pytestmark = pytest.mark.browser
WHOLE = os.environ.get("STORM") == "full"
GROUPS, LINES = 120, 50
EDITS, SETTLED = (200, 50) if WHOLE else (12, 4)
FICTITIOUS = DataOrigin.FICTITIOUS
WATCH = """() => {
  window.longTasks = [];
  new PerformanceObserver(list => longTasks.push(...list.getEntries().map(e => e.duration)))
    .observe({type: 'longtask', buffered: true});
}"""
# From a key to the frame that shows it.
PAINT = """() => new Promise(resolve => {
  const begun = performance.now();
  const cell = document.activeElement;
  cell.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowDown', bubbles: true}));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
})"""


@pytest.fixture
def large(demo: None) -> ProgrammingVersion:
    """Fifty lines for each of a hundred and twenty projects, 1,01 k€ a year each."""
    version = make_version("conference", YEAR, data_origin=FICTITIOUS)
    node = NomenclatureNode.objects.filter(kind="uo", data_origin=FICTITIOUS).first()
    portfolio = PortfolioNode.objects.filter(data_origin=FICTITIOUS).first()
    projects = Project.objects.bulk_create(
        Project(code=f"GR-{number:03}", title=f"Projet {number}", normalised_title="projet",
                node=portfolio, data_origin=FICTITIOUS)
        for number in range(GROUPS)
    )  # fmt: skip
    lines = ProgrammingLine.objects.bulk_create(
        [
            ProgrammingLine(programming_version=version, node=node, project=project,
                            label=f"Ligne {number}", act_label="Acte", lineage=uuid.uuid4())
            for project in projects
            for number in range(LINES)
        ],
        batch_size=1_000,
    )  # fmt: skip
    amount = Decimal("1010")
    ProgrammingAmount.objects.bulk_create(
        [
            ProgrammingAmount(line=line, rank=rank, proposed_ae=amount, proposed_cp=amount)
            for line in lines
            for rank in RANKS
        ],
        batch_size=2_000,
    )
    return version


def nodes(page: Any) -> int:
    """Return how many nodes the page holds."""
    found: int = page.evaluate("document.getElementsByTagName('*').length")
    return found


def test_six_thousand_lines_are_opened_typed_in_and_added_up(
    visit: Any, large: ProgrammingVersion
) -> None:
    visitor = visit()
    visitor.log_in("budget")
    page = visitor.page
    page.add_init_script(f"({WATCH})()")
    assert visitor.go(address(large)) == 200
    opened = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
    assert page.locator("tr[data-group-row]").count() == GROUPS
    assert nodes(page) <= 15_000
    sheet = Sheet(page)
    assert sheet.foot("total", "0.ae") == Decimal("6060")
    expanded = [expand(page, f"GR-{number:03}") for number in range(6)]
    assert page.locator("tr[data-line]").count() == 300
    assert nodes(page) <= 15_000
    sheet.open("GR-006")
    assert page.locator("tr[data-line]").count() == 300
    keys = [press(page) for _ in range(20)]
    type_many(sheet, page, large)
    tasks = page.evaluate("longTasks")
    told: dict[str, Any] = {
        "open": round(opened), "expand": round(statistics.median(expanded)),
        "key": round(statistics.median(keys), 1), "nodes": nodes(page),
        "longest task": round(max(tasks, default=0)),
    }  # fmt: skip
    print(told)  # noqa: T201 (the figures of the run)
    if WHOLE:
        assert opened <= 2_000
        assert statistics.median(expanded) <= 300
        assert statistics.median(keys) <= 50
        assert max(tasks, default=0) <= 200


def expand(page: Any, key: str) -> float:
    """Open a group; return how long it took, in milliseconds."""
    found: float = page.evaluate(
        """async key => {
          const row = document.querySelector(`tr[data-group-row="${key}"]`);
          const begun = performance.now();
          await pfGrid.sheet.groups.unfold(row, true);
          await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve)));
          return performance.now() - begun;
        }""",
        key,
    )
    return found


def press(page: Any) -> float:
    """Press a key on a cell; return when its frame is shown, in milliseconds."""
    page.evaluate("() => { const c = document.querySelector('[data-cell]'); c.focus(); }")
    found: float = page.evaluate(PAINT)
    return found


class Memory:
    """What a page holds once its garbage is collected: heap, nodes, listeners."""

    # Beyond what it held after `SETTLED` edits: as many megabytes, nodes and listeners.
    MOST = (3.0, 600, 60)

    def __init__(self, page: Any) -> None:
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("Performance.enable")

    def held(self) -> tuple[float, int, int]:
        """Return megabytes of JavaScript, nodes, listeners."""
        for _ in range(2):
            self.devtools.send("HeapProfiler.collectGarbage")
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        heap = next(one["value"] for one in metrics if one["name"] == "JSHeapUsedSize")
        counters = self.devtools.send("Memory.getDOMCounters")
        return round(heap / 1e6, 2), counters["nodes"], counters["jsEventListeners"]


def grown(first: tuple[float, int, int], last: tuple[float, int, int]) -> list[float]:
    """Return what was gained beyond what is allowed, of each measure that was."""
    gains = zip(first, last, Memory.MOST, strict=True)
    return [after - before for before, after, most in gains if after - before > most]


def type_many(sheet: Sheet, page: Any, version: ProgrammingVersion) -> None:
    """Type in many cells: everything is saved, the totals are those of the base, memory stays."""
    lines = list(
        version.lines.filter(project__code="GR-006").order_by("label", "pk").values_list("pk")
    )
    memory = Memory(page)
    settled = memory.held()
    for number in range(EDITS):
        if number == SETTLED:
            sheet.wait_saved(300)
            settled = memory.held()
        (line,) = lines[number % len(lines)]
        place = f"{number % 4}.ae"
        page.locator(f'[data-cell="{line}.{place}"]').click()
        page.keyboard.type(str(10 + number))
        page.keyboard.press("Enter")
    sheet.wait_saved(600)
    assert edits().count() == EDITS
    for rank in RANKS:
        rows = ProgrammingAmount.objects.filter(line__programming_version=version, rank=rank)
        exact = rows.aggregate(total=Sum("proposed_ae"))["total"] / 1000
        shown = exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
        assert sheet.foot("total", f"{rank}.ae") == shown
    after = memory.held()
    print({"settled": settled, "after": after})  # noqa: T201 (the figures of the run)
    assert grown(settled, after) == []


def test_a_page_that_keeps_what_it_paints_is_seen_to_grow(sheet: Sheet) -> None:
    """The twin: cells that nothing shows any more, kept with what they listen to."""
    memory = Memory(sheet.page)
    before = memory.held()
    sheet.page.evaluate(
        """() => { window.kept = []; for (let i = 0; i < 150; i += 1) {
          const row = document.querySelector('tr[data-line]').cloneNode(true);
          row.addEventListener('click', () => row); window.kept.push(row); } }"""
    )
    assert len(grown(before, memory.held())) >= 2
