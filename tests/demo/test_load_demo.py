"""`load_demo` and `print_demo_summary`: loaded once, replaced by another seed, refused at work."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.core.management import CommandError, call_command

from accounts.enums import Role
from accounts.models import Grant, User
from budgets.models import ProgrammingAmount, ProgrammingStep, ProgrammingVersion, RuleOverride
from budgets.services.programming_problems import problems_of
from common.fiscal import today
from indicators.models import IndicatorSnapshot
from indicators.selectors import indicator_value
from indicators.services.runs import request_computation
from jobs.services import run_job
from partners.models import Partner
from projects.importers.panorama import read_panorama
from projects.models import PanoramaEdition, PanoramaEntry, PortfolioNode, Project
from projects.panorama.facts import summarise
from tests.budgets.programming import at_state
from tests.imports.digests import table_digests
from web.demo.accounts import PASSWORD
from web.demo.generator import generate

PANORAMA = Path(project_settings.BASE_DIR) / "demo" / "panorama"


def call(name: str, *arguments: str) -> str:
    stdout = io.StringIO()
    call_command(name, *arguments, stdout=stdout)
    return stdout.getvalue()


@pytest.fixture
def debug(settings) -> None:
    """The demonstration is for development."""
    settings.DEBUG = True


@pytest.fixture
def demo(db: None, debug: None) -> None:
    """The demonstration of seed 1."""
    call("load_demo")


def counts() -> dict[str, int]:
    """Return the projects by origin."""
    origins = Project.objects.order_by().values_list("data_origin", flat=True)
    return {origin: list(origins).count(origin) for origin in set(origins)}


def test_both_parts_are_loaded_and_kept_apart(demo):
    assert PanoramaEdition.objects.count() == 8
    assert PanoramaEntry.objects.count() == 436
    assert counts()["fictitious"] == 12
    assert set(counts()) == {"fictitious", "published"}
    assert set(Partner.objects.values_list("data_origin", flat=True)) == {"fictitious"}


def test_a_second_time_changes_nothing(demo):
    before = table_digests()
    call("load_demo")
    assert table_digests() == before
    assert User.objects.count() == 9
    assert Grant.objects.count() == 9


def test_another_seed_replaces_the_fictitious_part_alone(demo):
    published = set(Project.objects.filter(data_origin="published").values_list("pk", "version"))
    entries = set(PanoramaEntry.objects.values_list("pk", flat=True))
    call("load_demo", "--seed", "7")
    assert counts()["fictitious"] == 12
    after = set(Project.objects.filter(data_origin="published").values_list("pk", "version"))
    assert after == published
    assert set(PanoramaEntry.objects.values_list("pk", flat=True)) == entries
    cost = next(row for row in generate(7).rows["baselines"] if row["project"] == "EX-01")
    assert Project.objects.get(code="EX-01").baselines.get().full_cost == cost["full_cost"]
    assert Project.history.filter(data_origin="fictitious").count() == 12


def programmed() -> list[tuple]:
    """Return the requests of the next exercise, as the seed makes them."""
    rows = ProgrammingAmount.objects.filter(
        line__programming_version__fiscal_year=2027, line__programming_version__number=1, rank=0
    )
    columns = ("line__label", "line__project__code", "requested_ae", "requested_cp")
    return sorted(rows.values_list(*columns), key=repr)


def test_two_exercises_are_programmed_on_the_projects_and_nothing_blocks(demo):
    versions = ProgrammingVersion.objects.order_by("fiscal_year", "number")
    assert [(one.code, one.kind) for one in versions] == [
        ("2026-V1", "requests"), ("2026-V2", "conference"), ("2026-V3", "initial"),
        ("2027-V1", "requests"), ("2027-V2", "conference"),
    ]  # fmt: skip
    officer = User.objects.get(username="budget")
    for version in versions:
        assert version.data_origin == "fictitious"
        assert version.lines.count() > 100
        assert not [one for one in problems_of(version, officer) if one.severity == "block"]
    assert versions[4].edits.count() > 20
    assert versions[4].lines.filter(nature="committed", legal_reference__gt="").exists()


def test_the_exercise_under_way_has_a_programming_of_record_that_three_persons_brought_there(demo):
    version = ProgrammingVersion.objects.get(is_of_record=True)
    assert (version.code, version.state) == ("2026-V3", "notified")
    steps = ProgrammingStep.objects.filter(programming_version=version, project=None)
    taken = dict(steps.values_list("verb", "actor__username"))
    assert taken == {
        "submit": "budget", "arbitrate": "directrice", "attest": "controle",
        "validate": "directrice", "notify": "budget",
    }  # fmt: skip
    assert set(RuleOverride.objects.values_list("data_origin", flat=True)) == {"fictitious"}
    call("load_demo", "--seed", "7")
    assert ProgrammingVersion.objects.filter(is_of_record=True).count() == 1
    assert RuleOverride.objects.count() == 2


def test_a_seed_is_programmed_the_same_way_again_even_over_what_was_validated(demo):
    first = programmed()
    at_state(ProgrammingVersion.objects.get(fiscal_year=2027, number=1), "validated")
    call("load_demo", "--seed", "7")
    other = programmed()
    call("load_demo", "--seed", "1")
    assert programmed() == first != other


def test_what_people_changed_stays_when_the_same_seed_is_loaded_again(demo):
    Project.objects.filter(code="EX-01").update(description="Corrigé")
    call("load_demo")
    assert Project.objects.get(code="EX-01").description == "Corrigé"


def test_the_accounts_are_marked_and_can_log_in(demo, client):
    users = {user.username: user for user in User.objects.all()}
    assert {"directrice", "cheffe.projet", "budget", "controle", "marches", "audit"} <= set(users)
    assert set(Grant.objects.values_list("role", flat=True)) == set(Role) - {Role.API_CLIENT}
    assert all(user.is_demo and user.check_password(PASSWORD) for user in users.values())
    roles = dict(Grant.objects.values_list("user__username", "role"))
    assert roles["directrice"] == "portfolio_director"
    assert roles["budget"] == "budget_officer"
    own = Project.objects.visible_to(users["cheffe.projet"])
    assert 3 <= own.count() < 12
    assert set(own.values_list("data_origin", flat=True)) == {"fictitious"}
    assert Project.objects.visible_to(users["directrice"]).count() == Project.objects.count()


@pytest.mark.django_db
def test_it_is_refused_when_debug_is_off(settings):
    settings.DEBUG = False
    with pytest.raises(CommandError):
        call("load_demo")
    assert not User.objects.exists()
    assert not Project.objects.exists()


@pytest.mark.django_db
def test_the_account_of_a_real_person_is_never_taken(debug):
    User.objects.create_user(username="budget", password="a-password-of-their-own")
    with pytest.raises(CommandError, match="budget"):
        call("load_demo")
    assert not Project.objects.exists()
    assert User.objects.get().check_password("a-password-of-their-own")


@pytest.mark.django_db
def test_it_is_refused_beside_operational_data_of_the_same_codes(debug):
    PortfolioNode.objects.create(code="DNE", name="Portefeuille", kind="portfolio")
    with pytest.raises(CommandError, match=r"portfolios\.csv:2"):
        call("load_demo")
    assert not Project.objects.exists()


def test_the_summary_gives_the_latest_indicators_and_the_log_ins(demo):
    job = request_computation(today())
    run_job(job.pk)
    for chunk in type(job).objects.filter(kind="indicators.chunk"):
        run_job(chunk.pk)
    text = call("print_demo_summary")
    lines = {line.split()[0]: line for line in text.splitlines() if line.strip()}
    assert [code for code in lines if code.startswith("EX-")] == [
        f"EX-{number:02d}" for number in range(1, 13)
    ]
    snapshot = IndicatorSnapshot.objects.latest().get(project__code="EX-02")
    cost_gap = Decimal(repr(indicator_value(snapshot, "DR-07")[0]))
    told = Decimal(lines["EX-02"].split("\xa0%")[0].split()[-1].replace(",", ".")) / 100
    assert abs(told - cost_gap) <= Decimal("0.0005")
    assert "not_started" in lines["EX-11"]
    assert PASSWORD in text
    for name in ("directrice", "cheffe.projet", "budget", "controle"):
        assert name in lines


def test_our_copies_of_the_panorama_hold_the_published_figures(reference_data):
    expected = json.loads(
        (reference_data / "cases/portfolio/panorama_expected.json").read_text("utf-8")
    )["editions"]
    files = sorted(PANORAMA.glob("*.csv"))
    assert [file.stem for file in files] == sorted(expected)
    for file in files:
        (edition,) = read_panorama(file, edition=file.stem).editions
        summary = summarise(edition)
        figures = expected[file.stem]
        assert summary["projects"] == figures["rows"]
        assert summary["interministerial"] == figures["interministeriels"]
        assert summary["projects_with_cost"] == figures["n_cout"]
        assert float(summary["total_cost_meur"]) == pytest.approx(figures["couts_meur"])
        assert summary["projects_with_duration"] == figures["n_duree"]


def test_our_copies_of_the_panorama_hold_facts_and_no_text():
    for file in PANORAMA.glob("*.csv"):
        heading, *rows = file.read_text("utf-8").splitlines()
        assert "description" not in heading
        assert "lien" not in heading
        assert not any("http" in row for row in rows)
        assert max(map(len, rows)) < 420
