"""For which entities a partner may speak of a project."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from partners.models import Partner
from projects.models import Project


def entities_on(user: Any, project: Project) -> QuerySet[Partner]:
    """Return the entities of `user` that hold a contract on the project."""
    own = scopes_of(user, Action.REPORT, Resource.SHARED_PROJECT).codes.get(Reach.ENTITY, ())
    held = Partner.objects.filter(code__in=own, contracts__projects=project)
    return held.order_by("code").distinct()
