"""Roles and actions; one list of each (architecture §5, `reliability.md` §3.2)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Product roles; a machine client has its own role and is never a person."""

    PORTFOLIO_DIRECTOR = "portfolio_director", _("portfolio director")
    PROJECT_MANAGER = "project_manager", _("project manager")
    BUDGET_OFFICER = "budget_officer", _("budget officer")
    MANAGEMENT_CONTROLLER = "management_controller", _("management controller")
    API_CLIENT = "api_client", _("API client")


class Action(models.TextChoices):
    """Verbs of the policy table."""

    READ = "read", _("read")
    CREATE = "create", _("create")
    UPDATE = "update", _("edit")
    ESTIMATE = "estimate", _("re-estimate")
    REPORT = "report", _("report progress")
    CLOSE = "close", _("close")
    EXPORT = "export", _("export")
    IMPORT = "import", _("import")
    RECOMPUTE = "recompute", _("recompute")


class Resource(models.TextChoices):
    """Objects of the policy table; codes are those of the API routes, in the singular."""

    PORTFOLIO = "portfolio", _("portfolio")
    PROJECT = "project", _("project")
    LEDGER = "ledger", _("AE/CP ledgers")
    PARTNER = "partner", _("partner")
    CONTRACT = "contract", _("contract")
    INDICATOR = "indicator", _("indicator definition")
    INDICATOR_VALUE = "indicator_value", _("indicator value")
    JOB = "job", _("job")
    IMPORT_BATCH = "import_batch", _("import batch")


class Reach(models.TextChoices):
    """How far a cell of the policy table reaches, inside the node of the grant."""

    NODE = "node", _("the tree node of the grant")
    OWN = "own", _("own records inside the node of the grant")
    ALL = "all", _("everything")
