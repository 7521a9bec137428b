"""Every address of the pages: those that take no argument, and one of each of the others."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Grant, User
from accounts.services.clients import create_client
from accounts.services.emergency import ask_emergency_access
from accounts.services.saved_views import save_view
from budgets.models import (
    BopOpinion,
    BudgetCeiling,
    BudgetRule,
    Commitment,
    CreditMovement,
    Exercise,
    MatchingRule,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ProgrammingFile,
    ProgrammingKey,
    ProgrammingLine,
    ProgrammingVersion,
    Reservation,
    Scenario,
    ScheduledPayment,
    ServiceDone,
    Trajectory,
    WaitingLine,
)
from common.fiscal import today
from jobs.models import Job
from partners.models import Contract, Partner
from projects.models import PortfolioNode, Project, Task
from records.models import Alert, ImportBatch
from records.services.attachments import attach_document
from records.services.comments import write_comment
from tests.office.test_first_use import plain_pages, takes_get
from tests.records import files
from web.partners.shared import shared_projects

# What answers with a file or with data, needs a link that was sent, or stands in a state that the
# demonstration has not: imports, merges and reports of accesses have tests of their own.
APART = {
    "attachment_download", "emergency_report", "import-batch", "import-draft", "import-file",
    "import-line", "import-mapping", "import-mapping-close", "import-mapping-edit", "import-match",
    "import-rejects", "mentions", "open-link", "programming_group", "programming_state",
    "programming_thread", "programming_workbook_ods", "programming_workbook_xlsx",
    "project_move", "project_reopen", "unsubscribe",
}  # fmt: skip
SUBJECT = {"kind": "project", "code": "EX-01"}
LEDGERS: dict[str, type[Model]] = {
    "credit-movement": CreditMovement,
    "commitment": Commitment,
    "service-done": ServiceDone,
    "payment-request": PaymentRequest,
    "payment": Payment,
    "scheduled-payment": ScheduledPayment,
}
LINE_PAGES = ("move", "service", "request", "payment")
RESERVATION_PAGES = ("", "_release", "_consume", "_history")
OWNED: dict[str, type[Model]] = {
    "portfolio": PortfolioNode,
    "nomenclature_node": NomenclatureNode,
    "contract": Contract,
    "partner": Partner,
}


def named_routes() -> dict[str, str]:
    """Return the routes of the pages that take arguments: name → route."""
    found: dict[str, str] = {}

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif "<" in route and takes_get(pattern):
                found[str(pattern.name)] = route

    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace == "web":
            walk(resolver.url_patterns, "")
    return found


def plain_addresses() -> list[str]:
    """Return every address that takes no argument, but for the log-in."""
    return [f"/{path}" for path in plain_pages() if "connexion" not in path]


def detail_addresses() -> list[str]:
    """Return one address of each route that takes arguments, on the demonstration."""
    given = {**_projects(), **_owned(), **_ledgers(), **_people(), **_records(), **_others()}
    assert ({*given} | APART) ^ {*named_routes()} == set()
    return [reverse(f"web:{name}", kwargs=kwargs) for name, kwargs in given.items()]


def first(model: type[Model], **filters: Any) -> Any:
    """Return the oldest row of a table."""
    row = model._default_manager.filter(**filters).order_by("pk").first()
    assert row is not None, model
    return row


def _projects() -> dict[str, dict[str, Any]]:
    shared = {"code": _shared_with_a_partner()}
    verbs = "edit estimate progress baseline close history merge plan".split()
    return {
        "project": {"code": "EX-02"},
        "milestone": {"pk": first(Task, project__code="EX-02", kind="milestone").pk},
        **{f"project_{verb}": {"code": "EX-02"} for verb in verbs},
        "project_indicator": {"code": "EX-02", "indicator": "DR-08"},
        "indicator": {"code": "DR-07"},
        "panorama_edition": {"code": "2018-03"},
        "shared_project": shared,
        "shared_progress": shared,
    }


def _shared_with_a_partner() -> str:
    """Return the code of a project that the partner of the demonstration sees."""
    shared = shared_projects(User.objects.get(username="partenaire"))
    return str(shared.order_by("code")[0].code)


def _owned() -> dict[str, dict[str, Any]]:
    given: dict[str, dict[str, Any]] = {}
    for name, model in OWNED.items():
        code = first(model, data_origin="fictitious").code
        for page in ("", "_history", "_edit"):
            given[f"{name}{page}"] = {"code": code}
        given[f"{name}_move"] = {"code": code, "word": "cloturer"}
    given["partner_merge"] = given["partner"]
    return given


def _ledgers() -> dict[str, dict[str, Any]]:
    given = {}
    for name, model in LEDGERS.items():
        given[name] = given[f"{name}-correct"] = {"pk": first(model).pk}
    given["credit-act"] = given["credit-act-cancel"] = given["credit-movement"]
    for page in LINE_PAGES:
        given[f"commitment-{page}"] = given["commitment"]
    return given


def _people() -> dict[str, dict[str, Any]]:
    person = User.objects.get(username="cheffe.projet")
    names = "person person-edit person-suspend person-reset-factor person-link personal_data"
    closed = User.objects.create_user("partie", is_active=False)
    asked = ask_emergency_access(
        actor=User.objects.get(username="directrice"),
        user=User.objects.create_user("renfort"),
        role=Role.PROJECT_MANAGER,
        scope_code=first(PortfolioNode, data_origin="fictitious").code,
        reason="Panne",
    )
    return {
        **{name: {"pk": person.pk} for name in names.split()},
        "person-reactivate": {"pk": closed.pk},
        "pseudonymise": {"pk": closed.pk},
        "rights": {"username": person.username},
        "grant": {"pk": first(Grant).pk},
        "emergency": {"pk": asked.pk},
    }


def _records() -> dict[str, dict[str, Any]]:
    """Return the pages of a document and of a remark, which are written for it."""
    actor = User.objects.get(username="directrice")
    subject = {"subject_kind": "project", "subject_code": "EX-01"}
    remark = write_comment(actor=actor, body="Une remarque", **subject)
    document = attach_document(
        actor=actor,
        content=io.BytesIO(files.PDF),
        file_name="avis.pdf",
        size=len(files.PDF),
        title="Avis",
        **subject,
    )
    pages = "attachment attachment_describe attachment_replace attachment_withdraw"
    remarks = "comment_answer comment_edit comment_withdraw comment_resolve comment_reopen"
    return {
        **{name: {"pk": document.pk} for name in pages.split()},
        **{name: {"pk": remark.pk} for name in remarks.split()},
        **dict.fromkeys(("attach", "comment", "records"), SUBJECT),
    }


def _rules() -> dict[str, dict[str, Any]]:
    """Return the pages of a rule, and those of an alert, an opinion and a trajectory."""
    bop = NomenclatureNode.objects.create(code="BOP-EX", name="BOP", kind="bop")
    now = timezone.now()
    alert = Alert.objects.create(
        source="R-01", severity="block", subject_kind="budget_node", subject_code=bop.code,
        fiscal_year=2026, message="ceiling_passed", amount=Decimal(1), first_seen_at=now,
        last_seen_at=now, context={
            "code": bop.code, "fiscal_year": 2026, "figures": {"used": 200, "limit": 100},
            "words": {"ledger": "AE"},
        },
    )  # fmt: skip
    opinion = BopOpinion.objects.create(
        node=bop, fiscal_year=2026, given_on=today(), sense="favourable"
    )
    trajectory = Trajectory.objects.create(node=bop, fiscal_year=2027, cp=Decimal(10))
    keys = {"key_0": 60, "key_1": 40, "key_2": 0, "key_3": 0}
    key = ProgrammingKey.objects.create(
        node=bop, fiscal_year=2090, nature="new", data_origin="fictitious", **keys
    )
    rule = {"pk": BudgetRule.objects.get(code="R-07").pk}
    return {
        "alert": {"pk": alert.pk},
        "alert_acknowledge": {"pk": alert.pk},
        "budget-rule": rule,
        "budget-rule_revise": rule,
        "bop-opinions_edit": {"pk": opinion.pk},
        "trajectories_edit": {"pk": trajectory.pk},
        "programming-keys_edit": {"pk": key.pk},
    }


def _exercises() -> dict[str, dict[str, Any]]:
    """Return the pages of an exercise of the demonstration."""
    open_one = {"pk": first(Exercise, data_origin="fictitious").pk}
    pages = ("", "_edit", "_close", "_reopen", "_confirm", "_history")
    return {f"exercise{page}": open_one for page in pages}


def _ceilings() -> dict[str, dict[str, Any]]:
    """Return the pages of a ceiling of the demonstration that waits for a decision."""
    waits = {"pk": first(BudgetCeiling, data_origin="fictitious", state="proposed").pk}
    return {f"ceiling{page}": waits for page in ("", "_attest", "_refuse", "_history")}


def _programming() -> dict[str, dict[str, Any]]:
    """Return the pages of the last version of the demonstration, of a line and of a file."""
    version = ProgrammingVersion.objects.filter(data_origin="fictitious", state="draft").first()
    assert version is not None
    of = {"year": version.fiscal_year, "number": version.number}
    pages = (
        "_version", "_compare", "_print", "_line_create", "_derive", "_workbook", "-steps",
        "-many-steps",
    )  # fmt: skip
    line = {**of, "pk": first(ProgrammingLine, programming_version=version).pk}
    return {
        **{f"programming{page}": of for page in pages},
        **{f"programming_line{page}": line for page in ("", "_take_out")},
        "programming-lines": {"pk": version.pk},
        "programming-file-note": {"pk": first(ProgrammingFile, programming_version=version).pk},
        "programming-file": {"pk": first(ProgrammingFile, programming_version=version).pk},
        **_scenarios(),
    }


def _to_attach() -> dict[str, dict[str, Any]]:
    """Add a line that waits, and a rule that would attach it."""
    project = Project.objects.get(code="EX-02")
    batch = ImportBatch.objects.filter(kind="portfolio").order_by("pk")[0]
    line = WaitingLine.objects.create(
        batch=batch, table="commitments", source_reference="EJ-ATT-1", source_line=2,
        source_file="commitments.csv", fiscal_year=2026, amount=Decimal(120),
        values={"supplier": "Société d’exemple"}, reasons=["unknown_project"],
        data_origin="fictitious",
    )  # fmt: skip
    rule = MatchingRule.objects.create(
        code="SUP-1", name="Société d’exemple", project=project,
        conditions=[{"column": "supplier", "operator": "is", "text": "Société d’exemple"}],
    )  # fmt: skip
    of_rule = {"code": rule.code}
    return {
        "waiting_line": {"pk": line.pk},
        "waiting_line_set_aside": {"pk": line.pk},
        "waiting_line_detach": {"pk": line.pk},
        **{f"matching_rule{page}": of_rule for page in ("", "_history", "_edit")},
        "matching_rule_move": {**of_rule, "word": "cloturer"},
    }


def _scenarios() -> dict[str, dict[str, Any]]:
    """Return the pages of the scenarios of the demonstration."""
    scenario = first(Scenario, programming_version__data_origin="fictitious")
    version = scenario.programming_version
    of = {"year": version.fiscal_year, "number": version.number}
    pages = ("", "_change", "_accept", "_abandon")
    return {
        **{f"scenario{page}": {"pk": scenario.pk} for page in pages},
        **dict.fromkeys(("scenarios", "scenario_create", "scenario_compare"), of),
    }


def _others() -> dict[str, dict[str, Any]]:
    director = User.objects.get(username="directrice")
    view = save_view(actor=director, list_name="/projets/", name="Revue", query="", is_shared=False)
    client = create_client(name="Entrepôt", scopes=["read"], scope_code="").client
    reservation = {"pk": first(Reservation).pk}
    return {
        **_to_attach(),
        **{f"reservation{page}": reservation for page in RESERVATION_PAGES},
        **_rules(),
        **_exercises(),
        **_ceilings(),
        **_programming(),
        "official": {"code": "rap"},
        "execution_rows": {"figure": "cp_paid"},
        "execution_landing": {"code": "EX-02"},
        "statement": {"code": "t5"},
        "version_table": {"code": "t1"},
        "version_table_rows": {"code": "t2", "figure": "programmed_cp_0"},
        "large_project": {"code": "EX-02"},
        "availability_rows": {"ledger": "ae", "key": "net"},
        "official_rows": {"code": "rap", "key": "R6"},
        "job": {"pk": first(Job).pk},
        "view_edit": {"pk": view.pk},
        **{f"client{page}": {"pk": client.pk} for page in ("", "-edit", "-rotate", "-revoke")},
    }
