"""Django application of the room `web`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from jobs.registry import SYSTEM, register, register_daily


class WebConfig(AppConfig):
    """The room `web`; see docs/architecture.md."""

    name = "web"
    verbose_name = _("web")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the jobs of the accounts: their room stands below that of the jobs."""
        register(
            "accounts.purge",
            "accounts.services.retention.run_purge",
            _("Purge of the security events"),
            needs=(Action.UPDATE, Resource.USER),
            results={"purged": _("Events purged")},
        )
        register(
            "accounts.emergency_report",
            "accounts.services.emergency.run_report",
            _("Report of an emergency access"),
            needs=SYSTEM,
            results={"operations": _("Operations recorded")},
        )
        register_daily("accounts.purge", "web.personal.retention.request_purge")
