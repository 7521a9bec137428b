"""Django application of the room `partners`."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.enums import Reach, ScopeKind
from accounts.scoping import register_rows, register_scope
from records.importing.registry import register_room
from records.subjects import register_subject


class PartnersConfig(AppConfig):
    """The room `partners`; see docs/architecture.md."""

    name = "partners"
    verbose_name = _("partners")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register by name the tables that the room imports and what each reach opens."""
        register_room("partners.importers.portfolio.ROOM")
        register_subject("contract", "partners.subjects.CONTRACT")
        register_subject("amendment", "partners.subjects.AMENDMENT")
        for reach, model, provider in (
            (Reach.CONTRACT, "partners.contract", "own_contracts"),
            (Reach.CONTRACT, "projects.project", "projects_of_own_contracts"),
            (Reach.CONTRACT, "budgets.commitment", "commitments_of_own_contracts"),
            (Reach.CONTRACT, "budgets.programmingline", "lines_of_own_contracts"),
            (Reach.ENTITY, "partners.contract", "contracts_of_entity"),
            (Reach.ENTITY, "partners.partner", "partners_of_codes"),
            (Reach.ENTITY, "projects.project", "projects_of_entity"),
            (Reach.ENTITY, "budgets.payment", "payments_of_entity"),
            (Reach.ENTITY, "budgets.paymentrequest", "payments_of_entity"),
        ):
            register_rows(reach, model, f"partners.scoping.{provider}")
        register_scope(ScopeKind.ENTITY, "partners.scoping.SCOPES")
