"""One object of each kind inside the scopes of every role, and its twin outside of them.

Inside: portfolio `IN`, nomenclature `BOP-IN`, entity `E-IN`; outside: the same with `OUT`. Codes
begin with the kind, so that a page that shows `P-OUT` is caught by its text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.test import TestCase
from django.utils import timezone

from accounts.enums import Role, ScopeKind
from accounts.models import (
    AuditEvent,
    EmergencyReport,
    Grant,
    MachineClient,
    SavedView,
    SessionRecord,
    User,
)
from accounts.models.grants import EMERGENCY_LIFE
from accounts.services.clients import create_client
from budgets.models import (
    Commitment,
    CreditMovement,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ScheduledPayment,
    ServiceDone,
)
from indicators.services.runs import request_computation
from jobs.models import Job
from partners.models import (
    Contract,
    ContractCommitment,
    ContractProject,
    EntityProgress,
    Partner,
)
from projects.models import (
    Baseline,
    Estimate,
    Ministry,
    PanoramaEdition,
    PanoramaEntry,
    PlannedValue,
    PortfolioNode,
    ProgressReport,
    Project,
)
from records.models import (
    Attachment,
    AttachmentFile,
    Comment,
    ImportBatch,
    ImportMapping,
    Notification,
)
from records.services.deposits import Upload, deposit_files
from records.services.storage import stored
from tests.access.planned import put_plan
from tests.access.programmed import put_planned
from tests.access.ruled import put_rules
from tests.access.standing_in import make_absence, make_delegation
from tests.access.waiting import put_to_attach
from tests.people import person

DAY = dt.date(2025, 3, 1)
SIDES = ("in", "out")
ROBOT_SCOPES = ["read", "projects:write", "jobs:write", "ledgers:import"]
# Roles in the order of `reliability.md` §3.2.
ROLES = (
    Role.PORTFOLIO_DIRECTOR,
    Role.PROJECT_MANAGER,
    Role.BUDGET_OFFICER,
    Role.CONTRACT_MANAGER,
    Role.MANAGEMENT_CONTROLLER,
    Role.PARTNER,
    Role.AUDITOR,
    Role.API_CLIENT,
    Role.TECHNICAL_ADMIN,
)


@dataclass
class World:
    """`people` by role; `keys[kind][side]` is what the address of an object holds."""

    people: dict[str, User]
    client_id: str = ""
    secret: str = ""
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, kind: str, side: str, key: Any) -> None:
        """Remember the key of an object."""
        self.keys.setdefault(kind, {})[side] = key


def build_world() -> World:
    """Create the people, then both sides."""
    stranger = User.objects.create_user("stranger", email="stranger@example.org")
    people = {role.value: _person(role) for role in ROLES if role != Role.API_CLIENT}
    for code in ("IN", "OUT"):
        PortfolioNode.objects.create(code=code, name=f"N-{code}", kind="portfolio")
    robot = create_client(name="robot", scopes=ROBOT_SCOPES, scope_code="IN")
    people[Role.API_CLIENT.value] = robot.client.account
    world = World(people, robot.client_id, robot.secret)
    Ministry.objects.create(code="MEN", name="Éducation nationale")
    _edition(world)
    for side in SIDES:
        _tree(world, side)
        _project(world, side, people[Role.PROJECT_MANAGER] if side == "in" else stranger)
        _ledger(world, side)
        _contract(world, side, people[Role.CONTRACT_MANAGER] if side == "in" else stranger)
        _records(world, side, stranger)
    _accounts(world, stranger)
    _compute()
    return world


def _compute() -> None:
    """Compute the indicators of both projects."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        request_computation(DAY)


def _person(role: Role) -> User:
    codes = {
        Role.PORTFOLIO_DIRECTOR: "IN",
        Role.PROJECT_MANAGER: "IN",
        Role.BUDGET_OFFICER: "BOP-IN",
        Role.CONTRACT_MANAGER: "IN",
        Role.PARTNER: "E-IN",
    }
    kind = ScopeKind.NOMENCLATURE if role == Role.BUDGET_OFFICER else ""
    return person(role, codes.get(role, ""), username=f"u-{role}", scope_kind=kind)


def _tree(world: World, side: str) -> None:
    code = side.upper()
    NomenclatureNode.objects.create(code=f"BOP-{code}", name=f"BOP {code}", kind="bop")
    Partner.objects.create(code=f"E-{code}", name=f"Entité {code}", kind="operator")
    world.put("node", side, code)
    world.put("nomenclature", side, f"BOP-{code}")
    world.put("partner", side, f"E-{code}")


def _edition(world: World) -> None:
    batch = ImportBatch.objects.create(
        code="PANORAMA-1", kind="panorama", source="x", digest="x", imported_at=timezone.now()
    )
    edition = PanoramaEdition.objects.create(code="2025-03", published_on=DAY, batch=batch)
    for side in SIDES:
        world.put("edition", side, edition.code)
        world.put("ministry", side, "MEN")
        world.put("indicator", side, "EV-01")


