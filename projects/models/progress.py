"""Progress reports: physical progress, weather and the project manager's words."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import PercentField
from common.models import Fact
from projects.enums import Weather
from projects.models.baselines import OfProjectQuerySet
from projects.models.project import Project


class ProgressReport(Fact):
    """What was reported at a date; a correction is a later row for the same date."""

    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="progress_reports",
    )
    reported_on = models.DateField(_("reported on"))
    percent_complete = PercentField(_("physical progress"))
    weather = models.CharField(
        _("weather"), max_length=16, choices=Weather, default=Weather.NON_RENSEIGNEE
    )
    comment = models.TextField(_("comment"), blank=True, max_length=5000)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["project_id", "reported_on", "recorded_at", "source_reference"]
        indexes = [
            models.Index(fields=["project", "reported_on"], name="projects_progress_date"),
        ]
        constraints = [
            models.CheckConstraint(
                name="projects_progressreport_percent_bounds",
                condition=Q(percent_complete__gte=0) & Q(percent_complete__lte=100),
                violation_error_message=_("Physical progress lies between 0 and 100 %%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reported_on:%Y-%m-%d}"
