"""Lines of extracts whose imputation is unknown wait, are attached, and the panel closes.

The worked example is that of ux.md §2.7: « total Chorus, total rattaché, non rattaché, doublons;
must close to 0,00 € ».
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum

from accounts.models import AuditEvent
from budgets.exceptions import LineClosed, LineRefused
from budgets.models import Commitment, CreditMovement, MatchingRule, Payment, WaitingLine
from budgets.selectors.reconciliation import reconcile
from budgets.services.attaching import (
    attach_by_rule,
    attach_line,
    attach_lines,
    set_line_aside,
    take_line_back,
)
from projects.models import Project
from records.models import ImportBatch
from records.services.imports import import_folder
from records.services.undo import confirm_undo, request_undo
from tests.budgets.extracts import bring, commitment, lay_base, movement, payment
from tests.imports.folders import located, run, write_tables
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def base(tmp_path):
    lay_base(tmp_path)
    return tmp_path


@pytest.fixture
def controller():
    return person("management_controller")


def extract(folder):
    """One known line, three of unknown imputation, one without a project, a payment that waits."""
    return bring(
        folder,
        commitments=[
            commitment("EJ-1-1", "1000.00"),
            commitment("EJ-2-1", "200.00", node="0214-UO9"),
            commitment("EJ-3-1", "30.00", project="ZZ"),
            commitment("EJ-4-1", "4.00", cost_centre="CC-9"),
            commitment("EJ-5-1", "0.50", project="", supplier="Société d'Étude"),
        ],
        payments=[payment("DP-1", "EJ-1-1", "500.00"), payment("DP-2", "EJ-2-1", "50.00")],
    )


def line(reference):
    return WaitingLine.objects.in_force().get(source_reference=reference)


def panel(batch=None, table="commitments"):
    rows = reconcile(ImportBatch.objects.filter(code=batch) if batch else ImportBatch.objects.all())
    (found,) = [row for row in rows if row.table == table]
    return found


def standing(model=Commitment, **which):
    return model.objects.filter(**which).aggregate(total=Sum("amount"))["total"]


def test_a_line_of_unknown_imputation_is_kept_and_the_panel_closes(base):
    result = extract(base)
    assert result.status == "applied", result.errors
    assert result.counts["commitments"]["waiting"] == 3
    assert result.counts["payments"]["waiting"] == 1
    waits = WaitingLine.objects.waiting().order_by("source_reference")
    assert [(row.source_reference, row.reasons, row.is_recorded) for row in waits] == [
        ("DP-2", ["unknown_commitment"], False),
        ("EJ-2-1", ["unknown_node"], False),
        ("EJ-3-1", ["unknown_project"], False),
        ("EJ-4-1", ["unknown_axis"], False),
        ("EJ-5-1", ["no_project"], True),
    ]
    told = panel(result.batch)
    assert (told.total, told.total_lines) == (Decimal("1234.50"), 5)
    assert told.amounts["attached"] == Decimal("1000.00")
    assert told.amounts["unattached"] == Decimal("234.50")
    assert (told.gap, told.gap_lines) == (0, 0)
    assert panel(result.batch, "payments").amounts["unattached"] == Decimal("50.00")


def test_without_being_told_to_wait_the_same_lines_are_refused(base):
    rows = [commitment("EJ-2-1", node="0214-UO9"), commitment("EJ-3-1", project="ZZ")]
    result = run(write_tables(base / "strict", {"commitments": rows}))
    assert located(result) == [
        ("commitments.csv", 2, "node", "unknown_reference"),
        ("commitments.csv", 3, "project", "unknown_reference"),
    ]
    assert not WaitingLine.objects.exists()


def test_a_dry_run_tells_how_many_would_wait_and_keeps_none(base):
    path = write_tables(base / "dry", {"commitments": [commitment("EJ-2-1", node="X")]})
    result = import_folder(actor=None, path=path, dry_run=True, keeps_waiting=True)
    assert (result.status, result.counts["commitments"]["waiting"]) == ("dry_run", 1)
    assert not WaitingLine.objects.exists()


def test_attaching_a_commitment_records_it_and_the_payments_that_waited_for_it(base, controller):
    result = extract(base)
    attach_line(actor=controller, line_id=line("EJ-2-1").pk, target={"node": "0214-UO1"})
    fact = Commitment.objects.get(source_reference="EJ-2-1")
    assert (fact.batch.code, fact.source_file, fact.source_line) == (
        result.batch,
        "commitments.csv",
        3,
    )
    assert (fact.node.code, fact.recorded_by) == ("0214-UO1", controller)
    assert Payment.objects.get(source_reference="DP-2").commitment == fact
    assert line("EJ-2-1").state == line("DP-2").state == "attached"
    assert panel(result.batch).gap == panel(result.batch, "payments").gap == 0
    assert panel(result.batch, "payments").amounts["unattached"] == 0
    event = AuditEvent.objects.filter(object_kind="waiting_line").get()
    assert (event.verb, event.object_code) == ("attached", "EJ-2-1")


def test_a_fact_without_a_project_is_given_one_and_what_followed_it_too(base, controller):
    extract(base)
    bring(base, "paid", payments=[payment("DP-5", "EJ-5-1", "0.20")])
    attach_line(actor=controller, line_id=line("EJ-5-1").pk, target={"project": "A-2"})
    project = Project.objects.get(code="A-2")
    assert standing(project=project) == Decimal("0.50")
    assert standing(project__isnull=True) == 0
    assert standing(Payment, commitment__project=project) == Decimal("0.20")
    assert standing(Payment) == Decimal("500.20")
    assert {row.gap for row in reconcile(ImportBatch.objects.all())} == {0}


def test_a_closed_line_is_neither_attached_nor_set_aside_again(base, controller):
    extract(base)
    pk = line("EJ-3-1").pk
    with pytest.raises(ValidationError):
        set_line_aside(actor=controller, line_id=pk, reason=" ")
    set_line_aside(actor=controller, line_id=pk, reason="Autre ministère")
    assert panel().amounts["aside"] == Decimal("30.00")
    assert panel().gap == 0
    with pytest.raises(LineClosed):
        attach_line(actor=controller, line_id=pk, target={"project": "A-1"})
    take_line_back(actor=controller, line_id=pk)
    attach_line(actor=controller, line_id=pk, target={"project": "A-1"})
    with pytest.raises(LineClosed):
        take_line_back(actor=controller, line_id=pk)


def test_a_target_that_does_not_exist_is_refused_and_the_line_goes_on_waiting(base, controller):
    extract(base)
    for reference, target in (("EJ-3-1", {"project": "Z9"}), ("EJ-5-1", {"project": "Z9"})):
        with pytest.raises(LineRefused):
            attach_line(actor=controller, line_id=line(reference).pk, target=target)
        assert line(reference).state == "waiting"
    ids = [line("EJ-2-1").pk, line("EJ-3-1").pk]
    done = attach_lines(actor=controller, line_ids=ids, target={"project": "A-1"})
    assert [row.source_reference for row in done.lines] == ["EJ-3-1"]
    assert list(done.refused) == ids[:1]


def test_lines_are_shown_by_the_node_or_the_project_and_attached_by_who_imports(base):
    extract(base)
    officer = person("budget_officer", "0214-UO1", scope_kind="nomenclature")
    seen = WaitingLine.objects.visible_to(officer).values_list("source_reference", flat=True)
    assert set(seen) == {"EJ-3-1", "EJ-4-1", "EJ-5-1"}
    assert WaitingLine.objects.visible_to(person("auditor")).count() == 5
    assert not WaitingLine.objects.visible_to(person("technical_admin")).exists()
    with pytest.raises(PermissionDenied):
        attach_line(actor=person("auditor", username="a2"), line_id=line("EJ-3-1").pk,
                    target={"project": "A-1"})  # fmt: skip


def make_rule(**fields):
    given = {
        "code": f"R-{MatchingRule.objects.count()}", "name": "Études",
        "conditions": [{"column": "supplier", "operator": "contains", "text": "societe d'etude"}],
    }  # fmt: skip
    return MatchingRule.objects.create(**given | fields)


def test_an_automatic_rule_is_applied_at_import_and_told(base):
    rule = make_rule(project=Project.objects.get(code="A-2"), is_automatic=True)
    result = extract(base)
    assert Commitment.objects.get(source_reference="EJ-5-1").project.code == "A-2"
    assert [fault.code for fault in result.warnings] == ["attached"]
    told = line("EJ-5-1")
    assert (told.state, told.rule, told.target) == ("attached", rule, {"project": "A-2"})
    assert panel().gap == 0
    again = bring(base, "again", commitments=[
        commitment("EJ-5-1", "0.50", project="", supplier="Société d'Étude"),
        commitment("EJ-6-1", "7.00"),
    ])  # fmt: skip
    assert again.counts["commitments"]["unchanged"] == 1
    assert panel(again.batch).amounts["duplicates"] == Decimal("0.50")


def test_a_rule_attaches_every_line_that_it_holds_for(base, controller):
    rule = make_rule(
        node=None,
        project=Project.objects.get(code="A-1"),
        conditions=[{"column": "legal_reference", "operator": "starts_with", "text": "EJ-"}],
    )
    extract(base)
    done = attach_by_rule(actor=controller, rule=rule)
    assert {row.source_reference for row in done.lines} == {"EJ-3-1", "EJ-5-1"}
    assert {line(reference).rule for reference in ("EJ-3-1", "EJ-5-1")} == {rule}


def test_a_replay_changes_nothing_and_a_newer_version_replaces_the_line(base):
    first = extract(base)
    assert extract(base).status == "already_imported"
    again = bring(
        base,
        "again",
        commitments=[
            commitment("EJ-2-1", "200.00", node="0214-UO9"),
            commitment("EJ-3-1", "31.00", project="ZZ"),
        ],
    )
    assert panel(again.batch).amounts["duplicates"] == Decimal("200.00")
    assert line("EJ-3-1").amount == Decimal("31.00")
    assert panel(first.batch).amounts["replaced"] == Decimal("30.00")
    assert panel(first.batch).gap == panel(again.batch).gap == 0


def test_a_line_set_aside_stays_so_in_the_next_extract(base, controller):
    extract(base)
    set_line_aside(actor=controller, line_id=line("EJ-2-1").pk, reason="Hors périmètre")
    again = bring(
        base,
        "again",
        nomenclature=[{"code": "0214-UO9", "name": "UO", "kind": "uo", "parent": "0214"}],
        commitments=[commitment("EJ-2-1", "200.00", node="0214-UO9")],
    )
    assert again.status == "applied", again.errors
    assert line("EJ-2-1").state == "set_aside"
    assert not Commitment.objects.filter(source_reference="EJ-2-1").exists()
    assert panel(again.batch).amounts["duplicates"] == Decimal("200.00")


def test_an_import_that_brings_what_lines_waited_for_attaches_them(base):
    extract(base)
    node = {"code": "0214-UO9", "name": "UO", "kind": "uo", "parent": "0214"}
    run(write_tables(base / "nodes", {"nomenclature": [node]}))
    assert Commitment.objects.get(source_reference="EJ-2-1").node.code == "0214-UO9"
    assert line("DP-2").state == "attached"
    assert {row.gap for row in reconcile(ImportBatch.objects.all())} == {0}


def test_undoing_the_import_removes_its_lines_and_puts_back_those_that_it_replaced(base):
    extract(base)
    again = bring(base, "again", commitments=[commitment("EJ-3-1", "31.00", project="ZZ")])
    batch = ImportBatch.objects.get(code=again.batch)
    request_undo(actor=person("management_controller"), batch_id=batch.pk, reason="Erreur")
    confirm_undo(actor=person("management_controller", username="two"), batch_id=batch.pk)
    assert line("EJ-3-1").amount == Decimal("30.00")
    assert panel().gap == 0


def test_a_movement_of_an_unknown_node_waits_with_its_ae_and_its_cp(base, controller):
    result = bring(base, movements=[
        movement("M-1", "100.00", "80.00"), movement("M-2", "10.00", "8.00", node="X"),
    ])  # fmt: skip
    ae, cp = reconcile(ImportBatch.objects.filter(code=result.batch))
    assert (ae.column, ae.amounts["unattached"]) == ("ae", Decimal("10.00"))
    assert (cp.column, cp.amounts["unattached"]) == ("cp", Decimal("8.00"))
    assert (ae.gap, cp.gap, CreditMovement.objects.count()) == (0, 0, 1)
    with pytest.raises(PermissionDenied):
        attach_line(actor=controller, line_id=line("M-2").pk, target={"node": "0214-UO1"})


def test_a_page_of_panels_asks_the_same_number_of_queries(base, django_assert_num_queries):
    extract(base)
    bring(base, "more", commitments=[commitment("EJ-9-1", node="X")])
    batches = list(ImportBatch.objects.all())
    with django_assert_num_queries(6):
        reconcile(batches)
