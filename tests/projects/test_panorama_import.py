"""Importing the panorama: applied once, whole, by sets, without undoing what people did."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.models import DataOrigin
from projects.enums import NodeKind, Phase
from projects.importers.panorama import read_panorama
from projects.models import (
    Baseline,
    Estimate,
    Ministry,
    MinistryName,
    PanoramaEdition,
    PanoramaEntry,
    PortfolioNode,
    Project,
    ProjectAlias,
)
from projects.services.estimates import estimate_project
from projects.services.panorama import PanoramaImport, import_panorama
from projects.services.projects import update_project
from records.models import ImportBatch
from tests.common.tabular_files import xlsx

pytestmark = pytest.mark.django_db

REFERENCE = Path(os.environ.get("REFERENCE_DATA", Path(__file__).parents[3] / "shared"))
DATA = REFERENCE / "data"

HEADER = "Projet;Ministère;Interministériel;Début;Durée;Phase;Coût"
ALIZE = "Alizé;MEN;Oui;01/09/2014;6,25;Conception / Réalisation;52,4"
BORA = "Bora;MI;Non;;3,5;Déploiement;9"


def run(*rows: str, edition: str = "2017-11", dry_run: bool = False) -> PanoramaImport:
    text = "\n".join((HEADER, *rows))
    panorama = read_panorama(text.encode(), edition=edition, file=f"{edition}.csv")
    return import_panorama(actor=None, panorama=panorama, dry_run=dry_run)


def messages(done: PanoramaImport) -> list[str]:
    return [warning["message"] for edition in done.editions for warning in edition["warnings"]]


def everything() -> dict[str, list[Any]]:
    """Return every row of every table of the domain, history and audit included."""
    labels = ("projects", "records", "accounts", "jobs")
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for label in labels
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }


def titles(rows: Iterable[Project]) -> list[str]:
    return sorted(row.title for row in rows)


def test_an_edition_makes_projects_rows_estimates_and_first_baselines() -> None:
    done = run(ALIZE, BORA)
    assert done.applied
    alize = Project.objects.get(normalised_title="alize")
    assert (alize.code, alize.data_origin, alize.phase) == ("PAN-ALIZE", "published", "build")
    assert (alize.ministry.code, alize.node.code) == ("EDU", "PANORAMA-EDU")
    assert alize.node.parent.code == "PANORAMA"
    assert (alize.is_interministerial, alize.started_on) == (True, dt.date(2014, 9, 1))
    (estimate,) = alize.estimates.all()
    # 52.4 M€ are 52 400 000 €; 6.25 years are 75 months from September 2014 to December 2020.
    assert (estimate.full_cost, estimate.duration_months) == (Decimal("52400000.00"), 75)
    assert (estimate.edition_on, estimate.end_on) == (dt.date(2017, 11, 1), dt.date(2020, 12, 1))
    assert (estimate.source_file, estimate.source_line) == ("2017-11.csv", 2)
    (baseline,) = alize.baselines.all()
    assert (baseline.number, baseline.full_cost) == (0, Decimal("52400000.00"))
    assert (baseline.start_on, baseline.end_on) == (alize.started_on, estimate.end_on)
    bora = Project.objects.get(code="PAN-BORA").estimates.get()
    assert (bora.end_on, bora.duration_months) == (None, 42)
    assert ImportBatch.objects.get().code == done.batch
    assert list(alize.history.values_list("history_type", flat=True)) == ["+"]


def test_the_same_figures_again_change_nothing() -> None:
    run(ALIZE, BORA)
    before = everything()
    # The same edition in another layout: another format, order and spelling.
    table = [[""], *(line.split(";") for line in (HEADER.upper(), BORA, ALIZE))]
    panorama = read_panorama(xlsx({"Feuil1": table}), file="2017-11.xlsx")
    done = import_panorama(actor=None, panorama=panorama)
    assert (done.applied, done.batch) == (True, "")
    assert everything() == before


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    before = everything()
    dry = run(ALIZE, BORA, dry_run=True)
    assert everything() == before
    wet = run(ALIZE, BORA)
    assert (dry.editions, dry.counts) == (wet.editions, wet.counts)
    assert (dry.applied, wet.applied) == (False, True)
    changed = ALIZE.replace("52,4", "60")
    dry, wet = run(changed, dry_run=True), run(changed)
    assert (dry.editions, dry.counts) == (wet.editions, wet.counts)
    assert len(messages(wet)) == 2


def test_a_known_edition_with_other_figures_is_replaced_with_warnings_and_estimates_are_added() -> (
    None
):
    run(ALIZE, BORA)
    done = run(ALIZE.replace("52,4", "60"), "Foehn;MJ;Non;;2;Cadrage;5")
    codes = [batch.code for batch in ImportBatch.objects.all()]
    assert len(codes) == 2
    warnings = done.editions[0]["warnings"]
    assert [warning["value"] for warning in warnings] == ["Alizé", "Foehn", "Bora"]
    assert titles(Project.objects.all()) == ["Alizé", "Bora", "Foehn"]
    assert sorted(PanoramaEntry.objects.values_list("title", flat=True)) == ["Alizé", "Foehn"]
    costs = Estimate.objects.filter(project__code="PAN-ALIZE").order_by("pk")
    assert [str(row.full_cost) for row in costs] == ["52400000.00", "60000000.00"]
    # Baseline 0 is never replaced.
    assert str(Baseline.objects.get(project__code="PAN-ALIZE").full_cost) == "52400000.00"


def test_figures_that_come_back_are_one_more_change() -> None:
    run(ALIZE)
    run(ALIZE.replace("52,4", "60"))
    run(ALIZE)
    costs = Estimate.objects.order_by("pk").values_list("full_cost", flat=True)
    assert [str(cost) for cost in costs] == ["52400000.00", "60000000.00", "52400000.00"]
    assert ImportBatch.objects.count() == 3


def test_a_withdrawn_figure_no_longer_stands() -> None:
    run(ALIZE, edition="2017-11")
    run("Alizé;MEN;Oui;;;Non communiqué;", edition="2018-03")
    last = Estimate.objects.order_by("edition_on").last()
    assert last is not None
    assert (last.full_cost, last.end_on, last.duration_months) == (None, None, None)
    project = Project.objects.get()
    assert (project.phase, project.started_on) == (Phase.NOT_DISCLOSED, None)


def test_the_project_follows_its_last_edition_whatever_the_order_of_imports() -> None:
    run(ALIZE.replace("MEN", "MCAP"), edition="2018-03")
    done = run(ALIZE.replace("Conception / Réalisation", "Cadrage"), edition="2017-11")
    project = Project.objects.get()
    assert (project.phase, project.node.code) == (Phase.BUILD, "PANORAMA-CPU")
    assert sorted(PanoramaEdition.objects.values_list("code", flat=True)) == ["2017-11", "2018-03"]
    # The older edition comes too late to be the reference; it is told.
    assert len(messages(done)) == 1
    assert Baseline.objects.get().decision_reference == "panorama 2018-03"
    run(ALIZE.replace("Conception / Réalisation", "Terminé"), edition="2018-07")
    project.refresh_from_db()
    assert (project.phase, project.node.code) == (Phase.COMPLETED, "PANORAMA-EDU")


def test_what_people_changed_is_kept() -> None:
    run(ALIZE)
    project = Project.objects.get()
    update_project(
        actor=None,
        project_id=project.pk,
        expected_version=project.version,
        changes={"functional_zone": "Finances", "title": "Alizé 2"},
        reason="corrected",
    )
    done = run(ALIZE.replace("Conception / Réalisation", "Terminé"), edition="2018-03")
    project.refresh_from_db()
    assert (project.title, project.functional_zone) == ("Alizé 2", "Finances")
    assert project.phase == Phase.COMPLETED
    assert Project.objects.count() == 1
    assert done.counts["projects"] == {"created": 0, "updated": 1}
    assert project.history.count() == 3


def test_an_edit_begun_before_an_import_is_stale() -> None:
    run(ALIZE)
    version = Project.objects.get().version
    run(ALIZE.replace("52,4", "60"))
    assert Project.objects.get().version == version + 1


def test_an_estimate_made_by_a_person_is_not_taken_for_one_of_the_panorama() -> None:
    run(ALIZE)
    project = Project.objects.get()
    estimate_project(
        actor=None,
        project_id=project.pk,
        expected_version=project.version,
        full_cost=Decimal(70_000_000),
        end_on=None,
        reason="re-estimated",
    )
    run(ALIZE)
    assert Estimate.objects.count() == 2


def test_a_project_is_recognised_by_its_aliases() -> None:
    run("SÉGUR-FONTENOY;SPM;Non;;3;Cadrage;18,8", edition="2016-11")
    run("SEGUR;SPM;Non;;3;Cadrage;18,8", edition="2018-03")
    project = Project.objects.get()
    assert (project.title, project.estimates.count()) == ("SEGUR", 2)
    assert list(project.aliases.values_list("title", flat=True)) == ["SÉGUR-FONTENOY"]
    # An alias added by people is one too.
    ProjectAlias.objects.create(project=project, title="Quai", normalised_title="quai")
    run("Quai;SPM;Non;;3;Cadrage;18,8", edition="2018-07")
    assert Project.objects.count() == 1


def test_a_title_that_looks_like_a_known_one_is_told_and_not_merged() -> None:
    run("Projet Sirocco;MEN;Non;;2;Terminé;1", edition="2018-03")
    done = run("Projet Siroco;MEN;Non;;2;Terminé;1", edition="2018-07")
    assert (len(messages(done)), Project.objects.count()) == (1, 2)


def test_projects_of_another_origin_are_left_alone() -> None:
    node = PortfolioNode.objects.create(code="DNE", name="DNE", kind=NodeKind.PORTFOLIO)
    mine = Project.objects.create(
        code="PAN-ALIZE", title="Alizé", normalised_title="alize", node=node
    )
    run(ALIZE)
    mine.refresh_from_db()
    assert (mine.data_origin, mine.version) == (DataOrigin.OPERATIONAL, 1)
    other = Project.objects.get(data_origin=DataOrigin.PUBLISHED)
    assert other.code != mine.code
    assert other.estimates.count() == 1


def test_no_query_is_made_per_row() -> None:
    counts = []
    for edition, size in (("2018-03", 3), ("2018-07", 30)):
        rows = [f"Projet {edition} {i};MEN;Non;01/01/2015;2;Terminé;1" for i in range(size)]
        with CaptureQueriesContext(connection) as queries:
            run(*rows, edition=edition)
        counts.append(len(queries))
    # The second import begins with more in the database, and creates nothing that is shared.
    assert counts[1] <= counts[0]


def test_two_rows_of_one_project_both_count_and_one_estimates() -> None:
    done = run(ALIZE, ALIZE.replace("52,4", "60"))
    assert (done.editions[0]["projects"], done.editions[0]["total_cost_meur"]) == (2, 112.4)
    assert (PanoramaEntry.objects.count(), Project.objects.count()) == (2, 1)
    assert str(Estimate.objects.get().full_cost) == "52400000.00"
    before = everything()
    run(ALIZE, ALIZE.replace("52,4", "60"))
    assert everything() == before


def test_the_ministries_have_their_dated_names() -> None:
    run(ALIZE, "Foehn;Ministère du Temps libre;Non;;2;Cadrage;5")
    names = MinistryName.objects.filter(ministry__code="EDU")
    assert "MENESR" in set(names.values_list("label", flat=True))
    assert Ministry.objects.get(code="PM").name == "Premier ministre"
    unknown = Project.objects.get(code="PAN-FOEHN")
    assert (unknown.ministry, unknown.node.code) == (None, "PANORAMA")
    assert PanoramaEntry.objects.get(project=unknown).ministry_label == "Ministère du Temps libre"


# --- The command --------------------------------------------------------------------------------


def command(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_panorama", *arguments, "--format", "json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_prints_the_summary_and_the_same_with_dry_run(tmp_path: Path) -> None:
    path = tmp_path / "panorama_2017-11.csv"
    path.write_text("\n".join((HEADER, ALIZE, BORA)), encoding="cp1252")
    expected = {
        "edition": "2017-11",
        "projects": 2,
        "interministerial": 1,
        "total_cost_meur": 61.4,
        "projects_with_cost": 2,
        "mean_duration_years": 4.875,
        "projects_with_duration": 2,
        "warnings": [],
    }
    assert command(str(path), "--dry-run") == {"editions": [expected], "applied": False}
    assert Project.objects.count() == 0
    assert command(str(path)) == {"editions": [expected], "applied": True}
    assert command(str(path)) == {"editions": [expected], "applied": True}
    other = command(str(path), "--edition", "2018-03")
    assert other["editions"][0]["edition"] == "2018-03"


def test_the_command_tells_an_edition_per_line(tmp_path: Path) -> None:
    path = tmp_path / "2017-11.csv"
    path.write_text("\n".join((HEADER, ALIZE, "Total;;;;;;52,4")), encoding="utf-8")
    out = io.StringIO()
    call_command("import_panorama", str(path), stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("2017-11")


@pytest.mark.parametrize("content", ["", "a;b\n1;2\n", f"{HEADER}\n;MJ;Oui;;3;Cadrage;12\n"])
def test_a_faulty_file_is_refused_in_one_line_and_changes_nothing(
    content: str, tmp_path: Path
) -> None:
    path = tmp_path / "2017-11.csv"
    path.write_text(content, encoding="utf-8")
    before = everything()
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_panorama", str(path), "--format", "json", stdout=out)
    assert caught.value.returncode == 1
    assert "\n" not in str(caught.value)
    error = json.loads(out.getvalue())["error"]
    assert error["file"] == "2017-11.csv"
    assert everything() == before


@pytest.mark.skipif(not DATA.exists(), reason="the published editions are in REFERENCE_DATA")
def test_the_eight_editions_and_the_raw_ones_agree() -> None:
    done = command(str(DATA / "panorama_grands_projets_dinum.csv"))
    assert [len(edition["warnings"]) for edition in done["editions"]] == [0] * 8
    assert (Project.objects.count(), PanoramaEntry.objects.count()) == (109, 436)
    assert Estimate.objects.count() == 436
    opale = Project.objects.get(normalised_title="ople")
    costs = [row.full_cost for row in opale.estimates.order_by("edition_on")]
    # The published series of OP@LE (domain §2.1), withheld in the first two editions.
    assert [cost and cost / 1_000_000 for cost in costs] == [
        None, None, *map(Decimal, ("72.5", "80", "80", "72.5", "72.6", "87.418")),
    ]  # fmt: skip
    before = everything()
    for name in ("panorama_2016-11.csv", "panorama_2017-06.csv", "panorama_2018-03.xlsx"):
        raw = command(str(DATA / "panorama_raw" / name))
        assert raw["editions"][0] in done["editions"]
    # Durations of the raw files have more decimals; they are the same figures.
    assert everything() == before
