"""Django application of the room `records`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RecordsConfig(AppConfig):
    """The room `records`; see docs/architecture.md."""

    name = "records"
    verbose_name = _("records")
    default_auto_field = "django.db.models.BigAutoField"
