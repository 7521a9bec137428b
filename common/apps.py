"""Django application of the room `common`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommonConfig(AppConfig):
    """The room `common`; see docs/architecture.md."""

    name = "common"
    verbose_name = _("common")
    default_auto_field = "django.db.models.BigAutoField"
