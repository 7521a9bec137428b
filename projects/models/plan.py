"""The plan of a project: tasks, links, forecasts of milestones, what a baseline froze."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action
from common.fields import MoneyField, PercentField
from common.models import (
    Fact,
    Lifecycle,
    Originated,
    RecordState,
    RequestTrace,
    Versioned,
    ended_has_date,
)
from projects.enums import LinkKind, TaskKind
from projects.models.baselines import Baseline, OfProjectQuerySet
from projects.models.project import Project


class TaskQuerySet(OfProjectQuerySet):
    """Tasks by right."""

    def allowing(self, user: Any, action: str) -> TaskQuerySet:
        """Keep the tasks of the projects on which `user` may do `action`."""
        return self.filter(project__in=Project.objects.allowing(user, action))

    def open(self) -> TaskQuerySet:
        """Keep the tasks that are not closed."""
        return self.filter(state=RecordState.OPEN)


class Task(Versioned, Originated, Lifecycle):
    """A line of a plan: a summary, a work package, or a milestone.

    A milestone has no first day: `end_on` is the day on which it is expected, that of its latest
    forecast, which a forecast alone changes. Days are those that people or their tool gave.
    """

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="tasks"
    )
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=300)
    kind = models.CharField(
        _("kind"), max_length=12, choices=TaskKind, default=TaskKind.WORK_PACKAGE
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("summary task"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    rank = models.PositiveIntegerField(_("rank"), default=0)
    start_on = models.DateField(_("start date"), null=True, blank=True)
    end_on = models.DateField(_("end date"), null=True, blank=True)
    duration_days = models.PositiveIntegerField(_("working days"), null=True, blank=True)
    cost = MoneyField(_("cost"), null=True, blank=True)
    percent_complete = PercentField(_("progress"), null=True, blank=True)
    actual_start_on = models.DateField(_("started on"), null=True, blank=True)
    actual_end_on = models.DateField(_("ended on"), null=True, blank=True)
    is_imported = models.BooleanField(_("imported"), default=False, editable=False)

    objects = TaskQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["project_id", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                name="projects_task_code_once",
                fields=["project", "code"],
                violation_error_message=_("This code is taken in the plan."),
            ),
            ended_has_date("projects_task_ended_has_date"),
            models.CheckConstraint(
                name="projects_task_dates_ordered",
                condition=Q(start_on__isnull=True)
                | Q(end_on__isnull=True)
                | Q(end_on__gte=F("start_on")),
                violation_error_message=_("A task ends after it starts."),
            ),
            models.CheckConstraint(
                name="projects_task_actual_dates_ordered",
                condition=Q(actual_start_on__isnull=True)
                | Q(actual_end_on__isnull=True)
                | Q(actual_end_on__gte=F("actual_start_on")),
                violation_error_message=_("A task has ended after it has started."),
            ),
            models.CheckConstraint(
                name="projects_task_milestone_lasts_no_day",
                condition=~Q(kind=TaskKind.MILESTONE)
                | (Q(start_on__isnull=True) & (Q(duration_days=0) | Q(duration_days__isnull=True))),
                violation_error_message=_("A milestone has one day, and lasts none."),
            ),
            models.CheckConstraint(
                name="projects_task_cost_not_negative",
                condition=Q(cost__isnull=True) | Q(cost__gte=0),
                violation_error_message=_("A cost is not negative."),
            ),
            models.CheckConstraint(
                name="projects_task_percent_bounds",
                condition=Q(percent_complete__isnull=True)
                | (Q(percent_complete__gte=0) & Q(percent_complete__lte=100)),
                violation_error_message=_("Progress lies between 0 and 100 %%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def get_absolute_url(self) -> str:
        """Return the address of the task in the plan of its project."""
        return f"{reverse('web:project_plan', args=[self.project.code])}#task-{self.pk}"


class DependencyQuerySet(models.QuerySet["Dependency"]):
    """Links by right."""

    def visible_to(self, user: Any) -> DependencyQuerySet:
        """Keep the links of the projects that `user` may read."""
        return self.filter(successor__project__in=Project.objects.allowing(user, Action.READ))


class Dependency(models.Model):
    """A link between two tasks of one plan; the lag is in working days, negative to overlap."""

    predecessor = models.ForeignKey(
        Task, verbose_name=_("predecessor"), on_delete=models.PROTECT, related_name="links_out"
    )
    successor = models.ForeignKey(
        Task, verbose_name=_("successor"), on_delete=models.PROTECT, related_name="links_in"
    )
    kind = models.CharField(
        _("kind"), max_length=2, choices=LinkKind, default=LinkKind.FINISH_START
    )
    lag_days = models.SmallIntegerField(_("lag in working days"), default=0)

    objects = DependencyQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["successor_id", "predecessor_id"]
        constraints = [
            models.UniqueConstraint(
                name="projects_dependency_once",
                fields=["predecessor", "successor"],
                violation_error_message=_("These two tasks are linked already."),
            ),
            models.CheckConstraint(
                name="projects_dependency_of_two_tasks",
                condition=~Q(predecessor=F("successor")),
                violation_error_message=_("A task does not follow itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} {self.kind} {self.successor_id}"


class OfTaskQuerySet(models.QuerySet[Any]):
    """Rows that hang on a task."""

    def visible_to(self, user: Any) -> OfTaskQuerySet:
        """Keep the rows of the projects that `user` may read."""
        return self.filter(task__project__in=Project.objects.allowing(user, Action.READ))


class MilestoneForecast(Fact):
    """The day expected of a milestone, as told at a date; append-only, the latest one stands."""

    task = models.ForeignKey(
        Task, verbose_name=_("milestone"), on_delete=models.PROTECT, related_name="forecasts"
    )
    reported_on = models.DateField(_("told on"))
    forecast_on = models.DateField(_("expected on"))
    reason = models.CharField(_("reason"), max_length=500)

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("forecast of a milestone")
        verbose_name_plural = _("forecasts of milestones")
        ordering = ["task_id", "reported_on", "recorded_at", "id"]
        indexes = [
            models.Index(fields=["task", "reported_on"], name="projects_forecast_reported"),
        ]

    def __str__(self) -> str:
        return f"{self.forecast_on:%Y-%m-%d}"


class BaselineTask(models.Model):
    """The days and the cost of a task in a baseline, as they stood; never changed."""

    baseline = models.ForeignKey(
        Baseline, verbose_name=_("baseline"), on_delete=models.PROTECT, related_name="tasks"
    )
    task = models.ForeignKey(
        Task, verbose_name=_("task"), on_delete=models.PROTECT, related_name="baselines"
    )
    start_on = models.DateField(_("start date"), null=True, blank=True)
    end_on = models.DateField(_("end date"), null=True, blank=True)
    cost = MoneyField(_("cost"), null=True, blank=True)

    objects = OfTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task of a baseline")
        verbose_name_plural = _("tasks of baselines")
        ordering = ["baseline_id", "task_id"]
        constraints = [
            models.UniqueConstraint(
                name="projects_baselinetask_once",
                fields=["baseline", "task"],
                violation_error_message=_("This task is in the baseline already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.task_id}"
