"""Baselines, planned value and estimates: what was promised, and what is expected now."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action
from common.fields import MoneyField
from common.models import Fact
from projects.models.project import Project


class OfProjectQuerySet(models.QuerySet[Any]):
    """Rows that hang on a project."""

    def visible_to(self, user: Any) -> OfProjectQuerySet:
        """Keep the rows of the projects that `user` may read."""
        return self.filter(project__in=Project.objects.allowing(user, Action.READ))

    def known_at(self, moment: dt.datetime) -> OfProjectQuerySet:
        """Keep the rows recorded up to `moment`."""
        return self.filter(recorded_at__lte=moment)


class Baseline(models.Model):
    """An approved reference of cost and schedule; 0 is the first, none is ever replaced."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="baselines"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    approved_on = models.DateField(_("approved on"))
    decision_reference = models.CharField(_("decision reference"), max_length=80, blank=True)
    full_cost = MoneyField(_("full cost"), null=True, blank=True)
    start_on = models.DateField(_("start date"), null=True, blank=True)
    end_on = models.DateField(_("end date"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    batch = models.ForeignKey(
        "records.ImportBatch",
        verbose_name=_("import batch"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    source_file = models.CharField(_("source file"), max_length=120, blank=True)
    source_line = models.PositiveIntegerField(_("source line"), null=True, blank=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")
        ordering = ["project_id", "number"]
        constraints = [
            models.UniqueConstraint(
                name="projects_baseline_number_once",
                fields=["project", "number"],
                violation_error_message=_("This baseline number is taken."),
            ),
            models.CheckConstraint(
                name="projects_baseline_dates_ordered",
                condition=Q(start_on__isnull=True)
                | Q(end_on__isnull=True)
                | Q(end_on__gte=F("start_on")),
                violation_error_message=_("A baseline ends after it starts."),
            ),
            models.CheckConstraint(
                name="projects_baseline_cost_not_negative",
                condition=Q(full_cost__isnull=True) | Q(full_cost__gte=0),
                violation_error_message=_("A cost is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"B{self.number}"


class PlannedValueQuerySet(models.QuerySet["PlannedValue"]):
    """Planned values, through their baseline."""

    def visible_to(self, user: Any) -> PlannedValueQuerySet:
        """Keep the rows of the projects that `user` may read."""
        return self.filter(baseline__project__in=Project.objects.allowing(user, Action.READ))


class PlannedValue(models.Model):
    """The value planned for one month of a baseline (an increment, not a cumulative figure)."""

    baseline = models.ForeignKey(
        Baseline,
        verbose_name=_("baseline"),
        on_delete=models.PROTECT,
        related_name="planned_values",
    )
    month = models.DateField(_("month"))
    amount = MoneyField(_("amount"))

    objects = PlannedValueQuerySet.as_manager()

    class Meta:
        verbose_name = _("planned value")
        verbose_name_plural = _("planned values")
        ordering = ["baseline_id", "month"]
        constraints = [
            models.UniqueConstraint(
                name="projects_plannedvalue_month_once",
                fields=["baseline", "month"],
                violation_error_message=_("This month is planned already."),
            ),
            models.CheckConstraint(
                name="projects_plannedvalue_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("A planned value is not negative."),
            ),
            models.CheckConstraint(
                name="projects_plannedvalue_first_day",
                condition=Q(month__day=1),
                violation_error_message=_("A month is given by its first day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Estimate(Fact):
    """A dated estimate of the final cost and end date; append-only, the latest one stands.

    `duration_months` is kept for estimates published without a start date; when the project has
    a start, the duration is computed from `end_on` (domain §2.1, whole months).
    """

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="estimates"
    )
    edition_on = models.DateField(_("edition date"))
    full_cost = MoneyField(_("full cost"), null=True, blank=True)
    end_on = models.DateField(_("end date"), null=True, blank=True)
    duration_months = models.PositiveSmallIntegerField(
        _("duration in months"), null=True, blank=True
    )
    reason = models.CharField(_("reason"), max_length=500)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        ordering = ["project_id", "edition_on", "recorded_at", "source_reference"]
        indexes = [
            models.Index(fields=["project", "edition_on"], name="projects_estimate_edition"),
        ]
        constraints = [
            models.CheckConstraint(
                name="projects_estimate_cost_not_negative",
                condition=Q(full_cost__isnull=True) | Q(full_cost__gte=0),
                violation_error_message=_("A cost is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_on:%Y-%m-%d}"
