"""Create, edit, close and reopen a project."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.exceptions import WrongState
from accounts.services.audit import record_event
from common.models import RecordState
from common.tabular.parsing import normalise_title
from projects.models import PortfolioNode, Project
from projects.services.figures import mark_figures_changed
from projects.services.locking import lock_project

EDITABLE = frozenset(
    {
        "title",
        "node",
        "ministry",
        "supervising_authority",
        "phase",
        "functional_zone",
        "funding",
        "is_interministerial",
        "manager",
        "description",
        "started_on",
    }
)


@transaction.atomic
def create_project(
    *,
    actor: Any,
    code: str,
    title: str,
    node: PortfolioNode,
    draft: bool = False,
    **fields: Any,
) -> Project:
    """Create a project in a node, open or as a draft; its data origin is that of the node.

    `fields` are those of `EDITABLE`. Raises ValidationError (shape, code already taken).
    """
    _refuse_unknown(fields)
    project = Project(code=code, title=title, node=node, data_origin=node.data_origin, **fields)
    project.normalised_title = normalise_title(title)
    project.state = RecordState.DRAFT if draft else RecordState.OPEN
    project.full_clean()
    project._history_user = _person(actor)  # type: ignore[attr-defined]
    project.save()
    record_event(actor=actor, verb="created", object_kind="project", object_code=code)
    mark_figures_changed([project.pk], actor=actor)
    return project


@transaction.atomic
def update_project(
    *,
    actor: Any,
    project_id: int,
    expected_version: int,
    changes: dict[str, Any],
    reason: str = "",
) -> Project:
    """Change some fields of an open project; the reason is kept with the former values.

    Raises StaleEdit, ProjectClosed, ValidationError.
    """
    _refuse_unknown(changes)
    project = lock_project(project_id, expected_version)
    for name, value in changes.items():
        setattr(project, name, value)
    project.normalised_title = normalise_title(project.title)
    project.data_origin = project.node.data_origin
    return _save(project, actor=actor, verb="edited", reason=reason)


@transaction.atomic
def close_project(
    *, actor: Any, project_id: int, expected_version: int, closed_on: dt.date, reason: str
) -> Project:
    """Close a project: it stays visible, with everything, and is read only.

    Raises StaleEdit, ProjectClosed, WrongState (a draft is deleted, not closed), ValidationError
    (closed before it started, no reason).
    """
    if not reason.strip():
        raise ValidationError({"closing_reason": _("A reason is needed.")})
    project = lock_project(project_id, expected_version)
    if project.state == RecordState.DRAFT:
        raise WrongState(code=project.code, state=project.get_state_display())
    project.state = RecordState.CLOSED
    project.closed_on = closed_on
    project.closing_reason = reason
    return _save(project, actor=actor, verb="closed", reason=reason)


@transaction.atomic
def reopen_project(*, actor: Any, project_id: int, expected_version: int, reason: str) -> Project:
    """Reopen a closed project. Raises StaleEdit, WrongState (archived), ValidationError."""
    project = lock_project(project_id, expected_version, closed_allowed=True)
    if project.state == RecordState.ARCHIVED:
        raise WrongState(code=project.code, state=project.get_state_display())
    project.state = RecordState.OPEN
    project.closed_on = None
    project.closing_reason = ""
    return _save(project, actor=actor, verb="reopened", reason=reason)


def _save(project: Project, *, actor: Any, verb: str, reason: str) -> Project:
    project.version += 1
    project.full_clean()
    project._history_user = _person(actor)  # type: ignore[attr-defined]
    project._change_reason = reason[:100]  # type: ignore[attr-defined]
    project.save()
    detail = {"reason": reason} if reason else {}
    record_event(
        actor=actor, verb=verb, object_kind="project", object_code=project.code, detail=detail
    )
    mark_figures_changed([project.pk], actor=actor)
    project.refresh_from_db(fields=["figures_version"])
    return project


def _refuse_unknown(fields: dict[str, Any]) -> None:
    unknown = set(fields) - EDITABLE
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")


def _person(actor: Any) -> Any:
    return actor if actor is not None and actor.is_authenticated else None
