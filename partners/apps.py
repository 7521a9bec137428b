"""Django application of the room `partners`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.importing.registry import register_room


class PartnersConfig(AppConfig):
    """The room `partners`; see docs/architecture.md."""

    name = "partners"
    verbose_name = _("partners")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tables that the room imports, by name."""
        register_room("partners.importers.portfolio.ROOM")
