"""Django application of the room `accounts`."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _

from accounts.checks import check_demo_accounts, check_provider


class AccountsConfig(AppConfig):
    """The room `accounts`; see docs/architecture.md."""

    name = "accounts"
    verbose_name = _("accounts")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what is checked before the site is served."""
        register(check_demo_accounts, Tags.database)
        register(check_demo_accounts, deploy=True)
        register(check_provider, deploy=True)
