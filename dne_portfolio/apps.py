"""The root as an application: its commands, its start-up checks, its error pages; no model."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin import apps as admin
from django.core.checks import register
from django.utils.translation import gettext_lazy as _

from dne_portfolio.checks import check_database_place
from jobs import registry as jobs

KIND = "accounts.purge_calls"


class RootConfig(AppConfig):
    """The root of the project; see docs/operations.md."""

    default = True
    name = "dne_portfolio"
    verbose_name = _("operations")

    def ready(self) -> None:
        """Register what is checked before the site is served, and the purge of the API's calls."""
        register(check_database_place, deploy=True)
        jobs.register(
            KIND,
            "dne_portfolio.purging.run_purge",
            _("purge of the API's calls"),
            needs=jobs.SYSTEM,
        )
        jobs.register_daily(KIND, "dne_portfolio.purging.ask_purge")


class TechnicalAdminConfig(admin.AdminConfig):
    """Django's administration, behind the second factor."""

    default = False
    default_site = "dne_portfolio.administration.TechnicalAdminSite"
