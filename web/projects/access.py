"""Reaching one project: unseen is 404, a refused verb is 403."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.enums import Action, Resource
from accounts.permissions import can
from projects.models import Project


def visible_project(user: Any, code: str) -> Project:
    """Return a project that `user` may read.

    Who reads no project is refused (PermissionDenied); one out of reach is not there.
    """
    if not can(user, Action.READ, Resource.PROJECT):
        raise PermissionDenied
    rows = Project.objects.visible_to(user).select_related("node", "ministry", "manager")
    return get_object_or_404(rows, code=code)


def project_for(user: Any, code: str, action: str) -> Project:
    """Return a project on which `user` may do `action`; Http404 or PermissionDenied otherwise."""
    project = visible_project(user, code)
    if not Project.objects.allowing(user, action).filter(pk=project.pk).exists():
        raise PermissionDenied
    return project
