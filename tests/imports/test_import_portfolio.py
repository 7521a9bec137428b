"""What an import writes, what it leaves, and what it never does."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEvent, User
from budgets.models import Commitment, CreditMovement, Payment
from jobs.models import Job
from partners.models import Amendment, Contract, Partner
from projects.models import (
    Baseline,
    Estimate,
    PlannedValue,
    PortfolioNode,
    ProgressReport,
    Project,
)
from projects.services.projects import close_project, update_project
from records.models import ImportBatch
from tests.imports.digests import table_digests
from tests.imports.folders import located, right_tables, run, write_tables

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder without a fault."""
    return write_tables(tmp_path / "right", right_tables())


def test_every_table_is_written_with_its_links(folder):
    result = run(folder)
    assert (result.status, result.errors, result.warnings) == ("applied", [], [])
    assert PortfolioNode.objects.get(code="DNE-SN").parent.code == "DNE"
    project = Project.objects.get(code="A-1")
    assert (project.node.code, project.ministry.code, project.phase) == ("DNE-SN", "EDU", "build")
    assert project.normalised_title == "espacedesfamilles"
    titles = set(project.aliases.values_list("title", flat=True))
    assert titles == {"Portail des familles", "ENF"}
    assert Project.objects.get(code="A-2").phase == "framing"
    baseline = Baseline.objects.get()
    assert (baseline.full_cost, baseline.end_on) == (Decimal("1000"), dt.date(2025, 2, 28))
    planned = PlannedValue.objects.order_by("month").values_list("month", "amount")
    assert list(planned) == [
        (dt.date(2025, 1, 1), Decimal("400.00")),
        (dt.date(2025, 2, 1), Decimal("600.00")),
    ]
    assert ProgressReport.objects.get().percent_complete == Decimal("35.5")
    assert Estimate.objects.get().end_on == dt.date(2025, 4, 30)
    assert CreditMovement.objects.get().ae == Decimal("1500")
    assert sorted(Commitment.objects.values_list("amount", flat=True)) == [
        Decimal("-100"),
        Decimal("1200"),
    ]
    contract = Contract.objects.get()
    assert (contract.holder.code, contract.vat_rate) == ("P-1", Decimal("20"))
    assert set(contract.projects.values_list("code", flat=True)) == {"A-1", "A-2"}
    assert contract.commitments.count() == 2
    assert Amendment.objects.get().amount_incl_tax == Decimal("120")


def test_the_exercise_is_that_of_the_source_and_not_of_the_date(folder):
    run(folder)
    payment = Payment.objects.get()
    assert (payment.paid_on.year, payment.fiscal_year) == (2026, 2025)


def test_each_fact_knows_its_batch_file_and_line(folder):
    result = run(folder)
    withdrawal = Commitment.objects.get(source_reference="EJ-1-2")
    assert withdrawal.batch.code == result.batch
    assert (withdrawal.source_file, withdrawal.source_line) == ("commitments.csv", 3)
    assert Baseline.objects.get().batch.code == result.batch


def test_counts_are_told_by_table_and_kept_with_the_batch(folder):
    result = run(folder)
    assert result.counts["commitments"] == {"created": 2, "updated": 0, "unchanged": 0}
    assert set(result.counts) == set(right_tables())
    assert ImportBatch.objects.get().counts == result.counts
    assert AuditEvent.objects.get(verb="imported").object_code == result.batch


def test_the_same_content_again_changes_nothing(folder):
    first = run(folder)
    before = table_digests()
    again = run(folder)
    assert (again.status, again.batch) == ("already_imported", first.batch)
    assert table_digests() == before


def test_neither_order_nor_encoding_mark_nor_separator_makes_another_content(folder, tmp_path):
    first = run(folder)
    tables = right_tables()
    rng = random.Random(3)
    for rows in tables.values():
        rng.shuffle(rows)
        for row in rows:
            cells = list(row.items())
            row.clear()
            row.update(reversed(cells))
    other = write_tables(tmp_path / "other", tables)
    text = (other / "payments.csv").read_text(encoding="utf-8")
    (other / "payments.csv").write_bytes(
        b"\xef\xbb\xbf" + text.replace(",", ";").replace("\n", "\r\n").encode()
    )
    again = run(other)
    assert (again.status, again.batch) == ("already_imported", first.batch)


def test_a_dry_run_tells_the_same_and_writes_nothing(folder):
    before = table_digests()
    told = run(folder, dry_run=True)
    assert (told.status, told.batch) == ("dry_run", "")
    assert table_digests() == before
    assert run(folder).counts == told.counts


def test_a_known_fact_is_left_and_a_new_one_is_added(folder, tmp_path):
    run(folder)
    tables = right_tables()
    tables["payments"].append(
        tables["payments"][0] | {"source_reference": "DP-2", "amount": "12.34"}
    )
    result = run(write_tables(tmp_path / "more", tables))
    assert result.counts["payments"] == {"created": 1, "updated": 0, "unchanged": 1}
    assert result.counts["projects"] == {"created": 0, "updated": 0, "unchanged": 2}
    assert result.counts["contracts"]["unchanged"] == 1
    assert Payment.objects.count() == 2


