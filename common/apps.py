"""Django application of the room `common`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from common.folding import register_lookups


class CommonConfig(AppConfig):
    """The room `common`; see docs/architecture.md."""

    name = "common"
    verbose_name = _("common")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the look-up that ignores accents and case."""
        register_lookups()
