"""Django application of the room `budgets`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Reach, Resource, ScopeKind
from accounts.scoping import register_rows, register_scope
from budgets.programming_sources import register_cell_check, register_problem_source
from jobs.registry import register, register_daily
from records.alert_sources import register_alert_sources
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
        register_subject("programming_version", "budgets.subjects.PROGRAMMING_VERSION")
        register_subject("programming_file", "budgets.subjects.PROGRAMMING_FILE")
        register_subject("programming_line", "budgets.subjects.PROGRAMMING_LINE")
        register_alert_sources("budgets.alerts.SOURCES")
        register(
            "budgets.check_rules",
            "budgets.services.rule_jobs.run_check",
            _("check of the rules on credits"),
            needs=(Action.IMPORT, Resource.LEDGER),
            results={
                "opened": _("Alerts opened"),
                "kept": _("Alerts still found"),
                "closed": _("Alerts closed"),
            },
        )
        register_daily("budgets.check_rules", "budgets.services.rule_jobs.request_nightly")
        register_cell_check("budgets.services.ceiling_checks.check_ceilings")
        register_problem_source("budgets.services.ceiling_checks.ceiling_problems")
        register_problem_source(
            "budgets.services.programming_sustainability.sustainability_problems"
        )
        rows = "budgets.scoping.rows_of_nomenclature"
        register_rows(Reach.BUDGET, "budgets.creditmovement", rows)
        register_rows(Reach.BUDGET, "budgets.commitment", rows)
        register_rows(Reach.BUDGET, "budgets.reservation", rows)
        register_rows(Reach.BUDGET, "budgets.bopopinion", rows)
        register_rows(Reach.BUDGET, "budgets.trajectory", rows)
        register_rows(Reach.BUDGET, "budgets.programmingkey", rows)
        register_rows(Reach.BUDGET, "budgets.waitingline", rows)
        register_rows(Reach.BUDGET, "budgets.budgetceiling", rows)
        for reach, path in (
            (Reach.NODE, "budgets.scoping.nodes_of_portfolio"),
            (Reach.OWN, "budgets.scoping.nodes_of_own_projects"),
        ):
            register_rows(reach, "budgets.budgetceiling", path)
        register_rows(Reach.BUDGET, "budgets.programmingline", rows)
        projects = "budgets.scoping.projects_of_nomenclature"
        register_rows(Reach.BUDGET, "projects.project", projects)
        register_scope(ScopeKind.NOMENCLATURE, "budgets.scoping.SCOPES")
