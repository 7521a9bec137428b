"""Django application of the room `indicators`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """The room `indicators`; see docs/architecture.md."""

    name = "indicators"
    verbose_name = _("indicators")
    default_auto_field = "django.db.models.BigAutoField"
