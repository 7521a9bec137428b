"""An entity reports the progress of its own share of a project."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.fiscal import today
from common.models import ENDED_STATES
from partners.exceptions import NotShared
from partners.models import ContractProject, EntityProgress, Partner
from projects.exceptions import ProjectClosed
from projects.models import Project


@transaction.atomic
def report_entity_progress(
    *,
    actor: Any,
    project_id: int,
    partner: Partner,
    reported_on: dt.date,
    percent_complete: Decimal,
    comment: str = "",
) -> EntityProgress:
    """Record what an entity says of its share (percent, two decimals) at a date.

    The figures of the project do not move. Raises NotShared (no contract of the entity serves the
    project), ProjectClosed, ValidationError (future date, bounds).
    """
    if reported_on > today():
        raise ValidationError({"reported_on": _("A report is not dated in the future.")})
    project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    if not ContractProject.objects.filter(project=project, contract__holder=partner).exists():
        raise NotShared(code=project.code)
    if project.state in ENDED_STATES:
        raise ProjectClosed(code=project.code)
    report = EntityProgress(
        project=project,
        partner=partner,
        reported_on=reported_on,
        percent_complete=percent_complete,
        comment=comment,
        recorded_at=timezone.now(),
        recorded_by=actor,
        data_origin=project.data_origin,
    )
    report.full_clean()
    report.save()
    record_event(
        actor=actor,
        verb="entity_reported",
        object_kind="shared_project",
        object_code=project.code,
        detail={"entity": partner.code, "reported_on": str(reported_on)},
    )
    return report