def _project(world: World, side: str, manager: User) -> None:
    code = side.upper()
    project = Project.objects.create(
        code=f"P-{code}",
        title=f"Projet {code}",
        normalised_title=f"projet {side}",
        node=PortfolioNode.objects.get(code=code),
        started_on=dt.date(2024, 1, 1),
        phase="build",
        manager=manager,
    )
    moment = timezone.now()
    baseline = Baseline.objects.create(
        project=project, number=0, approved_on=DAY, full_cost=Decimal("100"), recorded_at=moment
    )
    planned = PlannedValue.objects.create(baseline=baseline, month=DAY, amount=Decimal("100"))
    fact = {"project": project, "recorded_at": moment}
    estimate = Estimate.objects.create(
        **fact, edition_on=DAY, full_cost=Decimal("120"), source_reference=f"EST-{code}"
    )
    report = ProgressReport.objects.create(
        **fact, reported_on=DAY, percent_complete=Decimal("45"), source_reference=f"REP-{code}"
    )
    edition = PanoramaEdition.objects.get(code="2025-03")
    entry = PanoramaEntry.objects.create(
        edition=edition,
        project=project,
        title=f"Projet {code}",
        source_line=len(side),
        phase="build",
    )
    put_plan(world, side, project, baseline)
    world.put("project", side, project.code)
    world.put("baseline", side, baseline.pk)
    world.put("planned_value", side, planned.pk)
    world.put("estimate", side, estimate.pk)
    world.put("progress_report", side, report.pk)
    world.put("panorama_entry", side, entry.pk)
    world.put("indicator_value", side, f"{project.code}:EV-01")


def _ledger(world: World, side: str) -> None:
    code = side.upper()
    project = Project.objects.get(code=f"P-{code}")
    node = NomenclatureNode.objects.get(code=f"BOP-{code}")
    common: dict[str, Any] = {"recorded_at": timezone.now(), "fiscal_year": 2025}
    on = {"project": project, "node": node}
    movement = CreditMovement.objects.create(
        **common, **on, source_reference=f"MVT-{code}", kind="initial_distribution",
        ae=Decimal("500"), cp=Decimal("500"), effective_on=DAY, act_reference=f"ACT-{code}",
    )  # fmt: skip
    commitment = Commitment.objects.create(
        **common, **on, source_reference=f"ENG-{code}", legal_reference=f"EJ-{code}",
        amount=Decimal("300"), committed_on=DAY, commitment_year=2025,
    )  # fmt: skip
    done = ServiceDone.objects.create(
        **common, commitment=commitment, source_reference=f"SF-{code}",
        amount=Decimal("200"), done_on=DAY,
    )  # fmt: skip
    payment = Payment.objects.create(
        **common, commitment=commitment, source_reference=f"DP-{code}",
        amount=Decimal("100"), paid_on=DAY,
    )  # fmt: skip
    request = PaymentRequest.objects.create(
        **common, commitment=commitment, source_reference=f"PO-{code}", number=f"PO-{code}",
        amount=Decimal("100"), requested_on=DAY,
    )  # fmt: skip
    scheduled = ScheduledPayment.objects.create(
        **common, commitment=commitment, source_reference=f"ECH-{code}",
        amount=Decimal("200"), forecast_on=DAY,
    )  # fmt: skip
    world.put("payment request", side, request.pk)
    world.put("scheduled payment", side, scheduled.pk)
    put_planned(world, side, on)
    put_to_attach(world, side, on)
    shown = {
        "official table": "rap",
        "statement": "t5",
        "figure": "cp_paid",
        "ledger": "ae",
        "version table": "t1",
    }
    world.keys |= {kind: {**world.keys.get(kind, {}), side: key} for kind, key in shown.items()}
    put_rules(world, side, node)
    rows = {"movement": movement, "commitment": commitment, "service": done, "payment": payment}
    for kind, row in rows.items():
        world.put(kind, side, row.pk)


def _contract(world: World, side: str, manager: User) -> None:
    code = side.upper()
    contract = Contract.objects.create(
        code=f"CT-{code}", title=f"Marché {code}", kind="contract", manager=manager,
        holder=Partner.objects.get(code=f"E-{code}"), amount_excl_tax=Decimal("100"),
        vat_rate=Decimal("20"), amount_incl_tax=Decimal("120"),
    )  # fmt: skip
    ContractProject.objects.create(contract=contract, project=Project.objects.get(code=f"P-{code}"))
    ContractCommitment.objects.create(
        contract=contract, commitment=Commitment.objects.get(source_reference=f"ENG-{code}")
    )
    world.put("contract", side, contract.code)
    progress = EntityProgress.objects.create(
        project=Project.objects.get(code=f"P-{code}"), partner=contract.holder, reported_on=DAY,
        percent_complete=Decimal("30"), recorded_at=timezone.now(),
    )  # fmt: skip
    world.put("entity_progress", side, progress.pk)


