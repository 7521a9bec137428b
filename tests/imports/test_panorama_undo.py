"""Undo of a batch of the panorama: the digest from before, or a refusal that names why."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.importers.panorama import read_panorama
from projects.models import Baseline, Estimate, PanoramaEntry, Project, ProjectAlias
from projects.services.panorama import import_panorama
from projects.services.projects import update_project
from records.enums import BatchState
from records.exceptions import SecondPersonNeeded, UndoBlocked, UndoNeedsTwo, UndoNotOffered
from records.models import Comment, ImportBatch, ImportedRow
from records.services.undo import confirm_undo, request_undo, undo_batch
from tests.imports.content import ledger_digests

pytestmark = pytest.mark.django_db

HEADER = "Projet;Ministère;Interministériel;Début;Durée;Phase;Coût"
ALIZE = "Alizé;MEN;Oui;01/09/2014;6,25;Conception / Réalisation;52,4"
BORA = "Bora;MI;Non;;3,5;Déploiement;9"
# Another ministry, phase, cost and writing of the title; Bora leaves, Foehn comes.
SECOND = ("ALIZÉ;MJ;Non;01/09/2014;7;Déploiement;60", "Foehn;MJ;Non;;2;Cadrage;5")
REFERENCE_DATA = {"projects_ministry", "projects_ministryname"}


def run(*rows: str, actor: User | None, edition: str = "2017-11") -> ImportBatch:
    text = "\n".join((HEADER, *rows))
    panorama = read_panorama(text.encode(), edition=edition, file=f"{edition}.csv")
    return ImportBatch.objects.get(code=import_panorama(actor=actor, panorama=panorama).batch)


def changed_tables(before: dict[str, str]) -> set[str]:
    return {name for name, digest in ledger_digests().items() if digest != before[name]}


@pytest.fixture
def first(controller: User) -> ImportBatch:
    """One edition of two projects."""
    return run(ALIZE, BORA, actor=controller)


def undo(batch: ImportBatch, actor: User) -> ImportBatch:
    return undo_batch(actor=actor, batch_id=batch.pk, reason="Mauvaise édition")


def test_the_first_panorama_undone_leaves_the_tables_empty(controller):
    before = ledger_digests()
    batch = run(ALIZE, BORA, actor=controller)
    assert len(changed_tables(before)) >= 7
    done = undo(batch, controller)
    # The ministries and their names are reference data, which an import completes.
    assert changed_tables(before) == REFERENCE_DATA
    assert (done.state, done.undone_by) == (BatchState.UNDONE, controller)


def test_an_edition_that_replaced_another_gives_back_every_row_with_its_number(controller, first):
    before = ledger_digests()
    batch = run(*SECOND, actor=controller)
    assert {"projects_panoramaentry", "projects_project", "projects_estimate"} <= changed_tables(
        before
    )
    undo(batch, controller)
    assert changed_tables(before) == set()
    assert Project.objects.get(code="PAN-ALIZE").node.code == "PANORAMA-EDU"


def test_the_twin_that_forgets_the_replaced_rows_leaves_another_digest(controller, first):
    """The twin: without the rows that were kept, the former edition is not what it was."""
    before = ledger_digests()
    batch = run(*SECOND, actor=controller)
    ImportedRow.objects.filter(batch=batch, table="panorama_entries").delete()
    undo(batch, controller)
    assert changed_tables(before) == {"projects_panoramaentry"}


def test_an_alias_that_became_the_title_is_an_alias_again(controller, first):
    project = Project.objects.get(code="PAN-ALIZE")
    ProjectAlias.objects.create(project=project, title="Alizé Nord", normalised_title="alizenord")
    before = ledger_digests()
    batch = run(ALIZE.replace("Alizé", "Alizé Nord"), actor=controller, edition="2018-06")
    assert Project.objects.get(pk=project.pk).title == "Alizé Nord"
    assert "projects_projectalias" in changed_tables(before)
    undo(batch, controller)
    assert changed_tables(before) == set()


def test_what_is_removed_is_kept_with_the_batch(controller, first):
    undo(first, controller)
    removed = ImportedRow.objects.filter(batch=first, change="removed")
    told = set(removed.values_list("table", flat=True))
    assert told == {"panorama_entries", "estimates", "baselines"}
    assert removed.get(table="panorama_entries", key="Alizé").before["full_cost"] == "52400000.00"


def test_versions_and_figures_of_the_projects_that_stay_only_grow(controller, first):
    batch = run(*SECOND, actor=controller)
    before = Project.objects.get(code="PAN-ALIZE")
    undo(batch, controller)
    after = Project.objects.get(code="PAN-ALIZE")
    assert after.version > before.version
    assert after.figures_version > before.figures_version


def test_the_same_edition_is_imported_again_after_an_undo(controller, first):
    undo(first, controller)
    again = run(ALIZE, BORA, actor=controller)
    assert again.code != first.code
    assert PanoramaEntry.objects.count() == Estimate.objects.count() == 2


def test_a_later_edition_of_the_same_projects_forbids_the_undo_and_is_named(controller, first):
    later = run(ALIZE.replace("52,4", "60"), actor=controller, edition="2018-06")
    assert list(later.leans_on.all()) == [first]
    with pytest.raises(UndoBlocked) as refused:
        undo(first, controller)
    assert later.code in str(refused.value)
    undo(later, controller)
    undo(first, controller)
    assert not Project.objects.exists()


def test_an_edit_of_a_created_project_forbids_the_undo_and_is_named(controller, first, director):
    project = Project.objects.get(code="PAN-BORA")
    update_project(
        actor=director,
        project_id=project.pk,
        expected_version=project.version,
        changes={"description": "Écrit à la main"},
    )
    before = ledger_digests()
    with pytest.raises(UndoBlocked) as refused:
        undo(first, controller)
    assert "PAN-BORA" in str(refused.value)
    assert changed_tables(before) == set()


def test_an_edit_of_a_field_that_the_import_did_not_change_stays(controller, first, director):
    batch = run(ALIZE.replace("52,4", "60"), BORA, actor=controller)
    project = Project.objects.get(code="PAN-ALIZE")
    update_project(
        actor=director,
        project_id=project.pk,
        expected_version=project.version,
        changes={"description": "Écrit à la main"},
    )
    undo(batch, controller)
    assert Project.objects.get(code="PAN-ALIZE").description == "Écrit à la main"


def test_a_comment_or_a_baseline_of_somebody_forbids_the_undo(controller, first):
    comment = Comment.objects.create(
        subject_kind="project", subject_code="PAN-BORA", author=controller, body="À suivre"
    )
    with pytest.raises(UndoBlocked):
        undo(first, controller)
    comment.delete()
    project = Project.objects.get(code="PAN-BORA")
    Baseline.objects.create(
        project=project, number=1, approved_on=dt.date(2026, 1, 1), recorded_at=first.imported_at
    )
    with pytest.raises(UndoBlocked) as refused:
        undo(first, controller)
    assert "B1" in str(refused.value)


def test_after_a_day_two_people_are_needed(controller, first, budget_officer):
    ImportBatch.objects.update(imported_at=first.imported_at - dt.timedelta(hours=24, seconds=1))
    with pytest.raises(UndoNeedsTwo):
        undo(first, controller)
    request_undo(actor=controller, batch_id=first.pk, reason="Mauvaise édition")
    with pytest.raises(SecondPersonNeeded):
        confirm_undo(actor=controller, batch_id=first.pk)
    confirm_undo(actor=budget_officer, batch_id=first.pk)
    assert not Project.objects.exists()


def test_a_batch_of_before_that_kept_nothing_is_not_undone(controller, first):
    ImportedRow.objects.all().delete()
    with pytest.raises(UndoNotOffered):
        undo(first, controller)


def test_the_page_and_the_api_undo_a_panorama(client: Client, controller, first, tmp_path: Path):
    client.force_login(controller)
    text = client.get(reverse("web:import-batch", args=[first.code])).content.decode()
    assert "PAN-ALIZE" in text
    client.post(reverse("web:import-undo", args=[first.code]), {"reason": "Mauvaise édition"})
    assert not Project.objects.exists()
    again = run(ALIZE, BORA, actor=controller)
    answer = client.post(
        f"/api/v1/import-batches/{again.code}/undo/",
        {"reason": "Mauvaise édition"},
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "undone")
    assert not Project.objects.exists()
