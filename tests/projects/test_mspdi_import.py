"""A file of MS Project becomes the plan of a project: compared, applied whole, never twice."""

from __future__ import annotations

import io
import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext as _

from accounts.models import User
from common.exceptions import StaleEdit
from projects.enums import TaskKind
from projects.models import Baseline, BaselineTask, Dependency, MilestoneForecast, Project, Task
from projects.mspdi.reader import read_mspdi
from projects.services.mspdi_import import PlanImport, import_plan
from projects.services.plan_network import positions
from tests.projects.mspdi_files import UNREAD, into_task, large_plan, link

PLAN = large_plan(3).decode()


def load(project: Project, text: str, actor: User | None = None, **options: Any) -> PlanImport:
    file = read_mspdi(io.BytesIO(text.encode()))
    return import_plan(actor=actor, project_id=project.pk, file=file, source="plan.xml", **options)


def stored(project: Project) -> dict[str, Task]:
    return {task.code: task for task in Task.objects.filter(project=project)}


def test_a_file_becomes_tasks_links_and_costs_in_euros(project, director):
    done = load(project, PLAN, director)
    assert done.diff.counts() == {
        "added": 3, "changed": 0, "gone": 0, "unchanged": 0, "links_added": 2, "links_gone": 0,
    }  # fmt: skip
    task = stored(project)["2"]
    assert (task.name, task.cost, task.duration_days) == ("Tâche 2", Decimal("1250.00"), 40)
    assert task.history.get().history_user == director
    assert list(task.links_in.values_list("predecessor__code", "kind", "lag_days")) == [
        ("1", "FS", 0)
    ]


def test_the_same_file_again_changes_nothing(project, director):
    load(project, PLAN, director)
    version = Project.objects.get(pk=project.pk).version
    done = load(project, PLAN, director)
    assert done.diff.is_empty
    assert done.diff.unchanged == 3
    assert Project.objects.get(pk=project.pk).version == version
    assert Task.history.count() == 3


def test_a_dry_run_tells_the_same_and_writes_nothing(project, director):
    done = load(project, PLAN, director, dry_run=True, baseline="B")
    assert (len(done.diff.added), done.applied) == (3, False)
    assert not Task.objects.exists()


def test_a_changed_file_tells_each_value_before_and_after(project, director):
    load(project, PLAN, director)
    done = load(project, into_task(PLAN, "<Cost>130000</Cost>", "", uid=3).text, director)
    (change,) = done.diff.changed
    assert change.fields == {"cost": (Decimal("1250.00"), Decimal("1300.00"))}
    assert stored(project)["3"].version == 2


def test_a_task_that_the_file_no_longer_holds_is_closed_and_comes_back(project, director):
    load(project, PLAN, director)
    load(project, large_plan(2).decode(), director)
    gone = stored(project)["3"]
    assert (gone.state, gone.closing_reason) == (
        "closed",
        _("Import of %(file)s") % {"file": "plan.xml"},
    )
    assert positions(project.pk).keys() == {task.pk for task in Task.objects.open()}
    load(project, PLAN, director)
    assert stored(project)["3"].state == "open"


def test_what_people_added_by_hand_is_left_alone(project, director):
    Task.objects.create(project=project, code="H-1", name="À la main")
    done = load(project, PLAN, director)
    assert done.diff.gone == []
    assert stored(project)["H-1"].state == "open"


def test_a_link_that_changes_or_leaves_follows_the_file(project, director):
    load(project, PLAN, director)
    text = PLAN.replace("<Type>1</Type>", "<Type>3</Type>", 1)
    done = load(project, text, director)
    assert (done.diff.links_added, done.diff.links_gone) == ({("1", "2"): ("SS", 0)}, [("1", "2")])
    load(project, PLAN.replace(link(1), ""), director)
    assert Dependency.objects.get().successor.code == "3"


