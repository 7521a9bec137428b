"""The two checks that every edit of a project begins with."""

from __future__ import annotations

from common.exceptions import StaleEdit
from common.models import ENDED_STATES
from projects.exceptions import ProjectClosed
from projects.models import Project


def lock_project(
    project_id: int, expected_version: int, *, closed_allowed: bool = False
) -> Project:
    """Lock the row and return it; call inside a transaction.

    Raises StaleEdit when somebody saved since `expected_version` was read, ProjectClosed when the
    project is read only, Project.DoesNotExist when there is none.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    if project.version != expected_version:
        raise StaleEdit(code=project.code, expected=expected_version, current=project.version)
    if project.state in ENDED_STATES and not closed_allowed:
        raise ProjectClosed(code=project.code)
    return project