def _records(world: World, side: str, author: User) -> None:
    """What hangs on the contract of the side, shown to its partner."""
    code = side.upper()
    of: dict[str, Any] = {
        "subject_kind": "contract", "subject_code": f"CT-{code}", "author": author,
        "is_shared": True,
    }  # fmt: skip
    attachment = Attachment.objects.create(**of, title=f"PJ-{code}")
    with stored(BytesIO(b"x")) as (name, digest, size):
        AttachmentFile.objects.create(
            attachment=attachment, number=1, file_name="pj.txt", stored_name=name,
            media_type="text/plain", size=size, sha256=digest, received_at=timezone.now(),
            received_by=author,
        )  # fmt: skip
    comment = Comment.objects.create(**of, body=f"Commentaire {code}")
    world.put("attachment", side, attachment.pk)
    world.put("comment", side, comment.pk)
    world.put("subject", side, f"contract/CT-{code}")


def _accounts(world: World, stranger: User) -> None:
    """Objects whose inside is one's own, or a grant of the own scope."""
    newcomer = User.objects.create_user("newcomer", email="newcomer@example.org")
    for side in SIDES:
        grant = Grant.objects.create(
            user=newcomer, role=Role.PROJECT_MANAGER, scope_code=side.upper(), valid_from=DAY,
            granted_by=stranger,
        )  # fmt: skip
        world.put("grant", side, grant.pk)
    of_bop = Grant.objects.create(
        user=newcomer, role=Role.BUDGET_OFFICER, scope_kind=ScopeKind.NOMENCLATURE,
        scope_code="BOP-IN", valid_from=DAY, granted_by=stranger,
    )  # fmt: skip
    world.put(f"grant:{world.people[Role.BUDGET_OFFICER].username}", "in", of_bop.pk)
    _emergencies(world, newcomer, stranger)
    client = MachineClient.objects.get()
    for side in SIDES:
        world.put("user", side, "newcomer")
        world.put("person", side, newcomer.pk)
        world.put("client", side, client.pk)
    mapping = ImportMapping.objects.create(
        code="MAP", name="Source", table="portfolios", headings=["Code", "Nom", "Type"],
        columns={"Code": "code", "Nom": "name", "Type": "kind"},
    )  # fmt: skip
    for side in SIDES:
        world.put("mapping", side, mapping.code)
    makers = (
        ("job", _job), ("batch", _batch), ("event", _event), ("draft", _draft),
        ("view", _view), ("notification", _notification), ("session", _session),
        ("delegation", make_delegation), ("absence", make_absence),
    )  # fmt: skip
    for kind, make in makers:
        world.put(kind, "out", make(stranger))
        for who in world.people.values():
            world.put(f"{kind}:{who.username}", "in", make(who))


def _emergencies(world: World, holder: User, stranger: User) -> None:
    """An access that waits for a second person, and one that is over, with its report."""
    opener = User.objects.create_user("opener")
    opened = dt.datetime(2025, 3, 1, 12, 0, tzinfo=dt.UTC)
    end = opened + EMERGENCY_LIFE
    of = {"user": holder, "is_emergency": True, "granted_by": stranger, "reason": "Essai"}
    for side in SIDES:
        waiting = Grant.objects.create(
            **of, role=Role.CONTRACT_MANAGER, scope_code=side.upper(), valid_from=DAY
        )
        over = Grant.objects.create(
            **of, role=Role.PORTFOLIO_DIRECTOR, scope_code=side.upper(), valid_from=DAY,
            valid_to=DAY, approved_by=opener, approved_at=opened, ends_at=end, ended_at=end,
        )  # fmt: skip
        EmergencyReport.objects.create(
            grant=over, produced_at=end, reads=0, writes=0, refusals=0, operations=0
        )
        world.put("emergency", side, waiting.pk)
        world.put("emergency_over", side, over.pk)


def _job(who: User) -> int:
    return Job.objects.create(
        kind="indicators.compute", key=who.username, requested_by=who, due_at=timezone.now(),
        state="quarantine",
    ).pk  # fmt: skip


def slug(who: User) -> str:
    """Return the name of a person as a code holds it."""
    return who.username.replace("_", "-")


def _batch(who: User) -> str:
    return ImportBatch.objects.create(
        code=f"LOT-{slug(who)}", kind="portfolio", source="x", digest=who.username,
        imported_at=timezone.now(), imported_by=who,
    ).code  # fmt: skip


def _event(who: User) -> int:
    return AuditEvent.objects.create(
        at=timezone.now(), actor=who, verb="edited", object_kind="project",
        object_code=f"EV-{who.username}",
    ).pk  # fmt: skip


def _draft(who: User) -> int:
    """A deposit of one table that holds one line."""
    heading = "code,name,kind,parent,data_origin\n"
    content = f"{heading}DEP-{who.pk},Déposé,portfolio,,operational\n".encode()
    upload = Upload("portfolios.csv", BytesIO(content), len(content))
    return deposit_files(actor=who, files=[upload]).pk


def _view(who: User) -> int:
    return SavedView.objects.create(owner=who, list_name="projects", name="Vue").pk


def _notification(who: User) -> int:
    return Notification.objects.create(
        recipient=who, event="comment", key=f"k-{who.username}", subject_kind="contract",
        subject_code="CT-IN", happened_at=timezone.now(),
    ).pk  # fmt: skip


def _session(who: User) -> int:
    return SessionRecord.objects.create(user=who, key_digest=f"d-{who.username}").pk
