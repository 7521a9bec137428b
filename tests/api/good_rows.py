"""The rows that a request needs in order to succeed: one for each state that a write leaves."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from accounts.enums import Role, ScopeKind
from accounts.models import User
from accounts.services.clients import create_client
from accounts.services.delegations import declare_absence, give_delegation
from accounts.services.emergency import ask_emergency_access
from accounts.services.grants import establish_grant, propose_grant
from accounts.services.merging import merge_records
from accounts.services.people import suspend_person
from budgets.models import (
    BopOpinion,
    BudgetCeiling,
    BudgetRule,
    Exercise,
    MatchingRule,
    NomenclatureNode,
    ProgrammingKey,
    Reservation,
    Trajectory,
    WaitingLine,
)
from budgets.services.acts import Leg, decide_act
from budgets.services.attaching import attach_line, set_line_aside
from budgets.services.budget_ceilings import propose_ceiling
from budgets.services.commitments import Line, record_commitment
from budgets.services.exercises import ask_reopening, close_exercise, create_exercise
from budgets.services.landings import choose_landing
from budgets.services.reservations import reserve_credits
from common.models import ENDED_STATES, DataOrigin
from jobs.models import Job
from partners.models import Contract, Partner
from partners.services.kinds import PARTNERS
from projects.models import PortfolioNode, Project
from projects.services.kinds import PROJECTS
from records.models import Alert, ImportBatch, ImportDraft, ImportMapping, Notification
from records.services.attachments import attach_document
from records.services.checking import check_draft
from records.services.comments import resolve_thread, write_comment
from records.services.deposits import Upload, deposit_files
from records.services.imports import import_folder
from records.services.undo import request_undo
from tests.api.conftest import FICTITIOUS, make_project, make_user
from tests.api.planned import add_facts, add_plan
from tests.api.programmed import add_programming
from tests.budgets.extracts import bring, commitment
from tests.imports.folders import right_tables, text_of, write_tables
from tests.records import files

STATES = ("draft", "open", "closed", "archived")
WRONG = "12 4OO,00"


def add_people(users: Any) -> None:
    """Add the roles that only some writes need, beside those of every test."""
    users.contracts = make_user("contract-manager", Role.CONTRACT_MANAGER)
    users.admin = make_user("administrator", Role.TECHNICAL_ADMIN)
    users.partner = make_user("holder", Role.PARTNER, "EX-1")
    users.second = make_user("second-controller", Role.MANAGEMENT_CONTROLLER)


def _ended(state: str) -> dict[str, Any]:
    day = dt.date(2025, 12, 31) if state in ENDED_STATES else None
    return {"state": state, "closed_on": day, "closing_reason": "Terminé" if day else ""}


def add_owned(portfolio: Any, users: Any) -> None:
    """Add a record of each kind in each state, under the code `X-<state>`."""
    inside = portfolio.nodes["A"]
    for state in STATES:
        code, life = f"X-{state}", _ended(state) | {"data_origin": DataOrigin.OPERATIONAL}
        own = life | {"data_origin": FICTITIOUS}
        PortfolioNode.objects.create(code=code, name=code, kind="portfolio", parent=inside, **own)
        NomenclatureNode.objects.create(code=code, name=code, kind="uo", **life)
        Partner.objects.create(code=code, name=code, kind="company", **life)
        Contract.objects.create(
            code=code, title=code, kind="contract", holder=portfolio.partner,
            amount_excl_tax=100, vat_rate=20, amount_incl_tax=120, manager=users.contracts, **own,
        )  # fmt: skip
        MatchingRule.objects.create(
            code=code, name=code, commitment="EJ-1", **_ended(state),
            conditions=[{"column": "supplier", "operator": "is", "text": "Éditeur"}],
        )  # fmt: skip
        project = make_project(code, inside, manager=users.manager)
        Project.objects.filter(pk=project.pk).update(**own)


def add_merges(portfolio: Any, users: Any) -> dict[str, int]:
    """Merge a duplicate of each kind that may be, beside one to merge; return the merges."""
    inside = portfolio.nodes["A"]
    kept = {"partners": Partner.objects.create(code="K-1", name="Gardé", kind="company")}
    twice = {"partners": Partner.objects.create(code="K-2", name="Double", kind="company")}
    Partner.objects.create(code="X-twin", name="Double", kind="company", data_origin=FICTITIOUS)
    make_project("X-twin", inside)
    kept["projects"] = make_project("K-1", inside, title="Projet gardé")
    twice["projects"] = make_project("K-2", inside, title="Projet en double")
    actors = {"partners": users.contracts, "projects": users.director}
    return {
        name: merge_records(
            actor=actors[name],
            kind={"partners": PARTNERS, "projects": PROJECTS}[name],
            kept_id=kept[name].pk,
            expected_version=1,
            duplicate_id=twice[name].pk,
            reason="Saisi deux fois",
        ).pk
        for name in kept
    }


def add_accounts(users: Any) -> SimpleNamespace:
    """Add a machine client, a proposed grant, an account to edit and a suspended one."""
    people = {
        name: User.objects.create(username=name, email=f"{name}@example.org")
        for name in ("newcomer", "leaver")
    }
    suspend_person(
        actor=users.admin, user_id=people["leaver"].pk, expected_version=1, reason="Départ"
    )
    grant = propose_grant(
        actor=users.director,
        user=people["newcomer"],
        role=Role.PROJECT_MANAGER,
        scope_code="A",
        reason="Arrivée",
    )
    emergency = ask_emergency_access(
        actor=users.director,
        user=people["newcomer"],
        role=Role.PROJECT_MANAGER,
        scope_code="B",
        reason="Urgence",
    )
    client = create_client(name="warehouse", scopes=["read"], actor=users.admin).client
    people["leaver"].refresh_from_db()
    day = dt.date(2199, 1, 1)
    lent = give_delegation(
        actor=users.director, grant_id=users.director.grants.get().pk, delegate=people["newcomer"],
        valid_from=day, valid_to=day, reason="Congés",
    )  # fmt: skip
    absence = declare_absence(actor=users.director, starts_on=day, ends_on=day)
    return SimpleNamespace(
        **people, grant=grant, client=client, emergency=emergency, lent=lent, absence=absence
    )


def add_notes(users: Any) -> SimpleNamespace:
    """Attach a document to a project, and comment on it for a colleague."""
    about = {"subject_kind": "project", "subject_code": "A-1"}
    attachment = attach_document(
        actor=users.manager,
        content=io.BytesIO(files.PDF),
        file_name="note.pdf",
        size=len(files.PDF),
        **about,
    )
    comment = write_comment(actor=users.manager, body="@director à lire", **about)
    told = Notification.objects.of(users.director).get()
    settled = write_comment(actor=users.manager, body="Vu", **about)
    resolved = resolve_thread(actor=users.manager, comment_id=settled.pk, expected_version=1)
    return SimpleNamespace(
        attachment=attachment, comment=comment, resolved=resolved, notification=told
    )


def add_jobs(users: Any) -> dict[str, Job]:
    """Add a job of the controller that waits and one that failed."""
    return {
        state: Job.objects.create(
            kind="indicators.compute",
            key=f"2019-01-{number:02d}",
            payload={"as_of": f"2019-01-{number:02d}"},
            state=state,
            due_at=timezone.now(),
            requested_by=users.controller,
        )
        for number, state in enumerate(("queued", "failed"), start=1)
    }


def import_file(**cells: str) -> bytes:
    """Return a small file to import: one commitment of A-1."""
    row = right_tables()["commitments"][0] | {"node": "0214-DNE", **cells}
    return text_of([row]).encode()


def add_drafts(users: Any) -> dict[str, ImportDraft]:
    """Deposit a file at fault, and one that is ready."""
    contents = {
        "faulty": import_file(source_reference="Z-1", amount=WRONG),
        "ready": import_file(source_reference="Z-2"),
    }
    drafts = {}
    for name, content in contents.items():
        draft = deposit_files(
            actor=users.controller,
            files=[Upload("commitments.csv", io.BytesIO(content), len(content))],
        )
        drafts[name] = check_draft(draft_id=draft.pk)
    return drafts


def add_batches(users: Any, folder: Any) -> dict[str, ImportBatch]:
    """Import three files: one of today, one that is old, one whose undo was asked for."""
    batches = {}
    for name in ("fresh", "old", "asked"):
        row = right_tables()["partners"][0] | {"code": f"I-{name}", "identifier": ""}
        path = write_tables(folder / name, {"partners": [row]})
        result = import_folder(actor=users.controller, path=path, dry_run=False)
        batches[name] = ImportBatch.objects.get(code=result.batch)
    past = timezone.now() - dt.timedelta(days=3)
    aged = [batches["old"].pk, batches["asked"].pk]
    ImportBatch.objects.filter(pk__in=aged).update(imported_at=past)
    request_undo(actor=users.controller, batch_id=batches["asked"].pk, reason="Erreur")
    return batches


def add_reservations(users: Any) -> list[Reservation]:
    """Set credits aside twice: one reservation to release, one to consume."""
    uo = NomenclatureNode.objects.get(code="0214-DNE")
    return [
        reserve_credits(
            actor=users.budget,
            node=uo,
            fiscal_year=2025,
            label=label,
            ae=Decimal(10),
            project=Project.objects.get(code="A-1"),
        )
        for label in ("à libérer", "à consommer")
    ]


def add_typed(users: Any) -> dict[str, Any]:
    """Type credits, an act to cancel, and a commitment to move and to follow."""
    uo = NomenclatureNode.objects.get(code="0214-DNE")
    NomenclatureNode.objects.create(code="ACT-2025", name="A", kind="activity", fiscal_year=2025)
    day, first = dt.date(2025, 3, 1), Project.objects.get(code="A-1")
    for kind, number, euros in (("initial_finance_act", 77, 10**7), ("freeze", 78, 1)):
        act = decide_act(
            actor=users.budget, kind=kind, fiscal_year=2025, effective_on=day,
            legal_basis="LFI 2025", act_reference=f"ACT-{number}",
            legs=[Leg(node=uo, project=first, ae=Decimal(euros), cp=Decimal(euros))],
        )  # fmt: skip
    signed = record_commitment(
        actor=users.budget, legal_reference="EJ-70", fiscal_year=2025, committed_on=day,
        amount=Decimal(50), lines=[Line(node=uo, project=first, amount=Decimal(50))],
    )  # fmt: skip
    return {"act": act[0], "signed": signed[0]}


def add_waiting(users: Any, folder: Any) -> dict[str, WaitingLine]:
    """Import three commitments of unknown project: one waits, one is set aside, one attached."""
    wrong = {"node": "0214-DNE", "project": "ZZ"}
    names = ("waits", "aside", "attached")
    lines = [commitment(f"EJ-{name}-1", "12.00", **wrong) for name in names]
    assert bring(folder, "waiting", commitments=lines).status == "applied"
    found = {name: WaitingLine.objects.get(source_reference=f"EJ-{name}-1") for name in names}
    set_line_aside(actor=users.controller, line_id=found["aside"].pk, reason="Double")
    known = {"project": "A-1"}
    attach_line(actor=users.controller, line_id=found["attached"].pk, target=known)
    return found


def add_rules(users: Any) -> SimpleNamespace:
    """An alert and a rule, a BOP without an opinion, and one with an opinion and a trajectory.

    The budget officer holds both BOP.
    """
    uo = NomenclatureNode.objects.get(code="0214-DNE")
    bops = [
        NomenclatureNode.objects.create(
            code=f"BOP-{name}", name=name, kind="bop", data_origin=uo.data_origin
        )
        for name in ("A", "B")
    ]
    for bop in bops:
        establish_grant(
            user=users.budget, role=Role.BUDGET_OFFICER, scope_kind=ScopeKind.NOMENCLATURE,
            scope_code=bop.code, valid_from=dt.date(2020, 1, 1),
        )  # fmt: skip
    now = timezone.now()
    alert = Alert.objects.create(
        source="R-01", severity="block", subject_kind="budget_node", subject_code=uo.code,
        fiscal_year=2025, message="ceiling_passed", amount=Decimal(1), first_seen_at=now,
        last_seen_at=now, context={
            "code": uo.code, "fiscal_year": 2025, "figures": {"used": 200, "limit": 100},
            "words": {"ledger": "AE"},
        },
    )  # fmt: skip
    opinion = BopOpinion.objects.create(
        node=bops[0], fiscal_year=2025, given_on=dt.date(2025, 2, 1), sense="favourable"
    )
    trajectory = Trajectory.objects.create(node=bops[0], fiscal_year=2027, cp=Decimal(10))
    rule = BudgetRule.objects.get(code="R-07")
    keys = {"key_0": 60, "key_1": 40, "key_2": 0, "key_3": 0}
    key = ProgrammingKey.objects.create(node=bops[0], fiscal_year=2090, **keys)
    return SimpleNamespace(alert=alert, opinion=opinion, trajectory=trajectory, rule=rule, key=key)


def add_exercises(users: Any) -> dict[str, Exercise]:
    """One exercise that is open, one that is closed, one that somebody asks to open again."""
    found = {
        name: create_exercise(actor=users.budget, fiscal_year=2090 + number)
        for number, name in enumerate(("open", "closed", "asked"))
    }
    for name in ("closed", "asked"):
        found[name] = close_exercise(
            actor=users.budget, exercise_id=found[name].pk, expected_version=1, reason="Terminé"
        )
    found["asked"] = ask_reopening(
        actor=users.budget, exercise_id=found["asked"].pk, expected_version=2, reason="Oubli"
    )
    return found


def add_ceilings(users: Any) -> BudgetCeiling:
    """Propose a ceiling on a BOP that the budget officer holds."""
    return propose_ceiling(
        # Read again: the grants on the BOP came after those that the person knows.
        actor=User.objects.get(pk=users.budget.pk),
        node=NomenclatureNode.objects.get(code="BOP-A"), fiscal_year=2026,
        ae=Decimal(10), cp=Decimal(10), reason="Lettre-plafond",
    )  # fmt: skip


def add_good_rows(portfolio: Any, users: Any, folder: Any) -> SimpleNamespace:
    """Add all of them; return those that a request names."""
    add_owned(portfolio, users)
    ImportMapping.objects.create(
        code="MAP", name="Source", table="portfolios", headings=["Code", "Nom", "Type"],
        columns={"Code": "code", "Nom": "name", "Type": "kind"},
    )  # fmt: skip
    plan = add_plan()
    add_facts(plan)
    return SimpleNamespace(
        plan=plan,
        portfolio=portfolio,
        merges=add_merges(portfolio, users),
        accounts=add_accounts(users),
        notes=add_notes(users),
        jobs=add_jobs(users),
        drafts=add_drafts(users),
        batches=add_batches(users, folder),
        reservations=add_reservations(users),
        landing=choose_landing(
            actor=users.budget,
            project=Project.objects.get(code="A-1"),
            fiscal_year=2025,
            credit_type="ht2",
            method="schedules",
            justification="Marchés signés",
        ),
        **add_typed(users),
        rules=add_rules(users),
        exercises=add_exercises(users),
        ceiling=add_ceilings(users),
        programming=add_programming(users),
        waiting=add_waiting(users, folder),
    )
