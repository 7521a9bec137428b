"""Django application of the room `web`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    """The room `web`; see docs/architecture.md."""

    name = "web"
    verbose_name = _("web")
    default_auto_field = "django.db.models.BigAutoField"