def test_a_changed_record_is_updated_with_its_history_and_version(folder, tmp_path):
    first = run(folder)
    tables = {"projects": [{"code": "A-1", "title": "Espace des élèves", "portfolio": "DNE"}]}
    second = run(write_tables(tmp_path / "change", tables))
    assert second.counts["projects"] == {"created": 0, "updated": 1, "unchanged": 0}
    project = Project.objects.get(code="A-1")
    assert (project.title, project.node.code, project.version) == ("Espace des élèves", "DNE", 2)
    # Columns that the file does not have are left as they are.
    assert (project.phase, project.started_on) == ("build", dt.date(2025, 1, 1))
    reasons = list(project.history.values_list("history_change_reason", flat=True))
    assert reasons == [f"import {second.batch}", f"import {first.batch}"]


def test_an_empty_cell_empties_and_a_list_replaces_the_links(folder, tmp_path):
    run(folder)
    tables = right_tables()
    tables["contracts"][0] |= {"end_on": "", "projects": "A-2", "commitments": "EJ-1-2"}
    result = run(write_tables(tmp_path / "change", tables))
    assert result.counts["contracts"]["updated"] == 1
    contract = Contract.objects.get()
    assert contract.end_on is None
    assert list(contract.projects.values_list("code", flat=True)) == ["A-2"]
    assert [c.source_reference for c in contract.commitments.all()] == ["EJ-1-2"]


def test_a_replay_does_not_undo_what_people_changed_since(folder, director):
    run(folder)
    project = Project.objects.get(code="A-1")
    update_project(
        actor=director,
        project_id=project.pk,
        expected_version=project.version,
        changes={"title": "Titre corrigé"},
    )
    assert run(folder).status == "already_imported"
    project.refresh_from_db()
    assert project.title == "Titre corrigé"


def test_figures_are_marked_as_changed_and_one_refresh_is_asked_for(folder):
    run(folder)
    assert Job.objects.filter(kind="indicators.refresh_stale").count() == 1
    assert Project.objects.get(code="A-1").figures_version == 2


def test_a_payment_alone_marks_the_project_of_its_commitment(folder, tmp_path):
    run(folder)
    row = right_tables()["payments"][0] | {"source_reference": "DP-9"}
    run(write_tables(tmp_path / "more", {"payments": [row]}))
    versions = dict(Project.objects.values_list("code", "figures_version"))
    assert versions == {"A-1": 3, "A-2": 2}


def test_a_baseline_or_an_estimate_makes_an_edit_begun_before_stale(folder, tmp_path):
    run(folder)
    version = Project.objects.get(code="A-1").version
    row = right_tables()["estimates"][0] | {"source_reference": "EST-2"}
    run(write_tables(tmp_path / "more", {"estimates": [row]}))
    assert Project.objects.get(code="A-1").version == version + 1


def test_the_manager_is_found_by_user_name_and_an_unknown_one_is_a_warning(tmp_path, manager):
    tables = right_tables()
    tables["projects"][0]["manager"] = "manager"
    tables["projects"][1]["manager"] = "nobody"
    result = run(write_tables(tmp_path / "people", tables))
    assert result.status == "applied"
    assert [(w.line, w.code, w.value) for w in result.warnings] == [(3, "unknown_user", "nobody")]
    managers = dict(Project.objects.values_list("code", "manager__username"))
    assert managers == {"A-1": "manager", "A-2": None}


def test_a_ministry_is_known_by_its_code_or_by_a_published_name(tmp_path):
    tables = right_tables()
    tables["projects"][1]["ministry"] = "ministère de l'intérieur"
    run(write_tables(tmp_path / "ministries", tables))
    codes = dict(Project.objects.values_list("code", "ministry__code"))
    assert codes == {"A-1": "EDU", "A-2": "INT"}


def test_facts_and_projects_take_their_origin_from_the_tree(tmp_path):
    tables = right_tables()
    for name in ("portfolios", "nomenclature", "partners"):
        for row in tables[name]:
            row["data_origin"] = "fictitious"
    assert run(write_tables(tmp_path / "made-up", tables)).status == "applied"
    for model in (Project, Estimate, ProgressReport, CreditMovement, Payment, Contract, Amendment):
        assert set(model.objects.values_list("data_origin", flat=True)) == {"fictitious"}


def test_the_person_who_imports_is_recorded(folder, controller: User):
    result = run(folder, actor=controller)
    assert ImportBatch.objects.get(code=result.batch).imported_by == controller
    assert Payment.objects.get().recorded_by == controller
    assert Partner.objects.get().history.get().history_user == controller


def test_a_closed_project_keeps_its_record_and_still_receives_facts(folder, tmp_path, director):
    run(folder)
    project = Project.objects.get(code="A-1")
    close_project(
        actor=director,
        project_id=project.pk,
        expected_version=project.version,
        closed_on=dt.date(2026, 1, 31),
        reason="Terminé",
    )
    tables = right_tables()
    tables["payments"].append(tables["payments"][0] | {"source_reference": "DP-2"})
    assert run(write_tables(tmp_path / "facts", tables)).status == "applied"
    tables["projects"][0]["title"] = "Autre titre"
    refused = run(write_tables(tmp_path / "record", tables))
    assert located(refused) == [("projects.csv", 2, "title", "project_closed")]


def test_twenty_thousand_payments_take_a_constant_number_of_reads(tmp_path):
    tables = right_tables()
    model = tables["payments"][0]
    tables["payments"] = [
        model | {"source_reference": f"DP-{i}", "amount": f"{i % 90 + 1}.{i % 100:02d}"}
        for i in range(20_000)
    ]
    folder = write_tables(tmp_path / "many", tables)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        result = run(folder)
    assert result.counts["payments"]["created"] == 20_000
    assert Payment.objects.count() == 20_000
    reads = [q for q in captured.captured_queries if q["sql"].startswith("SELECT")]
    assert len(reads) < 60
