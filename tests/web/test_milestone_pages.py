"""A milestone as a page: what was approved, what was told, and the form that tells the next day."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from projects.models import MilestoneForecast, Project, Task
from web.charts.slip import SlipCurve, slip_chart

MONDAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel("2026-03-10"):
        yield


def log_in(user: User) -> Client:
    client = Client(headers={"Accept-Language": "fr"})
    client.force_login(user)
    return client


@pytest.fixture
def milestone(project: Project) -> Task:
    made = Task.objects.create(
        project=project, code="J1", name="Recette", kind="milestone", end_on=MONDAY
    )
    MilestoneForecast.objects.create(
        task=made, reported_on=dt.date(2026, 1, 5), forecast_on=MONDAY, reason="Première date",
        source_reference="F-1", recorded_at=timezone.now(),
    )  # fmt: skip
    return made


def told(**changes: str) -> dict[str, str]:
    return {
        "version": "1", "forecast_on": "30/04/2026", "reported_on": "10/03/2026",
        "reason": "Recette en retard",
    } | changes  # fmt: skip


def test_a_milestone_moves_in_one_form_and_the_former_day_stays(milestone, director):
    client = log_in(director)
    answer = client.post(f"/jalons/{milestone.pk}/", told(), follow=True)
    page = answer.content.decode()
    assert "30/04/2026" in page
    assert re.findall(r"<td>(\d\d/\d\d/\d{4})</td><td>(\d\d/\d\d/\d{4})</td>", page) == [
        ("05/01/2026", "02/03/2026"),
        ("10/03/2026", "30/04/2026"),
    ]
    assert "1 jalon sur 1 est plus tardif" in page
    milestone.refresh_from_db()
    assert (milestone.end_on, milestone.version) == (dt.date(2026, 4, 30), 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": ""},
        {"forecast_on": "31/02/2026"},
        {"reported_on": "11/03/2026"},
        {"version": "7"},
    ],
    ids=["no reason", "no such day", "in the future", "stale"],
)
def test_what_is_refused_is_said_beside_what_was_typed(milestone, director, changes):
    typed = told() | changes
    answer = log_in(director).post(f"/jalons/{milestone.pk}/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert typed["forecast_on"] in page
    assert MilestoneForecast.objects.count() == 1


def test_the_next_submission_takes_the_version_that_was_saved_meanwhile(milestone, director):
    Task.objects.update(version=4)
    answer = log_in(director).post(f"/jalons/{milestone.pk}/", told())
    assert 'name="version" value="4"' in answer.content.decode()


def test_who_only_reads_sees_the_forecasts_and_no_form(milestone, controller):
    client = log_in(controller)
    page = client.get(f"/jalons/{milestone.pk}/").content.decode()
    assert "Première date" in page
    assert "Déplacer le jalon" not in page
    assert client.post(f"/jalons/{milestone.pk}/", told()).status_code == 403


def test_a_milestone_that_was_reached_moves_no_more(milestone, director):
    Task.objects.update(actual_end_on=MONDAY)
    page = log_in(director).get(f"/jalons/{milestone.pk}/").content.decode()
    assert "Déplacer le jalon" not in page
    assert "Atteint le" in page


def test_a_task_that_is_no_milestone_has_no_such_page(project, director):
    task = Task.objects.create(project=project, code="T", name="Tâche")
    assert log_in(director).get(f"/jalons/{task.pk}/").status_code == 404


def test_the_plan_shows_the_slip_of_its_milestones(milestone, director):
    page = log_in(director).get("/projets/P-1/plan/").content.decode()
    assert 'id="chart-slip"' in page
    assert f'href="/jalons/{milestone.pk}/"' in page


def heights(points: str) -> list[float]:
    return [float(pair.split(",")[1]) for pair in points.split(" ")]


def draw(*curves: SlipCurve):
    return slip_chart(list(curves), on=dt.date(2026, 3, 10), title="t", conclusion="c", source="s")


def test_a_curve_is_flat_while_stable_rises_when_it_slips_and_ends_on_the_diagonal():
    january, february = dt.date(2026, 1, 5), dt.date(2026, 2, 5)
    chart = draw(SlipCurve("J", [(january, MONDAY), (february, dt.date(2026, 3, 9))], MONDAY))
    (curve,) = [line for line in chart.lines if line.css == "pf-l-ae"]
    first, flat, risen, *_rest = heights(curve.points)
    assert first == flat
    assert risen < flat  # upwards on the drawing
    (mark,) = chart.markers
    (diagonal,) = [line for line in chart.lines if line.css == "pf-s-threshold"]
    (x1, y1), (x2, y2) = [tuple(map(float, one.split(","))) for one in diagonal.points.split(" ")]
    on_it = y1 + (y2 - y1) * (mark.x - x1) / (x2 - x1)
    assert mark.y == pytest.approx(on_it, abs=0.5)


def test_at_most_five_curves_are_drawn_and_none_without_forecast():
    day = dt.date(2026, 1, 5)
    many = draw(*(SlipCurve(f"J{n}", [(day, MONDAY)]) for n in range(8)))
    assert len([line for line in many.lines if line.css.startswith("pf-l-")]) == 5
    assert draw(SlipCurve("J", [])) is None
