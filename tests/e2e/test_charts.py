"""Every chart of the product and its table: same figures, drawn, named, without a mouse (A07).

The marks are read back by the graduations of the axes, as a person reads them, and compared with
the cells of the table; what the charts of money show is added up from the ledgers. Charts are drawn
by the server: a script that fails takes nothing from them (R03).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db.models import Sum

from budgets.models import Commitment, Payment
from common.fiscal import today
from tests.e2e.keyboard import fault_of_focus, tab_to, without_mouse

pytestmark = pytest.mark.browser
TEMPLATES = Path(settings.BASE_DIR) / "web" / "templates"

# Where each template that draws charts is shown, and the keys of those charts.
PAGES = {
    "web/dashboard/index.html": ("/", ("drift", "execution")),
    "web/projects/sheet.html": ("/projets/EX-02/", ("years", "curves")),
    "web/execution/index.html": ("/budget/execution/", ("months",)),
    "web/execution/availability.html": ("/budget/disponible/", ("steps_ae", "steps_cp")),
    "web/programming/compare.html": (
        "/budget/programmation/2027/V2/comparer/",
        ("cascade_ae", "cascade_cp"),
    ),
    "web/programming/_scenario_charts.html": (
        "/budget/programmation/2027/V2/scenarios/comparer/",
        ("steps_ae", "steps_cp"),
    ),
    "web/projects/_editions.html": ("/projets/EX-02/", ("estimates",)),
}
# Charts that draw themselves: days across, a task or a milestone a row.
DAYS = {"web/charts/_gantt.html", "web/charts/_slip.html"}
PLAN = "/projets/EX-01/plan/"
CHARTS = [(path, key) for path, keys in PAGES.values() for key in keys]
MARKS = "polyline[class^=pf-l], rect[class^=pf-b], .pf-m"
# The drawing as numbers: graduations (place, words), marks with their class, table as text.
READ = """figure => {
  const numbers = (e, ...names) => names.map(name => +e.getAttribute(name));
  const svg = figure.querySelector('svg[role=img]');
  return {
    name: svg.getAttribute('aria-label'),
    labels: [...svg.querySelectorAll('text')].map(e => [...numbers(e, 'x', 'y'),
      e.getAttribute('text-anchor'), e.textContent]),
    lines: [...svg.querySelectorAll('polyline[class^=pf-l]')].map(e => [e.getAttribute('class'),
      e.getAttribute('points').split(' ').map(p => p.split(',').map(Number))]),
    bars: [...svg.querySelectorAll('rect')].map(e => [
      e.getAttribute('class'), ...numbers(e, 'x', 'y', 'width', 'height')]),
    markers: [...svg.querySelectorAll('.pf-m')].map(e => {
      const box = e.getBBox();
      const name = e.querySelector('title').textContent;
      return [box.x + box.width / 2, box.y + box.height / 2, name];
    }),
    rows: [...figure.querySelectorAll('tbody tr')].map(
      row => [...row.cells].map(cell => cell.textContent)),
  };
}"""

# Contrast against the ground of the page, which axe does not compute in a drawing: letters under
# 4.5, curves, bars and markers under 3 (a bar or a marker may stand out by its outline).
FAINT = """figure => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const light = colour => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(figure.closest('.pf-panel')).backgroundColor);
  const ratio = colour => {
    if (colour === 'none') return 0;
    const [low, high] = [light(colour), ground].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  return [...figure.querySelectorAll('svg[role=img] :is(text, [class^=pf-l], rect, .pf-m)')]
    .map(e => [e, getComputedStyle(e)])
    .map(([e, style]) => [e.getAttribute('class'), e.tagName === 'text' ? 4.5 : 3,
      Math.max(ratio(style.fill), ratio(style.stroke))])
    .filter(([, least, found]) => found < least);
}"""
TURN = "theme => { document.documentElement.dataset.frTheme = theme; }"


def value(text: str) -> float:
    """Return the number that a text begins with, as French writes it."""
    found = re.search(r"[+−-]?\d[\d\u00a0\u202f ]*(?:,\d+)?", text)
    assert found, text
    plain = re.sub(r"[\u00a0\u202f ]", "", found[0]).replace("−", "-").replace(",", ".")
    return float(plain)


def scale(graduations: list[tuple[float, float]]) -> Any:
    """Return the function from a place on the drawing to a value, by its graduations."""
    (a, low), (b, high) = min(graduations), max(graduations)
    step = (high - low) / (b - a)
    assert all(abs(low + (at - a) * step - shown) < 0.51 for at, shown in graduations)
    return lambda at: low + (at - a) * step


def vertical(drawn: dict[str, Any]) -> Any:
    """Return the scale of the vertical axis: labels that end at the left of the grid."""
    return scale(
        [
            (y - 4, value(text))
            for x, y, anchor, text in drawn["labels"]
            if anchor == "end" and x < 60 and re.search(r"\d", text)
        ]
    )


def read_curves(drawn: dict[str, Any]) -> None:
    """Each known cell of the table is one point of its curve, at its height."""
    height = vertical(drawn)
    columns = list(zip(*drawn["rows"], strict=True))[1:]
    assert len(drawn["lines"]) == len(columns)
    for (css, points), cells in zip(drawn["lines"], columns, strict=True):
        known = [value(cell) for cell in cells if cell != "–"]
        assert len(points) == len(known), css
        shown = [height(y) for _x, y in points]
        assert shown == pytest.approx(known, abs=0.02, rel=0.01), css
        assert points == sorted(points), css


def read_bars(drawn: dict[str, Any]) -> None:
    """Each cell, in euros, is one bar, in millions."""
    height = vertical(drawn)
    cells = [[value(cell) / 1e6 for cell in row[1:]] for row in drawn["rows"]]
    bars = sorted(drawn["bars"], key=lambda bar: bar[1])
    shown = [height(y) - height(y + tall) for _css, _x, y, _width, tall in bars]
    assert shown == pytest.approx([abs(v) for row in cells for v in row], abs=0.02, rel=0.01)


def read_cascade(drawn: dict[str, Any]) -> None:
    """A sum reaches its height; a change is as tall as it is, to the tenth of a pixel drawn."""
    height = vertical(drawn)
    pixel = abs(height(0) - height(0.2))
    for (_name, cell), (css, _x, y, _width, tall) in zip(drawn["rows"], drawn["bars"], strict=True):
        euros = value(cell) / 1e6
        if css.endswith("-open"):
            assert height(y) - height(y + tall) == pytest.approx(abs(euros), abs=pixel), css
        else:
            assert height(y) == pytest.approx(euros, abs=pixel), css


def read_map(drawn: dict[str, Any]) -> None:
    """Each row of the table is one mark, at its slip and its cost gap."""
    height = vertical(drawn)
    bottom = max(y for _x, y, anchor, _text in drawn["labels"] if anchor == "middle")
    along = scale(
        [
            (x, value(text))
            for x, y, anchor, text in drawn["labels"]
            if anchor == "middle" and bottom - 20 < y < bottom
        ]
    )
    marks = {title.split(" : ")[0]: (x, y) for x, y, title in drawn["markers"]}
    assert len(marks) == len(drawn["rows"])
    for name, _weather, _cost, gap, slip in drawn["rows"]:
        x, y = marks[name.split(" ", 1)[1]]
        assert (along(x), height(y)) == pytest.approx((value(slip), value(gap)), abs=0.3), name


def beyond(rows: list[list[str]]) -> int:
    """Return how many projects of the map are beyond a threshold, by the cells alone."""
    return sum(value(gap) > 15 or value(slip) > 6 for _n, _w, _c, gap, slip in rows)


def main_numbers(key: str, rows: list[list[str]]) -> list[str]:
    """Return what a person would remember of a chart, from the cells of its table."""
    if key == "drift":
        return [f"{beyond(rows)} ", f" {len(rows)} "]
    if key == "execution":
        return [rows[today().month - 1][2], rows[today().month - 1][4]]
    if key == "years":
        return [
            rows[-1][0],
            *(f"{value(cell) / 1e6:.2f}".replace(".", ",") for cell in rows[-1][1:]),
        ]
    if key.startswith(("steps", "cascade")):
        return [f"{value(rows[-1][1]) / 1e6:.2f}".replace(".", ",")]
    known = [row for row in rows if row[2 if key == "curves" else 1] != "–"]
    return [cell for cell in known[-1][1 : 4 if key == "curves" else 2] if cell != "–"]


READERS = {
    "drift": read_map, "years": read_bars, "steps_ae": read_bars, "steps_cp": read_bars,
    "cascade_ae": read_cascade, "cascade_cp": read_cascade,
}  # fmt: skip


@pytest.mark.parametrize(("path", "key"), CHARTS)
def test_the_table_of_a_chart_is_its_drawing(visit: Any, path: str, key: str) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    page = without_mouse(visitor)
    visitor.go(path)
    figure = page.locator(f"#chart-{key}")
    drawn = figure.evaluate(READ)
    assert figure.locator("svg[role=img]").locator(MARKS).count() >= 1
    assert len(drawn["rows"]) >= 1
    READERS.get(key, read_curves)(drawn)
    for number in main_numbers(key, drawn["rows"]):
        assert number in drawn["name"]

    table = figure.locator(".pf-chart__twin table")
    assert table.is_hidden()
    tab_to(page, f"#chart-{key} summary")
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert fault_of_focus(page) == ""
    page.keyboard.press("Space")
    assert table.is_hidden()
    assert visitor.complaints == []


def test_a_plan_is_drawn_task_by_task_as_its_table_tells(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    assert visitor.go(PLAN) == 200
    page = visitor.page
    gantt, rows = (
        page.locator("#chart-gantt"),
        page.locator("section[aria-labelledby=tasks] tbody tr"),
    )
    shown = gantt.locator("svg[role=img]")
    marks = shown.locator("rect.pf-g-bar, rect.pf-g-summary, polygon.pf-g-mark").count()
    assert marks == rows.count() > 1
    conclusion = gantt.locator(".pf-chart__conclusion").inner_text()
    assert conclusion in str(shown.get_attribute("aria-label"))
    slip = page.locator("#chart-slip")
    drawn = slip.evaluate(READ)
    named = {row[0] for row in drawn["rows"]}
    assert len(named) > 1
    assert named <= {label[3] for label in drawn["labels"]}
    assert len(drawn["lines"]) >= len(named)
    assert visitor.complaints == []


@pytest.mark.parametrize("path", sorted({PLAN, *(path for path, _key in CHARTS)}))
def test_letters_and_marks_stand_out_in_both_themes(visit: Any, path: str) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    visitor.go(path)
    for theme in ("light", "dark"):
        visitor.page.evaluate(TURN, theme)
        for figure in visitor.page.locator("figure.pf-chart").all():
            assert figure.evaluate(FAINT) == [], theme


def test_the_pages_with_a_chart_are_all_of_those_that_draw_one() -> None:
    drawing = set()
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        name = template.relative_to(TEMPLATES).as_posix()
        if "charts/_chart.html" in text:
            drawing.add(name)
            keys = re.findall(r"with chart=(\w+)_chart", text)
            assert sorted(keys) == sorted(PAGES[name][1]), name
        if name not in DAYS | {"web/charts/_chart.html"}:
            assert "<canvas" not in text, name
            assert not re.search(r"pf-svg[^>]*role=.img", text), name
    assert drawing == set(PAGES)


def test_the_charts_of_the_year_add_up_to_the_ledgers(visit: Any) -> None:
    visitor = visit()
    visitor.log_in("directrice")
    visitor.go("/")
    rows = visitor.page.locator("#chart-execution").evaluate(READ)["rows"]
    day, shown = today(), rows[today().month - 1]
    year = {"fiscal_year": day.year, "data_origin": "fictitious"}
    signed = Commitment.objects.filter(**year, committed_on__lte=day).aggregate(s=Sum("amount"))[
        "s"
    ]
    paid = Payment.objects.filter(**year, paid_on__lte=day).aggregate(s=Sum("amount"))["s"]
    assert value(shown[2]) == pytest.approx(float(signed) / 1e6, abs=0.0051)
    assert value(shown[4]) == pytest.approx(float(paid) / 1e6, abs=0.0051)


@pytest.mark.parametrize("path", sorted({path for path, _key in CHARTS}))
def test_charts_and_tables_stand_when_every_script_fails(
    visit: Any, chromium: Any, path: str
) -> None:
    """R03: no chart is drawn by a script, so that none can become unavailable."""
    visitor = visit()
    visitor.log_in("directrice")
    page = visitor.page
    broken: list[str] = []

    def fail(route: Any) -> None:
        broken.append(route.request.url)
        route.fulfill(content_type="text/javascript", body="throw new Error('injected');")

    visitor.go(path)
    whole = page.locator("figure.pf-chart").evaluate_all("all => all.map(e => e.outerHTML)")
    page.route(re.compile(r"\.js(\?|$)"), fail)
    visitor.go(path)
    assert len(broken) >= 3
    assert page.locator("figure.pf-chart").evaluate_all("all => all.map(e => e.outerHTML)") == whole
    for figure in page.locator("figure.pf-chart").all():
        assert figure.locator(MARKS).count() >= 1
        figure.locator("summary").click()
        assert figure.locator("table").is_visible()
    injected = [fault for fault in chromium.faults if "injected" in fault]
    assert len(injected) == len(broken)
    for fault in injected:
        chromium.faults.remove(fault)
