"""Django application of the room `jobs`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.later import register_queue


class JobsConfig(AppConfig):
    """The room `jobs`; see docs/architecture.md."""

    name = "jobs"
    verbose_name = _("jobs")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the accounts, which stand below, how a job is asked for."""
        register_queue("jobs.services.requests.request_job")
