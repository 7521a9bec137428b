"""Django application of the room `budgets`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from records.importing.registry import register_room


class BudgetsConfig(AppConfig):
    """The room `budgets`; see docs/architecture.md."""

    name = "budgets"
    verbose_name = _("budgets")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the tables that the room imports, by name."""
        register_room("budgets.importers.portfolio.ROOM")
