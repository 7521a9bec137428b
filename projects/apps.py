"""Django application of the room `projects`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Reach, ScopeKind
from accounts.scoping import register_rows, register_scope
from records.importing.registry import register_file_kind, register_room
from records.subjects import register_subject


class ProjectsConfig(AppConfig):
    """The room `projects`; see docs/architecture.md."""

    name = "projects"
    verbose_name = _("projects")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register by name the tables that the room imports and what each reach opens in it."""
        register_room("projects.importers.portfolio.ROOM")
        register_file_kind("panorama", "projects.importers.deposits.PANORAMA")
        register_subject("project", "projects.subjects.PROJECT")
        register_rows(Reach.NODE, "projects.project", "projects.scoping.projects_in_nodes")
        register_rows(Reach.OWN, "projects.project", "projects.scoping.own_projects")
        register_rows(Reach.NODE, "projects.portfolionode", "projects.scoping.nodes_of_codes")
        register_scope(ScopeKind.PORTFOLIO, "projects.scoping.SCOPES")