def test_a_milestone_that_moves_gets_a_forecast_for_each_day(project, director):
    text = into_task(PLAN, "<Milestone>1</Milestone>", "", uid=2).text
    load(project, text, director)
    load(project, into_task(text, "<Finish>2026-06-01T17:00:00</Finish>", "", uid=2).text, director)
    task = stored(project)["2"]
    assert (task.kind, task.start_on) == (TaskKind.MILESTONE, None)
    days = [str(day) for day in MilestoneForecast.objects.values_list("forecast_on", flat=True)]
    assert days == ["2026-05-03", "2026-06-01"]


def test_levels_make_summaries_and_what_is_below(project, director):
    text = into_task(PLAN, "<OutlineLevel>2</OutlineLevel>", "", uid=2).text
    text = into_task(text, "<OutlineLevel>3</OutlineLevel>", "", uid=3).text
    load(project, text.replace(link(1), "").replace(link(2), ""), director)
    tasks = stored(project)
    assert [tasks[code].kind for code in "123"] == ["summary", "summary", "work_package"]
    assert (tasks["3"].parent, tasks["2"].parent) == (tasks["2"], tasks["1"])


def test_a_baseline_has_the_days_that_the_file_kept_and_a_second_needs_a_decision(
    project, director
):
    done = load(project, PLAN, director, baseline="Cadrage")
    assert done.baseline is not None
    assert (done.baseline.number, done.baseline.name) == (0, "Cadrage")
    assert done.baseline.full_cost == Decimal("3000.00")
    row = BaselineTask.objects.get(task__code="1")
    assert (str(row.end_on), row.cost) == ("2026-04-02", Decimal("1000.00"))
    load(project, PLAN, director, baseline="Révision", decision="D-7")
    assert Baseline.objects.count() == 2


def test_a_stale_import_is_refused_whole(project, director):
    with pytest.raises(StaleEdit):
        load(project, PLAN, director, expected_version=9)
    assert not Task.objects.exists()


def test_the_number_of_queries_does_not_depend_on_that_of_the_tasks(project, director):
    counts = []
    for count in (3, 60):
        with CaptureQueriesContext(connection) as queries:
            load(project, large_plan(count).decode(), director, dry_run=True)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_mspdi", str(path), "--project", "P-1", *options, stdout=out)
    return out.getvalue()


def test_the_command_prints_what_the_file_holds_in_json(project, tmp_path):
    path = tmp_path / "plan.xml"
    path.write_bytes(large_plan(2))
    told = json.loads(run(path, "--dry-run", "--format", "json"))
    assert told == read_mspdi(path).as_dict()
    assert not Task.objects.exists()
    run(path, "--baseline", "Initiale")
    assert Baseline.objects.get().name == "Initiale"
    with pytest.raises(CommandError, match="P-1"):
        run(path, "--baseline", "Encore")


def test_the_command_tells_each_fault_at_its_place_and_writes_nothing(project, tmp_path):
    path = tmp_path / "plan.xml"
    damage = into_task(PLAN, link(99), "unknown_link", mark="<PredecessorUID>")
    path.write_text(damage.text, encoding="utf-8")
    line, column = damage.place
    with pytest.raises(CommandError, match=rf"plan.xml:{line}:{column} .*unknown_link"):
        run(path)
    with pytest.raises(CommandError):
        run(path, "--format", "json")
    assert not Task.objects.exists()


def test_an_unknown_project_or_file_is_told_in_a_line(project, tmp_path):
    with pytest.raises(CommandError, match="no-such-file"):
        run(tmp_path / "no-such-file.xml")
    with pytest.raises(CommandError, match="P-404"):
        call_command("import_mspdi", "x.xml", "--project", "P-404")


def test_five_thousand_tasks_are_imported_within_five_times_their_parsing(
    project, director, tmp_path
):
    path = tmp_path / "plan.xml"
    path.write_bytes(large_plan(5_000, UNREAD))
    start = time.perf_counter()
    ElementTree.parse(path)
    alone = time.perf_counter() - start
    start = time.perf_counter()
    import_plan(actor=director, project_id=project.pk, file=read_mspdi(path), source="plan.xml")
    whole = time.perf_counter() - start
    assert Task.objects.count() == 5_000
    assert whole <= 5 * alone
