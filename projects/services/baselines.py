"""Approve a baseline: the next number, never a replacement."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.services.audit import record_event
from projects.models import Baseline
from projects.services.estimates import raise_version
from projects.services.figures import mark_figures_changed
from projects.services.locking import lock_project


@transaction.atomic
def approve_baseline(
    *,
    actor: Any,
    project_id: int,
    expected_version: int,
    full_cost: Decimal | None,
    start_on: dt.date | None,
    end_on: dt.date | None,
    approved_on: dt.date,
    reason: str,
    decision_reference: str = "",
    name: str = "",
) -> Baseline:
    """Record an approved reference of cost (euros TTC) and schedule.

    Gap rates go on being measured against baseline 0 (domain §2.1); the gap to the new one is
    shown beside. Raises StaleEdit, ProjectClosed, ValidationError.
    """
    project = lock_project(project_id, expected_version)
    greatest = Baseline.objects.filter(project=project).aggregate(Max("number"))["number__max"]
    baseline = Baseline(
        project=project,
        number=0 if greatest is None else greatest + 1,
        name=name,
        approved_on=approved_on,
        decision_reference=decision_reference,
        full_cost=full_cost,
        start_on=start_on,
        end_on=end_on,
        reason=reason,
        recorded_at=timezone.now(),
        recorded_by=actor,
    )
    baseline.full_clean()
    baseline.save()
    raise_version(project)
    record_event(
        actor=actor,
        verb="baselined",
        object_kind="project",
        object_code=project.code,
        detail={"number": baseline.number, "decision": decision_reference},
    )
    mark_figures_changed([project.pk], actor=actor)
    return baseline
