"""One request that succeeds for each write of the API, and a role that may send it."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.api.good_rows import import_file
from tests.api.planned import plan_requests
from tests.api.programmed import programming_requests
from tests.api.test_jobs import BODY as JOB
from tests.api.test_owned import BODIES as OWNED
from tests.api.test_recorded_rows import BASELINE, ESTIMATE, PROGRESS
from tests.records import files

JSON, FORM = "application/json", "multipart/form-data"
REASON = {"reason": "Essai"}
CLOSED = {"closed_on": "2025-12-31", "reason": "Terminé"}
ABOUT = {"subject_kind": "project", "subject_code": "A-1"}
# The state that each write of a record's life leaves, and its body.
LIFE: dict[str, tuple[str, Any]] = {
    "destroy": ("draft", None),
    "publish_create": ("draft", {}),
    "close_create": ("open", CLOSED),
    "reopen_create": ("closed", REASON),
    "archive_create": ("closed", {}),
    "unarchive_create": ("archived", {}),
}


SHARE = {"project": "A-1", "reported_on": "2025-03-31", "percent_complete": "40"}


@dataclass(frozen=True)
class Good:
    """A request: who sends it, the address, the body, the version that was read."""

    role: str
    path: dict[str, Any]
    body: Any = None
    version: int | None = None
    media: str = JSON

    def fields(self) -> dict[str, Any]:
        """Return the arguments of a case of schemathesis."""
        found: dict[str, Any] = {"path_parameters": {k: str(v) for k, v in self.path.items()}}
        if self.body is not None:
            found |= {"body": self.body, "media_type": self.media}
        if self.version is not None:
            found["headers"] = {"If-Match": f'"{self.version}"'}
        return found


def good_requests(rows: SimpleNamespace) -> dict[str, Good]:
    """Return the requests by operation; `rows` are those of `good_rows`."""
    return {
        **_owned(),
        **_projects(),
        **_merges(rows.merges),
        **_corrections(rows.portfolio),
        **_reservations(rows.reservations),
        **_landings(rows.landing),
        **_typed(rows),
        **_rules(rows.rules),
        **_exercises(rows.exercises),
        **_ceilings(rows.ceiling),
        **programming_requests(Good, rows.programming),
        **plan_requests(Good, rows.plan),
        **_waiting(rows.waiting),
        **_accounts(rows.accounts),
        **_notes(rows.notes),
        **_imports(rows),
        "jobs_create": Good("controller", {}, JOB),
        "jobs_cancel_create": Good("controller", {"id": rows.jobs["queued"].pk}),
        "jobs_retry_create": Good("controller", {"id": rows.jobs["failed"].pk}),
    }


def _lives(prefix: str, role: str) -> dict[str, Good]:
    return {
        f"{prefix}_{verb}": Good(role, {"code": f"X-{state}"}, body, 1)
        for verb, (state, body) in LIFE.items()
    }


def _owned() -> dict[str, Good]:
    found: dict[str, Good] = {}
    roles = {
        "portfolio-nodes": "director",
        "nomenclature": "budget",
        "partners": "contracts",
        "contracts": "contracts",
        "matching-rules": "budget",
    }
    for resource, role in roles.items():
        prefix = resource.replace("-", "_")
        label = "title" if resource == "contracts" else "name"
        new = OWNED[resource] | ({"parent": "A"} if role == "director" else {})
        found |= _lives(prefix, role)
        found[f"{prefix}_create"] = Good(role, {}, new)
        edit = {label: "Renommé", **REASON}
        found[f"{prefix}_partial_update"] = Good(role, {"code": "X-open"}, edit, 1)
    return found


def _projects() -> dict[str, Good]:
    new = {"code": "A-9", "title": "Projet d'exemple", "node": "A"}
    edit = {"title": "Projet d'exemple renommé"}
    return {
        **_lives("projects", "director"),
        "projects_create": Good("manager", {}, new),
        "projects_partial_update": Good("director", {"code": "A-1"}, edit, 1),
        "projects_destroy": Good("manager", {"code": "X-draft"}, None, 1),
        "baselines_create": Good("director", {}, BASELINE, 1),
        "estimates_create": Good("director", {}, ESTIMATE, 1),
        "progress_reports_create": Good("manager", {}, PROGRESS, 1),
        "shared_progress_create": Good("partner", {}, SHARE),
    }


def _merges(merges: dict[str, int]) -> dict[str, Good]:
    roles = {"partners": "contracts", "projects": "director"}
    kept = {"partners": "EX-1", "projects": "A-1"}
    found = {}
    for name, role in roles.items():
        twice = {"duplicate": "X-twin", **REASON}
        found[f"{name}_merge_create"] = Good(role, {"code": kept[name]}, twice, 1)
        undone = {"merge": merges[name]}
        found[f"{name}_undo_merge_create"] = Good(role, {"code": "K-1"}, undone)
    return found


def _reservations(reservations: list[Any]) -> dict[str, Good]:
    asked = {
        "node": "0214-DNE",
        "fiscal_year": 2025,
        "project": "A-1",
        "label": "Maintenance",
        "ae": "1000.00",
    }
    pending, signed = ({"id": row.pk} for row in reservations)
    return {
        "reservations_create": Good("budget", {}, asked),
        "reservations_release_create": Good("budget", pending, REASON, 1),
        "reservations_consume_create": Good("budget", signed, {"legal_reference": "EJ-9"}, 1),
    }


def _landings(landing: Any) -> dict[str, Good]:
    chosen = {"method": "linear", "justification": "Dépense régulière"}
    new = {**chosen, "project": "A-1", "fiscal_year": 2026}
    return {
        "landings_create": Good("budget", {}, new),
        "landings_partial_update": Good("budget", {"id": landing.pk}, chosen, 1),
    }


def _typed(rows: Any) -> dict[str, Good]:
    """What is typed in the ledgers: one entry, a list, what cancels or moves."""
    year = {"fiscal_year": 2025}
    on = {"node": "0214-DNE", "project": "A-1"}
    act = {
        **year, "kind": "freeze", "effective_on": "2025-03-01", "legal_basis": "LOLF art. 51",
        "act_reference": "GEL-1", "legs": [{**on, "ae": "1.00", "cp": "1.00"}],
    }  # fmt: skip
    signed = {
        **year, "legal_reference": "EJ-77", "committed_on": "2025-03-01", "amount": "12.00",
        "lines": [{**on, "amount_excl_tax": "10.00", "vat_rate": "20.00"}],
    }  # fmt: skip
    follows = {**year, "commitment": rows.signed.pk, "amount": "1.00"}
    bodies = {
        "credit_acts": act,
        "commitments": signed,
        "service_done": {**follows, "done_on": "2025-03-02"},
        "payment_requests": {**follows, "number": "DP-1", "requested_on": "2025-03-02"},
        "payments": {**follows, "paid_on": "2025-03-02", "kind": "advance"},
    }
    moved = {**year, "amount": "-1.00", "moved_on": "2025-03-02", **REASON}
    return {
        **{f"{name}_create": Good("budget", {}, body) for name, body in bodies.items()},
        **{f"{n}_bulk_create": Good("budget", {}, {"rows": [b]}) for n, b in bodies.items()},
        "credit_acts_cancel_create": Good("budget", {"id": rows.act.pk}, REASON),
        "nomenclature_copy_activities_create": Good(
            "budget", {}, {"from_year": 2025, "to_year": 2026}
        ),
        "commitments_move_create": Good("budget", {"id": rows.signed.pk}, moved),
    }


def _rules(rows: Any) -> dict[str, Good]:
    alert, rule = {"id": rows.alert.pk}, {"id": rows.rule.pk}
    opinion, trajectory = {"id": rows.opinion.pk}, {"id": rows.trajectory.pk}
    revised = {
        "valid_from": "2099-01-01",
        "severity": "block",
        "legal_source": "Arrêté",
        "parameters": {"share": "30"},
        "override_roles": ["management_controller"],
        **REASON,
    }
    given = {"node": "BOP-B", "fiscal_year": 2025, "given_on": "2025-03-01", "sense": "reserved"}
    expected = {"node": "BOP-B", "fiscal_year": 2027, "cp": "1000.00"}
    keys = {"node": "BOP-B", "fiscal_year": 2027, "key_0": 83, "key_1": 16, "key_2": 1, "key_3": 0}
    return {
        "alerts_acknowledge_create": Good("controller", alert, {"comment": "Retrait demandé"}),
        "budget_rules_revise_create": Good("controller", rule, revised, 1),
        "bop_opinions_create": Good("budget", {}, given),
        "bop_opinions_partial_update": Good("budget", opinion, {"sense": "unfavourable"}, 1),
        "trajectories_create": Good("budget", {}, expected),
        "programming_keys_create": Good("budget", {}, keys),
        "programming_keys_partial_update": Good(
            "budget", {"id": rows.key.pk}, {"origin_of_figure": "PAP"}, 1
        ),
        "trajectories_partial_update": Good("budget", trajectory, {"cp": "12.00"}, 1),
    }


def _ceilings(row: Any) -> dict[str, Good]:
    new = {"node": "BOP-B", "fiscal_year": 2027, "ae": "10.00", "cp": "10.00", **REASON}
    waits = {"id": row.pk}
    return {
        "ceilings_create": Good("budget", {}, new),
        "ceilings_attest_create": Good("controller", waits, None, 1),
        "ceilings_refuse_create": Good("controller", waits, REASON, 1),
    }


def _exercises(rows: dict[str, Any]) -> dict[str, Good]:
    opened, closed, asked = ({"id": rows[name].pk} for name in ("open", "closed", "asked"))
    dates = [{"kind": "crg1", "due_on": "2090-05-15", "data_on": "2090-04-30"}]
    return {
        "exercises_create": Good("budget", {}, {"fiscal_year": 2099}),
        "exercises_partial_update": Good("budget", opened, {"dates": dates}, 1),
        "exercises_close_create": Good("budget", opened, REASON, 1),
        "exercises_reopen_create": Good("budget", closed, REASON, 2),
        "exercises_confirm_create": Good("controller", asked, None, 3),
    }


def _waiting(lines: dict[str, Any]) -> dict[str, Good]:
    waits, aside, there = ({"id": lines[name].pk} for name in ("waits", "aside", "attached"))
    target = {"project": "A-1"}
    return {
        "waiting_lines_attach_create": Good("controller", waits, target),
        "waiting_lines_bulk_create": Good("controller", {}, {"rows": [{**waits, **target}]}),
        "waiting_lines_detach_create": Good("controller", there, REASON),
        "waiting_lines_set_aside_create": Good("controller", waits, REASON),
        "waiting_lines_take_back_create": Good("controller", aside),
        "matching_rules_apply_create": Good("budget", {"code": "X-open"}),
    }


def _corrections(portfolio: Any) -> dict[str, Good]:
    commitment = portfolio.rows["A-1"].commitment
    facts = {
        "commitments": (commitment, {"amount": "300000.20"}),
        "service_done": (commitment.services_done.first(), {"amount": "200000.30"}),
        "payment_requests": (commitment.payment_requests.first(), {"amount": "100000.50"}),
        "scheduled_payments": (commitment.scheduled_payments.first(), {"amount": "200000.50"}),
        "payments": (commitment.payments.first(), {"amount": "100000.40"}),
        "credit_movements": (portfolio.first.credit_movements.first(), {"ae": "500001.00"}),
    }
    return {
        f"{name}_correct_create": Good("budget", {"id": fact.pk}, {**changes, **REASON})
        for name, (fact, changes) in facts.items()
    }


def _accounts(rows: Any) -> dict[str, Good]:
    client, newcomer, leaver = ({"id": row.pk} for row in (rows.client, rows.newcomer, rows.leaver))
    grant = {"id": rows.grant.pk}
    person = {"username": "someone", "email": "someone@example.org"}
    wanted = {"user": "newcomer", "role": "project_manager", "scope_code": "A", **REASON}
    emergency = {"id": rows.emergency.pk}
    return {
        "emergency_accesses_create": Good("admin", {}, wanted | {"role": "contract_manager"}),
        "emergency_accesses_open_create": Good("admin", emergency),
        "emergency_accesses_close_create": Good("admin", emergency, REASON),
        "users_create": Good("admin", {}, person),
        "users_partial_update": Good("admin", newcomer, {"first_name": "Camille"}, 1),
        "users_invite_create": Good("admin", newcomer),
        "users_suspend_create": Good("admin", newcomer, REASON, 1),
        "users_reactivate_create": Good("admin", leaver, REASON, rows.leaver.version),
        **_standing_in(rows),
        "grants_create": Good("director", {}, wanted | {"user": "stranger"}),
        "grants_approve_create": Good("admin", grant),
        "grants_end_create": Good("admin", grant, REASON),
        "machine_clients_create": Good("admin", {}, {"name": "Entrepôt", "perimeter": "A"}),
        "machine_clients_partial_update": Good("admin", client, {"name": "Entrepôt"}, 1),
        "machine_clients_revoke_create": Good("admin", client),
        "machine_clients_rotate_create": Good("admin", client, {"overlap_hours": 1}, 1),
    }


def _standing_in(rows: Any) -> dict[str, Good]:
    days = {"valid_from": "2199-01-01", "valid_to": "2199-01-31"}
    lent = {"grant": rows.lent.grant_id, "delegate": "stranger", **days, **REASON}
    away = {"starts_on": "2199-01-01", "ends_on": "2199-01-31"}
    return {
        "delegations_create": Good("director", {}, lent),
        "delegations_revoke_create": Good("director", {"id": rows.lent.pk}),
        "absences_create": Good("director", {}, away),
        "absences_cancel_create": Good("director", {"id": rows.absence.pk}),
    }


def _notes(rows: Any) -> dict[str, Good]:
    attachment, comment = {"id": rows.attachment.pk}, {"id": rows.comment.pk}
    note = {"id": rows.notification.pk}
    return {
        "attachments_create": Good("manager", {}, {**ABOUT, "content": files.PDF}, media=FORM),
        "attachments_partial_update": Good("manager", attachment, {"title": "Note"}, 1),
        "attachments_files_create": Good("manager", attachment, {"content": files.PDF}, 1, FORM),
        "attachments_withdraw_create": Good("manager", attachment, REASON, 1),
        "comments_create": Good("manager", {}, {**ABOUT, "body": "À relire"}),
        "comments_partial_update": Good("manager", comment, {"body": "À revoir"}, 1),
        "comments_withdraw_create": Good("manager", comment, REASON, 1),
        "comments_resolve_create": Good("director", comment, None, 1),
        "comments_reopen_create": Good("manager", {"id": rows.resolved.pk}, None, 2),
        "notifications_read_create": Good("director", note),
        "notifications_read_all_create": Good("director", {}),
    }


def _imports(rows: Any) -> dict[str, Good]:
    faulty, ready = ({"id": rows.drafts[name].pk} for name in ("faulty", "ready"))
    fresh, old, asked = ({"code": rows.batches[name].code} for name in ("fresh", "old", "asked"))
    line = {"table": "commitments", "line": 2}
    version, checked = (rows.drafts[name].version for name in ("faulty", "ready"))
    new = {"files": [import_file(source_reference="Z-3")]}
    return {
        "import_drafts_create": Good("controller", {}, new, media=FORM),
        "import_drafts_destroy": Good("controller", faulty, None, version),
        "import_drafts_correct_create": Good(
            "controller", faulty, {**line, "cells": {"amount": "12 400,00"}}, version
        ),
        "import_drafts_set_aside_create": Good("controller", faulty, {**line, **REASON}, version),
        "import_drafts_confirm_create": Good("controller", faulty, {"anomalies": []}, version),
        "import_drafts_commit_create": Good("controller", ready, None, checked),
        "import_batches_undo_create": Good("controller", fresh, REASON),
        "import_batches_undo_request_create": Good("controller", old, REASON),
        "import_batches_undo_confirmation_create": Good("second", asked),
        "import_batches_undo_withdrawal_create": Good("controller", asked),
    }
