"""Django application of the room `projects`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.importing.registry import register_room


class ProjectsConfig(AppConfig):
    """The room `projects`; see docs/architecture.md."""

    name = "projects"
    verbose_name = _("projects")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tables that the room imports, by name."""
        register_room("projects.importers.portfolio.ROOM")
