"""The life of a project: publish, archive, delete a draft, history (`web.owned`)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.enums import Resource
from projects.services.kinds import PROJECTS
from web.owned.pages import OwnedPages
from web.projects.forms import ProjectForm

PROJECT_PAGES = OwnedPages(
    kind=PROJECTS,
    resource=Resource.PROJECT,
    section="projects",
    name="project",
    list_name="projects",
    form_class=ProjectForm,
    words={"list": _("Projects")},
    mergeable=True,
    moves=("publish", "archive", "unarchive", "delete"),
)
