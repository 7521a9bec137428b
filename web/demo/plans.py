"""Invented plans: the phases of some projects, their milestones, and how these slipped."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from common.fiscal import add_months, today
from common.models import DataOrigin
from projects.enums import LinkKind, TaskKind
from projects.models import (
    Baseline,
    BaselineTask,
    Dependency,
    MilestoneForecast,
    Project,
    Task,
)

PLANNED = ("EX-01", "EX-02", "EX-03", "EX-04", "EX-06")


@dataclass(frozen=True)
class Step:
    """A line of every plan: from and to, in shares of the planned duration; slip in months."""

    code: str
    name: str
    start: float
    end: float
    slip: int = 0
    cost: int = 0
    parent: str = ""
    after: str = ""
    kind: TaskKind = TaskKind.WORK_PACKAGE


_STEPS = (
    Step("1", "Cadrage", 0, 0.16, kind=TaskKind.SUMMARY),
    Step("1.1", "Étude d'opportunité", 0, 0.08, cost=2, parent="1"),
    Step("1.2", "Dossier de cadrage", 0.085, 0.16, cost=3, parent="1", after="1.1"),
    Step("J1", "Fin de cadrage", 0.16, 0.16, 1, after="1.2", kind=TaskKind.MILESTONE),
    Step("2", "Réalisation", 0.16, 0.62, 2, kind=TaskKind.SUMMARY),
    Step("2.1", "Socle technique", 0.18, 0.36, 1, 14, "2", "J1"),
    Step("2.2", "Services aux usagers", 0.3, 0.6, 3, 26, "2", "2.1"),
    Step("2.3", "Reprise des données", 0.34, 0.5, 2, 9, "2", "2.1"),
    Step("J2", "Recette prononcée", 0.62, 0.62, 4, after="2.2", kind=TaskKind.MILESTONE),
    Step("3", "Expérimentation", 0.62, 0.76, 4, kind=TaskKind.SUMMARY),
    Step("3.1", "Trois académies pilotes", 0.63, 0.75, 4, 11, "3", "J2"),
    Step("J3", "Décision de généraliser", 0.76, 0.76, 5, after="3.1", kind=TaskKind.MILESTONE),
    Step("4", "Déploiement", 0.76, 1, 5, kind=TaskKind.SUMMARY),
    Step("4.1", "Formation des équipes", 0.77, 0.9, 5, 8, "4", "J3"),
    Step("4.2", "Ouverture aux académies", 0.8, 1, 6, 27, "4", "J3"),
    Step("J4", "Généralisation achevée", 1, 1, 6, after="4.2", kind=TaskKind.MILESTONE),
)

# What begins once the former step has begun, and does not wait for its end.
_TOGETHER = frozenset({"2.2", "2.3"})


def add_plans() -> None:
    """Give some fictitious projects a plan, frozen by their baseline 0, that has slipped since."""
    for project in Project.objects.filter(code__in=PLANNED, data_origin=DataOrigin.FICTITIOUS):
        baseline = Baseline.objects.filter(project=project, number=0).first()
        if baseline and baseline.start_on and baseline.end_on:
            _Plan(project, baseline, baseline.start_on, baseline.end_on).add()


class _Plan:
    """The plan of one project."""

    def __init__(self, project: Project, baseline: Baseline, start: dt.date, end: dt.date) -> None:
        self.project, self.baseline = project, baseline
        self.start, self.days = start, (end - start).days
        self.unit = (baseline.full_cost or Decimal(0)) / 100
        self.tasks: dict[str, Task] = {}

    def add(self) -> None:
        """Write the tasks, then what is said of them."""
        for rank, step in enumerate(_STEPS):
            self.tasks[step.code] = self._task(rank, step)
        Dependency.objects.bulk_create(
            Dependency(
                predecessor=self.tasks[step.after],
                successor=self.tasks[step.code],
                kind=LinkKind.START_START if step.code in _TOGETHER else LinkKind.FINISH_START,
            )
            for step in _STEPS
            if step.after
        )
        BaselineTask.objects.bulk_create(
            BaselineTask(
                baseline=self.baseline,
                task=self.tasks[step.code],
                start_on=None if step.kind == TaskKind.MILESTONE else self._day(step.start),
                end_on=self._day(step.end),
                cost=self.unit * step.cost if step.cost else None,
            )
            for step in _STEPS
        )
        for step in _STEPS:
            if step.kind == TaskKind.MILESTONE:
                self._forecast(step)

    def _day(self, share: float, months: int = 0) -> dt.date:
        """Return the working day at a share of the duration, moved by some months."""
        day = self.start + dt.timedelta(days=round(self.days * share))
        moved = add_months(day, months) + dt.timedelta(days=day.day - 1)
        return moved + dt.timedelta(days=(0, 0, 0, 0, 0, 2, 1)[moved.weekday()])

    def _task(self, rank: int, step: Step) -> Task:
        milestone = step.kind == TaskKind.MILESTONE
        before = next((one.slip for one in _STEPS if one.code == step.after), 0)
        start, end = self._day(step.start, before), self._day(step.end, step.slip)
        now = today()
        done = Decimal(100) if end <= now else Decimal(40) if start <= now else Decimal(0)
        return Task.objects.create(
            project=self.project,
            code=step.code,
            name=step.name,
            kind=step.kind,
            parent=self.tasks.get(step.parent),
            rank=rank,
            start_on=None if milestone else start,
            end_on=end,
            duration_days=0 if milestone else None,
            cost=self.unit * step.cost if step.cost else None,
            percent_complete=done,
            actual_start_on=start if start <= now and not milestone else None,
            actual_end_on=end if end <= now else None,
            data_origin=DataOrigin.FICTITIOUS,
        )

    def _forecast(self, step: Step) -> None:
        """Tell the slip month by month, until it is known or today."""
        for index in range(step.slip + 1):
            told = self._day(step.end * (index + 1) / (step.slip + 2))
            if told > today():
                break
            MilestoneForecast.objects.create(
                task=self.tasks[step.code],
                reported_on=told,
                forecast_on=self._day(step.end, index),
                reason="Première date" if index == 0 else "Un mois de plus, dit en comité",
                source_reference=f"EX-JAL-{self.project.code}-{step.code}-{index}",
                recorded_at=timezone.now(),
                data_origin=DataOrigin.FICTITIOUS,
            )
