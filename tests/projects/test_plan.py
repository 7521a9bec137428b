"""Plans edited by hand: links without cycle, forecasts that stay, baselines that freeze."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.exceptions import RecordEnded
from accounts.models import AuditEvent, User
from accounts.services.owned import create_record, move_record, update_record
from common.exceptions import StaleEdit
from projects.enums import LinkKind, TaskKind
from projects.exceptions import BaselineNeedsDecision, PlanCycle, ProjectClosed
from projects.models import BaselineTask, MilestoneForecast, Project, Task
from projects.services.baselines import approve_baseline
from projects.services.plan import TASKS, forecast_milestone, link_tasks, unlink_tasks
from projects.services.plan_network import positions
from projects.services.projects import close_project

MONDAY = dt.date(2026, 3, 2)


def days_later(count: int) -> dt.date:
    return MONDAY + dt.timedelta(days=count)


def add(actor: User, project: Project, code: str, **fields: Any) -> Task:
    values = {"code": code, "project": project, "name": f"Tâche {code}"} | fields
    created: Task = create_record(actor=actor, kind=TASKS, fields=values, draft=False)
    return created


def work(actor: User, project: Project, code: str, first: int, last: int, **fields: Any) -> Task:
    return add(actor, project, code, start_on=days_later(first), end_on=days_later(last), **fields)


def link(actor: User, before: Task, after: Task, kind: str = LinkKind.FINISH_START, lag: int = 0):
    return link_tasks(actor=actor, predecessor=before, successor=after, kind=kind, lag_days=lag)


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel("2026-03-10"):
        yield


@pytest.fixture
def plan(project: Project, director: User) -> dict[str, Task]:
    """Two weeks: A then B and C side by side, then the milestone M, under a summary S."""
    summary = work(director, project, "S", 0, 11, kind=TaskKind.SUMMARY)
    below = {"parent": summary}
    tasks = {
        "S": summary,
        "A": work(director, project, "A", 0, 2, **below),
        "B": work(director, project, "B", 3, 11, **below),
        "C": work(director, project, "C", 3, 4, **below),
        "M": add(director, project, "M", kind=TaskKind.MILESTONE, end_on=days_later(11)),
    }
    for before, after in (("A", "B"), ("A", "C"), ("B", "M"), ("C", "M")):
        link(director, tasks[before], tasks[after])
    return tasks


def test_floats_and_the_critical_path_follow_the_links(project, plan):
    found = positions(project.pk)
    spare = {code: found[task.pk].total_float for code, task in plan.items()}
    assert spare == {"S": 0, "A": 0, "B": 0, "C": 5, "M": 0}
    critical = {code for code, task in plan.items() if found[task.pk].is_critical}
    assert critical == {"S", "A", "B", "M"}
    assert found[plan["M"].pk].early_end_on == days_later(11)
    assert not any(position.is_pushed for position in found.values())


def test_a_day_that_a_link_contradicts_is_told_and_kept(project, plan, director):
    late = work(director, project, "L", 0, 0)
    link(director, plan["M"], late, lag=2)
    position = positions(project.pk)[late.pk]
    assert position.is_pushed
    # Two working days are left free after Friday 13: Monday and Tuesday.
    assert position.early_start_on == days_later(16)
    late.refresh_from_db()
    assert late.start_on == MONDAY


def test_a_link_to_a_summary_holds_what_is_below(project, plan, director):
    before = work(director, project, "X", 0, 4)
    link(director, before, plan["S"])
    found = positions(project.pk)
    assert found[plan["A"].pk].early_start_on == days_later(7)
    assert found[plan["S"].pk].is_pushed


def test_a_link_that_turns_round_is_refused_and_names_the_tasks(plan, director):
    with pytest.raises(PlanCycle) as refused:
        link(director, plan["M"], plan["A"])
    assert "A → C → M → A" in str(refused.value)
    with pytest.raises(PlanCycle):
        link(director, plan["A"], plan["S"])


def test_a_link_taken_out_leaves_its_history(plan, director):
    made = plan["C"].links_in.get()
    key = made.pk
    unlink_tasks(actor=director, link=made)
    assert not plan["C"].links_in.exists()
    assert [row.history_type for row in type(made).history.filter(id=key)] == ["-", "+"]


def test_tasks_of_two_projects_are_not_linked(plan, project, director):
    other = Project.objects.create(code="P-2", title="Deux", node=project.node)
    with pytest.raises(ValidationError):
        link(director, plan["A"], work(director, other, "A", 0, 1))


def test_nobody_adds_a_task_to_the_project_of_others(project, manager):
    with pytest.raises(PermissionDenied):
        work(manager, project, "A", 0, 1)


def test_the_plan_of_a_closed_project_is_read_only(plan, project, director):
    version = Project.objects.get(pk=project.pk).version
    close_project(
        actor=director,
        project_id=project.pk,
        expected_version=version,
        closed_on=MONDAY,
        reason="x",
    )
    with pytest.raises(ProjectClosed):
        work(director, project, "Z", 0, 1)
    with pytest.raises(ProjectClosed):
        forecast(director, plan["M"], days_later(20))


@pytest.mark.parametrize("code", ["A", "M"])
def test_only_a_summary_has_tasks_below_it(plan, project, director, code):
    with pytest.raises(ValidationError) as refused:
        work(director, project, "Z", 0, 1, parent=plan[code])
    assert "parent" in refused.value.message_dict


def test_a_summary_does_not_stand_below_itself(plan, project, director):
    inner = work(director, project, "T", 0, 1, kind=TaskKind.SUMMARY, parent=plan["S"])
    with pytest.raises(ValidationError):
        update_record(
            actor=director,
            kind=TASKS,
            record_id=plan["S"].pk,
            expected_version=1,
            changes={"parent": inner},
        )


@pytest.mark.parametrize(
    "fields",
    [
        {"start_on": days_later(3), "end_on": days_later(2)},
        {"kind": TaskKind.MILESTONE, "start_on": MONDAY},
        {"kind": TaskKind.MILESTONE, "duration_days": 2},
        {"cost": Decimal("-1")},
        {"percent_complete": Decimal("100.01")},
        {"actual_start_on": days_later(2), "actual_end_on": days_later(1)},
    ],
)
def test_a_task_that_breaks_a_rule_is_refused_by_the_database_too(project, director, fields):
    with pytest.raises(ValidationError):
        add(director, project, "Z", **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(project=project, code="Z", name="z", **fields)


def forecast(actor: User, task: Task, day: dt.date, **fields: Any) -> MilestoneForecast:
    task.refresh_from_db()
    values = {"reason": "Recette en retard", "expected_version": task.version} | fields
    return forecast_milestone(actor=actor, task_id=task.pk, forecast_on=day, **values)


def test_a_milestone_moves_by_forecasts_that_stay(plan, director):
    milestone = plan["M"]
    forecast(director, milestone, days_later(20))
    forecast(director, milestone, days_later(18), reason="Renfort")
    milestone.refresh_from_db()
    assert milestone.end_on == days_later(18)
    told = list(milestone.forecasts.values_list("forecast_on", flat=True))
    assert told == [days_later(11), days_later(20), days_later(18)]
    assert AuditEvent.objects.filter(verb="milestone_forecast").count() == 2


def test_a_forecast_told_of_an_earlier_day_is_kept_and_moves_nothing(plan, director):
    milestone = plan["M"]
    forecast(director, milestone, days_later(20))
    forecast(director, milestone, days_later(30), reported_on=dt.date(2026, 2, 1))
    milestone.refresh_from_db()
    assert milestone.end_on == days_later(20)
    assert milestone.forecasts.first().forecast_on == days_later(30)


@pytest.mark.parametrize(
    ("code", "fields", "error"),
    [
        ("A", {}, ValidationError),
        ("M", {"reason": ""}, ValidationError),
        ("M", {"reported_on": dt.date(2026, 3, 11)}, ValidationError),
        ("M", {"expected_version": 7}, StaleEdit),
    ],
    ids=["no milestone", "no reason", "in the future", "stale"],
)
def test_a_forecast_that_breaks_a_rule_is_refused(plan, director, code, fields, error):
    with pytest.raises(error):
        forecast(director, plan[code], days_later(20), **fields)
    assert MilestoneForecast.objects.count() == 1


def test_a_closed_milestone_is_forecast_no_more(plan, director):
    move_record(
        actor=director,
        kind=TASKS,
        record_id=plan["M"].pk,
        expected_version=1,
        move="close",
        on=MONDAY,
        reason="Abandonné",
    )
    with pytest.raises(RecordEnded):
        forecast(director, plan["M"], days_later(20))


def test_the_day_of_a_milestone_is_not_edited_otherwise(plan, director):
    with pytest.raises(ValidationError) as refused:
        update_record(
            actor=director,
            kind=TASKS,
            record_id=plan["M"].pk,
            expected_version=1,
            changes={"end_on": days_later(30)},
        )
    assert "end_on" in refused.value.message_dict


def approve(actor: User, project: Project, decision: str) -> Any:
    return approve_baseline(
        actor=actor,
        project_id=project.pk,
        expected_version=Project.objects.get(pk=project.pk).version,
        full_cost=None,
        start_on=MONDAY,
        end_on=days_later(11),
        approved_on=MONDAY,
        reason="Comité",
        decision_reference=decision,
    )


def test_a_baseline_freezes_the_plan_and_a_second_one_needs_a_decision(plan, project, director):
    first = approve(director, project, "")
    forecast(director, plan["M"], days_later(20))
    with pytest.raises(BaselineNeedsDecision):
        approve(director, project, " ")
    second = approve(director, project, "D-2026-4")
    kept = BaselineTask.objects.filter(task=plan["M"]).order_by("baseline__number")
    assert [(row.baseline, row.end_on) for row in kept] == [
        (first, days_later(11)),
        (second, days_later(20)),
    ]


@pytest.mark.parametrize("model", [MilestoneForecast, BaselineTask])
def test_the_database_refuses_to_change_or_delete_a_fact_of_a_plan(plan, project, director, model):
    approve(director, project, "")
    day = {"forecast_on" if model is MilestoneForecast else "end_on": MONDAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**day)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete(model.objects.db)
