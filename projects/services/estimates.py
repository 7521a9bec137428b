"""Re-estimate a project: a new row each time, the former ones stay (rule 2)."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.audit import record_event
from common.fiscal import today
from projects.exceptions import EndBeforeStart, NothingToChange
from projects.models import Estimate, Project
from projects.services.figures import mark_figures_changed
from projects.services.locking import lock_project


@transaction.atomic
def estimate_project(
    *,
    actor: Any,
    project_id: int,
    expected_version: int,
    full_cost: Decimal | None,
    end_on: dt.date | None,
    reason: str,
    edition_on: dt.date | None = None,
) -> Estimate:
    """Record a new estimate of the full cost (euros TTC) and of the end date; None = unchanged.

    `edition_on` is today by default. Raises StaleEdit, ProjectClosed, EndBeforeStart,
    NothingToChange, ValidationError.
    """
    project = lock_project(project_id, expected_version)
    if end_on and project.started_on and end_on < project.started_on:
        raise EndBeforeStart(end_on=end_on, started_on=project.started_on)
    edition_on = edition_on or today()
    if edition_on > today():
        raise ValidationError({"edition_on": _("An estimate is not dated in the future.")})
    former = _standing(project, edition_on)
    if former:
        # Each row states both figures: what is not given is unchanged.
        full_cost = former.full_cost if full_cost is None else full_cost
        end_on = end_on or former.end_on
        if (former.full_cost, former.end_on) == (full_cost, end_on):
            raise NothingToChange(code=project.code)
    estimate = Estimate(
        project=project,
        edition_on=edition_on,
        full_cost=full_cost,
        end_on=end_on,
        reason=reason,
        source_reference=f"estimate:{uuid.uuid4()}",
        recorded_at=timezone.now(),
        recorded_by=actor,
        data_origin=project.data_origin,
    )
    estimate.full_clean()
    estimate.save()
    _close_edit(project, actor=actor, reason=reason)
    return estimate


def _standing(project: Project, day: dt.date) -> Estimate | None:
    """Return the estimate that stands at a date."""
    rows = Estimate.objects.filter(project=project, edition_on__lte=day)
    return rows.order_by("-edition_on", "-recorded_at", "-source_reference").first()


def _close_edit(project: Project, *, actor: Any, reason: str) -> None:
    raise_version(project)
    record_event(
        actor=actor,
        verb="estimated",
        object_kind="project",
        object_code=project.code,
        detail={"reason": reason},
    )
    mark_figures_changed([project.pk], actor=actor)


def raise_version(project: Project) -> None:
    """Raise the version of a locked project whose fields did not change (rows were added to it)."""
    Project.objects.filter(pk=project.pk).update(version=F("version") + 1)
