"""Django application of the room `budgets`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Reach, ScopeKind
from accounts.scoping import register_rows, register_scope
from records.importing.registry import register_room
from records.subjects import register_subject


class BudgetsConfig(AppConfig):
    """The room `budgets`; see docs/architecture.md."""

    name = "budgets"
    verbose_name = _("budgets")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register by name the tables that the room imports and what each reach opens."""
        register_room("budgets.importers.portfolio.ROOM")
        register_subject("credit_movement", "budgets.subjects.CREDIT_MOVEMENT")
        register_subject("budget_node", "budgets.subjects.BUDGET_NODE")
        register_subject("commitment", "budgets.subjects.COMMITMENT")
        rows = "budgets.scoping.rows_of_nomenclature"
        register_rows(Reach.BUDGET, "budgets.creditmovement", rows)
        register_rows(Reach.BUDGET, "budgets.commitment", rows)
        register_rows(Reach.BUDGET, "budgets.reservation", rows)
        projects = "budgets.scoping.projects_of_nomenclature"
        register_rows(Reach.BUDGET, "projects.project", projects)
        register_scope(ScopeKind.NOMENCLATURE, "budgets.scoping.SCOPES")
