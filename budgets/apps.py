"""Django application of the room `budgets`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BudgetsConfig(AppConfig):
    """The room `budgets`; see docs/architecture.md."""

    name = "budgets"
    verbose_name = _("budgets")
    default_auto_field = "django.db.models.BigAutoField"
