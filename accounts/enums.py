"""Roles, actions and resources; one list of each (architecture §5, `reliability.md` §3.2)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Product roles; a machine client has its own role and is never a person."""

    PORTFOLIO_DIRECTOR = "portfolio_director", _("portfolio director")
    PROJECT_MANAGER = "project_manager", _("project manager")
    BUDGET_OFFICER = "budget_officer", _("budget officer")
    CONTRACT_MANAGER = "contract_manager", _("contract manager")
    MANAGEMENT_CONTROLLER = "management_controller", _("management controller")
    PARTNER = "partner", _("partner or operator")
    AUDITOR = "auditor", _("auditor")
    API_CLIENT = "api_client", _("API client")
    TECHNICAL_ADMIN = "technical_admin", _("technical administrator")


class ScopeKind(models.TextChoices):
    """What the scope of a grant names."""

    PORTFOLIO = "portfolio", _("node of the portfolio")
    NOMENCLATURE = "nomenclature", _("BOP or UO of the nomenclature")
    ENTITY = "entity", _("partner or operator")


class Action(models.TextChoices):
    """Verbs of the policy table."""

    READ = "read", _("read")
    CREATE = "create", _("create")
    UPDATE = "update", _("edit")
    ESTIMATE = "estimate", _("re-estimate")
    REPORT = "report", _("report progress")
    SUBMIT = "submit", _("submit")
    VALIDATE = "validate", _("validate")
    CLOSE = "close", _("close")
    DELETE = "delete", _("delete a draft")
    MERGE = "merge", _("merge two records")
    CORRECT = "correct", _("correct by a counter-entry")
    EXPORT = "export", _("export")
    IMPORT = "import", _("import")
    UNDO = "undo", _("undo an import")
    RECOMPUTE = "recompute", _("recompute")
    CANCEL = "cancel", _("cancel")
    RETRY = "retry", _("try again")
    VIEW_AS = "view_as", _("view as")


class Resource(models.TextChoices):
    """Objects of the policy table; codes are those of the API routes, in the singular."""

    PORTFOLIO = "portfolio", _("portfolio")
    PROJECT = "project", _("project")
    SHARED_PROJECT = "shared_project", _("public part of a project")
    SHARED_INDICATOR = "shared_indicator", _("indicator shared with partners")
    CREDIT = "credit", _("ceilings and credit movements")
    LEDGER = "ledger", _("commitments, service done and payments")
    NOMENCLATURE = "nomenclature", _("budget nomenclature")
    EXERCISE = "exercise", _("exercise and its calendar")
    PARTNER = "partner", _("partner")
    CONTRACT = "contract", _("contract")
    RESERVATION = "reservation", _("reservation of credits")
    BUDGET_RULE = "budget_rule", _("budget rule")
    PROGRAMMING_REQUEST = "programming_request", _("AE/CP request (programming)")
    PROGRAMMING_VERSION = "programming_version", _("AE/CP programming version")
    ALERT = "alert", _("alert")
    MATCHING_RULE = "matching_rule", _("matching rule")
    INDICATOR = "indicator", _("indicator definition")
    INDICATOR_VALUE = "indicator_value", _("indicator value")
    ATTACHMENT = "attachment", _("attachment")
    COMMENT = "comment", _("comment")
    JOB = "job", _("job")
    IMPORT_BATCH = "import_batch", _("import batch")
    AUDIT = "audit", _("audit log")
    USER = "user", _("user")
    GRANT = "grant", _("grant")
    EMERGENCY_ACCESS = "emergency_access", _("emergency access")
    MACHINE_CLIENT = "machine_client", _("machine client")


class Reach(models.TextChoices):
    """How far a cell of the policy table reaches, inside the scope of the grant."""

    NODE = "node", _("the portfolio of the grant")
    OWN = "own", _("own records inside the portfolio of the grant")
    BUDGET = "budget", _("the BOP or UO of the grant")
    CONTRACT = "contract", _("own contracts, and the projects that they serve")
    ENTITY = "entity", _("the entity of the grant")
    ALL = "all", _("everything")


class LinkKind(models.TextChoices):
    """What a link sent by mail opens."""

    INVITATION = "invitation", _("invitation")
    RESET = "reset", _("password to set again")


class SessionMethod(models.TextChoices):
    """How a session was opened."""

    PASSWORD = "password", _("password")
    PROVIDER = "provider", _("identity provider")
    BREAK_GLASS = "break_glass", _("emergency account")


class TryKind(models.TextChoices):
    """What is tried, and by what the tries are counted."""

    ACCOUNT = "account", _("password, by account")
    DEVICE = "device", _("password, by known device")
    NETWORK = "network", _("password, by network")
    SECOND_FACTOR = "second_factor", _("second factor, by account")
    RESET_ACCOUNT = "reset_account", _("password link, by address")
    RESET_NETWORK = "reset_network", _("password link, by network")


class ClientState(models.TextChoices):
    """Whether a machine client may call."""

    ACTIVE = "active", _("active")
    WAITING = "waiting", _("waiting for a second person")
    NO_ROLE = "no_role", _("without a role in force")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")
    SUSPENDED = "suspended", _("suspended")


class EmergencyState(models.TextChoices):
    """Where an emergency access stands."""

    WAITING = "waiting", _("waiting for a second person")
    REFUSED = "refused", _("refused")
    OPEN = "open", _("open")
    CLOSED = "closed_early", _("closed early")
    OVER = "over", _("over")


class LineNature(models.TextChoices):
    """What a line of the report of an emergency access is."""

    READ = "read", _("read")
    SENT = "sent", _("write sent")
    REFUSED = "refused", _("request refused")
    OPERATION = "operation", _("operation recorded")
