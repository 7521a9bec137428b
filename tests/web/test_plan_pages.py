"""The plan of a project as a page: the table says what the Gantt draws, over any baseline."""

from __future__ import annotations

import datetime as dt
import re
import time
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from projects.models import Baseline, BaselineTask, Dependency, Project, Task
from web.projects.plan_selectors import plan_shown
from web.projects.plan_views import plan_gantt

MONDAY = dt.date(2026, 3, 2)
PAGE = "/projets/P-1/plan/"


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel("2026-03-10"):
        yield


@pytest.fixture
def client(director: User) -> Client:
    found = Client(headers={"Accept-Language": "fr"})
    found.force_login(director)
    return found


def add_task(project: Project, code: str, first: int, last: int, **fields: Any) -> Task:
    values = {
        "name": f"Tâche {code}",
        "start_on": MONDAY + dt.timedelta(days=first),
        "end_on": MONDAY + dt.timedelta(days=last),
    } | fields
    return Task.objects.create(project=project, code=code, rank=Task.objects.count(), **values)


def freeze(project: Project, number: int, **days: int) -> None:
    baseline = Baseline.objects.create(
        project=project, number=number, approved_on=MONDAY, recorded_at="2026-03-01T08:00:00Z"
    )
    for code, day in days.items():
        BaselineTask.objects.create(
            baseline=baseline,
            task=Task.objects.get(code=code),
            start_on=MONDAY,
            end_on=MONDAY + dt.timedelta(days=day),
        )


@pytest.fixture
def plan(project: Project) -> None:
    first = add_task(project, "A", 0, 4, cost=Decimal("1200.50"), percent_complete=50)
    last = add_task(project, "M", 0, 11, kind="milestone", start_on=None)
    add_task(project, "Z", 0, 1, state="closed", closed_on=MONDAY, closing_reason="x")
    Dependency.objects.create(predecessor=first, successor=last)
    freeze(project, 0, A=1, M=1)
    freeze(project, 1, A=4, M=9)


def rows(page: str) -> dict[str, list[str]]:
    """Return the cells of the table by code."""
    found = re.findall(r'<tr id="task-\d+">(.*?)</tr>', page, re.DOTALL)
    cells = [[re.sub(r"<[^>]+>", "", one) for one in re.split(r"</t[dh]>", row)] for row in found]
    return {row[0]: row[1:-1] for row in cells}


def test_the_table_has_both_slips_the_float_and_the_cost(client, plan):
    page = client.get(PAGE).content.decode()
    assert rows(page) == {
        "A": [
            "Tâche A", "02/03/2026", "06/03/2026", "06/03/2026", "0\u00a0jours", "03/03/2026",
            "+3\u00a0jours", "4", "50,0\u00a0%", "1\u00a0200,50",
        ],
        "M": [
            "Tâche M (jalon)", "–", "13/03/2026", "11/03/2026", "+2\u00a0jours", "03/03/2026",
            "+10\u00a0jours", "critique", "–", "–",
        ],
    }  # fmt: skip
    assert "1 tâche close est laissée de côté." in page
    assert "Le planning finit le 13/03/2026, +2\u00a0jours par rapport à B1." in page


def test_baseline_0_alone_is_chosen_by_the_address(client, plan):
    found = rows(client.get(f"{PAGE}?reference=0").content.decode())
    assert found["A"][3:5] == ["03/03/2026", "+3\u00a0jours"]
    assert len(found["A"]) == 8
    for wrong in ("7", "x", "9" * 30):
        assert client.get(f"{PAGE}?reference={wrong}").status_code == 200


def test_the_chart_draws_each_bar_each_milestone_its_baseline_and_today(client, plan, project):
    chart = plan_gantt(plan_shown(project, None))
    assert [bar.css for bar in chart.bars] == ["pf-g-base", "pf-g-bar"]
    assert [one.css for one in chart.markers] == ["pf-g-base-mark", "pf-g-mark pf-g-critical"]
    base, bar = chart.bars
    # The same days: the same place and the same width; half of it is done.
    assert (bar.x, bar.width) == (base.x, base.width)
    assert bar.done == pytest.approx(bar.width / 2, abs=0.1)
    assert chart.today is not None
    assert bar.x + bar.width < chart.today.x < chart.markers[1].x
    page = client.get(PAGE).content.decode()
    assert page.count('<rect class="pf-g-bar" x="') == 2  # the legend has one


def test_a_plan_that_a_link_contradicts_says_so(client, plan, project):
    late = add_task(project, "L", 0, 0)
    Dependency.objects.create(predecessor=Task.objects.get(code="M"), successor=late)
    page = client.get(PAGE).content.decode()
    assert f'<a href="#task-{late.pk}">L</a> (13/03/2026)' in page


def test_a_project_without_plan_says_where_its_tasks_come_from(client, project):
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "n’a pas encore de planning" in page.content.decode()


@pytest.mark.parametrize("form", ["csv", "csv-fr", "xlsx", "ods", "schema"])
def test_the_table_is_exported_in_each_format(client, plan, form):
    answer = client.get(f"{PAGE}?format={form}")
    assert answer.status_code == 200
    content = answer.getvalue()
    if form == "csv":
        lines = content.decode().splitlines()
        assert len(lines) == 3
        assert ",2026-03-02,2026-03-06," in lines[1]
    assert client.get(f"{PAGE}?format=exe").status_code == 404


def test_the_number_of_queries_does_not_depend_on_that_of_the_tasks(client, plan, project):
    counts = []
    client.get(PAGE)
    for turn in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
        Task.objects.bulk_create(
            Task(project=project, code=f"B{turn}-{n}", name="x", start_on=MONDAY, end_on=MONDAY)
            for n in range(50)
        )
    assert counts[0] == counts[1]


def test_a_gantt_of_five_hundred_bars_costs_at_most_three_times_its_table(plan, project):
    Task.objects.bulk_create(
        Task(
            project=project, code=f"B{n}", name=f"Tâche {n}", rank=n, cost=Decimal(n),
            start_on=MONDAY + dt.timedelta(days=n), end_on=MONDAY + dt.timedelta(days=n + 30),
            percent_complete=Decimal(n % 100),
        )
        for n in range(500)
    )  # fmt: skip
    shown = plan_shown(project, None)
    render_to_string("web/charts/_gantt.html", {"chart": plan_gantt(plan_shown(project, 0))})
    start = time.perf_counter()
    drawn = render_to_string("web/charts/_gantt.html", {"chart": plan_gantt(shown)})
    chart = time.perf_counter() - start
    rows_of = '{% for row in plan.rows %}{% include "web/projects/_plan_row.html" %}{% endfor %}'
    template = engines["django"].from_string(rows_of)
    template.render({"plan": plan_shown(project, 0)})
    start = time.perf_counter()
    table = template.render({"plan": shown, "beside_first": True})
    whole = time.perf_counter() - start
    assert drawn.count("pf-g-bar") > 500
    assert table.count("<tr") == 502
    assert chart <= 3 * whole
