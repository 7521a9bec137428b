"""Report the progress of a project."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.fiscal import today
from projects.models import ProgressReport
from projects.services.estimates import raise_version
from projects.services.figures import mark_figures_changed
from projects.services.locking import lock_project


@transaction.atomic
def report_progress(
    *,
    actor: Any,
    project_id: int,
    expected_version: int,
    reported_on: dt.date,
    percent_complete: Decimal,
    weather: str,
    comment: str = "",
) -> ProgressReport:
    """Record physical progress (percent, two decimals) and weather at a date.

    A second report for the same date corrects the first, which stays. Raises StaleEdit,
    ProjectClosed, ValidationError.
    """
    if reported_on > today():
        raise ValidationError({"reported_on": _("A report is not dated in the future.")})
    project = lock_project(project_id, expected_version)
    report = ProgressReport(
        project=project,
        reported_on=reported_on,
        percent_complete=percent_complete,
        weather=weather,
        comment=comment,
        source_reference=f"progress:{uuid.uuid4()}",
        recorded_at=timezone.now(),
        recorded_by=actor,
        data_origin=project.data_origin,
    )
    report.full_clean()
    report.save()
    raise_version(project)
    record_event(
        actor=actor,
        verb="reported",
        object_kind="project",
        object_code=project.code,
        detail={"reported_on": str(reported_on)},
    )
    mark_figures_changed([project.pk], actor=actor)
    return report
