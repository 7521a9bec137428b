"""Undo of a batch: the digest from before, or a refusal that names what stands on it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Sum

from accounts.models import AuditEvent, User
from budgets.models import Commitment, Payment
from partners.models import Contract
from projects.models import Project
from projects.services.projects import update_project
from records.enums import BatchState
from records.exceptions import (
    SecondPersonNeeded,
    UndoBlocked,
    UndoNeedsTwo,
    UndoNotOffered,
    WrongBatchState,
)
from records.models import Comment, ImportBatch, ImportedRow
from records.services import undo as undoing
from records.services.undo import confirm_undo, request_undo, undo_batch, withdraw_undo
from tests.imports.content import content, ledger_digests
from tests.imports.folders import right_tables, run, write_tables

pytestmark = pytest.mark.django_db

Importer = Any


@pytest.fixture
def first(tmp_path: Path, controller: User) -> ImportBatch:
    """The right folder, imported by the controller."""
    result = run(write_tables(tmp_path / "first", right_tables()), actor=controller)
    return ImportBatch.objects.get(code=result.batch)


def second_tables() -> dict[str, list[dict[str, Any]]]:
    """A change of everything: records edited and created, facts added, a newer version."""
    tables = right_tables()
    tables["portfolios"] = [
        {"code": "DNE-SN", "name": "Services rebaptisés", "kind": "programme", "parent": "DNE"},
        {"code": "DNE-X", "name": "Autre", "kind": "programme", "parent": "DNE"},
        {"code": "DNE-Y", "name": "Dessous", "kind": "programme", "parent": "DNE-X"},
    ]
    tables["projects"][0] |= {"title": "Autre titre", "aliases": "ENF|Nouveau nom"}
    tables["projects"].append(tables["projects"][1] | {"code": "A-3", "portfolio": "DNE-Y"})
    tables["baselines"] = [
        {"project": "A-3", "number": "0", "approved_on": "2025-01-01", "full_cost": "10.00"}
    ]
    tables["planned_values"] = [
        {"project": "A-3", "baseline": "0", "month": "2025-01", "amount": "10.00"},
        {"project": "A-1", "baseline": "0", "month": "2025-03", "amount": "1.00"},
    ]
    tables["nomenclature"][0]["name"] = "UO rebaptisée"
    tables["commitments"] = [
        tables["commitments"][0] | {"amount": "1300.00", "document_version": "2"},
        tables["commitments"][0] | {"source_reference": "EJ-2-1", "document_version": ""},
    ]
    tables["payments"].append(
        tables["payments"][0] | {"source_reference": "DP-2", "commitment": "EJ-2-1"}
    )
    tables["partners"].append(
        tables["partners"][0] | {"code": "P-2", "name": "Autre", "identifier": ""}
    )
    tables["contracts"][0] |= {
        "holder": "P-2",
        "title": "Marché renommé",
        "projects": "A-2|A-3",
        "commitments": "EJ-1-1|EJ-2-1",
        "end_on": "",
    }
    return tables


@pytest.fixture
def second(first: ImportBatch, tmp_path: Path, controller: User) -> ImportBatch:
    """A second batch over the first."""
    result = run(write_tables(tmp_path / "second", second_tables()), actor=controller)
    assert result.errors == []
    return ImportBatch.objects.get(code=result.batch)


def test_the_first_import_of_all_is_undone_to_the_empty_tables(tmp_path, controller):
    before = ledger_digests()
    empty = content()
    result = run(write_tables(tmp_path / "first", right_tables()), actor=controller)
    batch = ImportBatch.objects.get(code=result.batch)
    undo_batch(actor=controller, batch_id=batch.pk, reason="Mauvais fichier")
    assert content() == empty
    after = ledger_digests()
    # The ministries and their names are reference data, which an import completes.
    known = {"projects_ministry", "projects_ministryname"}
    assert {name for name in after if after[name] != before[name]} == known


def test_an_undo_gives_the_digest_from_before(tmp_path, controller, first):
    before = ledger_digests()
    result = run(write_tables(tmp_path / "second", second_tables()), actor=controller)
    batch = ImportBatch.objects.get(code=result.batch)
    changed = {name for name, digest in ledger_digests().items() if digest != before[name]}
    assert len(changed) >= 9
    done = undo_batch(actor=controller, batch_id=batch.pk, reason="Mauvais fichier")
    # Links are written anew: their content is compared without their ids.
    links = {"partners_contractproject", "partners_contractcommitment"}
    after = ledger_digests()
    assert {name for name in after if after[name] != before[name]} <= links
    contract = Contract.objects.get()
    assert set(contract.projects.values_list("code", flat=True)) == {"A-1", "A-2"}
    named = contract.commitments.values_list("source_reference", flat=True)
    assert set(named) == {"EJ-1-1", "EJ-1-2"}
    assert (done.state, done.undone_by) == (BatchState.UNDONE, controller)


def test_the_twin_that_forgets_the_records_leaves_another_digest(
    monkeypatch, tmp_path, controller, first
):
    """The twin: without the former values that were kept, the records stay as imported."""
    before = content()
    result = run(write_tables(tmp_path / "second", second_tables()), actor=controller)
    batch = ImportBatch.objects.get(code=result.batch)
    monkeypatch.setattr(undoing, "_refuse_unknown_past", lambda batch: None)
    ImportedRow.objects.filter(table="partners").delete()
    undo_batch(actor=controller, batch_id=batch.pk, reason="Mauvais fichier")
    assert content() != before


def test_versions_and_figures_only_grow(second, controller):
    before = Project.objects.get(code="A-1")
    undo_batch(actor=controller, batch_id=second.pk, reason="Mauvais fichier")
    after = Project.objects.get(code="A-1")
    assert after.title == "Espace des familles"
    assert after.version > before.version
    assert after.figures_version > before.figures_version


def test_what_is_removed_is_kept_with_the_batch_and_told(second, controller):
    undo_batch(actor=controller, batch_id=second.pk, reason="Mauvais fichier")
    removed = ImportedRow.objects.get(batch=second, table="payments", change="removed")
    assert (removed.key, removed.before["amount"], removed.line) == ("DP-2", "300.00", 3)
    event = AuditEvent.objects.get(verb="undone")
    assert (event.object_code, event.detail["reason"]) == (second.code, "Mauvais fichier")


def test_the_same_file_is_imported_again_after_an_undo(tmp_path, second, controller):
    undo_batch(actor=controller, batch_id=second.pk, reason="Mauvais fichier")
    again = run(write_tables(tmp_path / "again", second_tables()), actor=controller)
    assert (again.status, again.batch) == ("applied", f"{second.code}-2")
    kept = Commitment.objects.aggregate(sum=Sum("amount"))["sum"]
    assert kept == 1300 - 100 + 1200


def test_a_batch_on_which_another_leans_is_not_undone(first, second, controller):
    with pytest.raises(UndoBlocked) as refused:
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    assert second.code in str(refused.value)
    undo_batch(actor=controller, batch_id=second.pk, reason="Mauvais fichier")
    undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    assert not Payment.objects.exists()


def test_a_later_batch_with_the_same_unchanged_rows_leans_on_the_first(tmp_path, first, controller):
    tables = {"payments": right_tables()["payments"]}
    tables["payments"].append(tables["payments"][0] | {"source_reference": "DP-2"})
    later = run(write_tables(tmp_path / "later", tables), actor=controller)
    with pytest.raises(UndoBlocked) as refused:
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    assert later.batch in str(refused.value)


def test_an_edit_after_the_import_forbids_the_undo_and_is_named(second, controller, director):
    project = Project.objects.get(code="A-1")
    update_project(
        actor=director,
        project_id=project.pk,
        expected_version=project.version,
        changes={"title": "Corrigé à la main"},
    )
    before = content()
    with pytest.raises(UndoBlocked) as refused:
        undo_batch(actor=controller, batch_id=second.pk, reason="Mauvais fichier")
    assert "projects A-1" in str(refused.value)
    assert content() == before


def test_a_created_record_edited_in_another_column_is_not_removed(first, controller, director):
    project = Project.objects.get(code="A-2")
    update_project(
        actor=director,
        project_id=project.pk,
        expected_version=project.version,
        changes={"description": "Écrit à la main"},
    )
    with pytest.raises(UndoBlocked) as refused:
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    assert "A-2" in str(refused.value)


def test_a_fact_recorded_from_elsewhere_forbids_the_undo_and_is_named(first, controller):
    commitment = Commitment.objects.get(source_reference="EJ-1-2")
    Payment.objects.create(
        commitment=commitment,
        source_reference="MANUEL-1",
        amount=1,
        paid_on=dt.date(2026, 1, 1),
        fiscal_year=2026,
        recorded_at=first.imported_at,
    )
    with pytest.raises(UndoBlocked) as refused:
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    assert "MANUEL-1" in str(refused.value)
    assert Payment.objects.count() == 2


def test_after_a_day_two_people_are_needed(first, controller, budget_officer):
    ImportBatch.objects.update(imported_at=first.imported_at - dt.timedelta(hours=24, seconds=1))
    with pytest.raises(UndoNeedsTwo):
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    request_undo(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    with pytest.raises(SecondPersonNeeded):
        confirm_undo(actor=controller, batch_id=first.pk)
    done = confirm_undo(actor=budget_officer, batch_id=first.pk)
    assert (done.undo_requested_by, done.undone_by) == (controller, budget_officer)
    assert not Payment.objects.exists()


def test_somebody_else_needs_a_second_person_even_within_the_day(first, budget_officer):
    with pytest.raises(UndoNeedsTwo):
        undo_batch(actor=budget_officer, batch_id=first.pk, reason="Mauvais fichier")


def test_an_undo_asked_for_can_be_given_up(first, controller, budget_officer):
    request_undo(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    withdraw_undo(actor=budget_officer, batch_id=first.pk)
    with pytest.raises(WrongBatchState):
        confirm_undo(actor=budget_officer, batch_id=first.pk)
    assert Payment.objects.exists()


def test_a_batch_is_undone_once(first, controller):
    undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    with pytest.raises(WrongBatchState):
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")


def test_a_batch_that_did_not_keep_what_it_replaced_is_not_undone(first, controller):
    ImportedRow.objects.all().delete()
    with pytest.raises(UndoNotOffered):
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")


def test_a_comment_on_a_created_record_forbids_the_undo_and_is_named(first, controller):
    Comment.objects.create(
        subject_kind="project", subject_code="A-2", author=controller, body="À suivre"
    )
    with pytest.raises(UndoBlocked) as refused:
        undo_batch(actor=controller, batch_id=first.pk, reason="Mauvais fichier")
    assert "A-2" in str(refused.value)
