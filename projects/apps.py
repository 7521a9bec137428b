"""Django application of the room `projects`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    """The room `projects`; see docs/architecture.md."""

    name = "projects"
    verbose_name = _("projects")
    default_auto_field = "django.db.models.BigAutoField"
