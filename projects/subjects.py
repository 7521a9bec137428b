"""How records look a project up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.enums import Resource
from projects.models import Project
from records.subjects import SubjectKind

PROJECT = SubjectKind(
    kind="project",
    resource=Resource.PROJECT,
    label=_("project"),
    seen=lambda user: Project.objects.visible_to(user),
    allowing=lambda user, action, resource: Project.objects.allowing(user, action, resource),
    describe=lambda project: (str(project), project.get_absolute_url()),
    alerted=True,
)
