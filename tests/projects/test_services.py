"""Edits of a project: append-only estimates, baselines never replaced, stale edits refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from accounts.models import AuditEvent, User
from common.exceptions import StaleEdit
from jobs.models import Job
from projects.exceptions import EndBeforeStart, NothingToChange, ProjectClosed
from projects.models import Baseline, Estimate, PortfolioNode, ProgressReport, Project
from projects.services.baselines import approve_baseline
from projects.services.estimates import estimate_project
from projects.services.figures import mark_figures_changed
from projects.services.progress import report_progress
from projects.services.projects import (
    close_project,
    create_project,
    reopen_project,
    update_project,
)


def estimate(project: Project, actor: User, **fields: Any) -> Estimate:
    version = Project.objects.get(pk=project.pk).version
    values: dict[str, Any] = {
        "full_cost": None,
        "end_on": None,
        "reason": "Motif",
        "expected_version": version,
    }
    return estimate_project(actor=actor, project_id=project.pk, **values | fields)


def test_a_created_project_takes_the_origin_of_its_node_and_asks_for_its_figures(
    node: PortfolioNode, director: User
) -> None:
    node.data_origin = "fictitious"
    node.save()
    created = create_project(actor=director, code="P-9", title="Été  Numérique", node=node)
    assert created.data_origin == "fictitious"
    assert created.normalised_title == "etenumerique"
    assert Job.objects.get(kind="indicators.refresh").key == str(created.pk)
    assert created.history.get().history_user == director
    assert AuditEvent.objects.get(verb="created").object_code == "P-9"


def test_a_taken_code_is_a_field_error(project: Project, director: User) -> None:
    with pytest.raises(ValidationError) as refused:
        create_project(actor=director, code=project.code, title="Autre", node=project.node)
    assert "code" in refused.value.message_dict


def test_an_edit_keeps_the_former_value_its_author_and_its_reason(
    project: Project, director: User
) -> None:
    update_project(
        actor=director,
        project_id=project.pk,
        expected_version=1,
        changes={"phase": "pilot"},
        reason="Recette prononcée",
    )
    latest = project.history.first()
    assert (latest.phase, latest.history_user) == ("pilot", director)
    assert latest.history_change_reason == "Recette prononcée"
    assert Project.objects.get(pk=project.pk).version == 2


def test_a_stale_edit_is_refused_and_changes_nothing(project: Project, director: User) -> None:
    update_project(
        actor=director, project_id=project.pk, expected_version=1, changes={"title": "A"}
    )
    with pytest.raises(StaleEdit) as refused:
        update_project(
            actor=director, project_id=project.pk, expected_version=1, changes={"title": "B"}
        )
    assert refused.value.context["current"] == 2
    assert Project.objects.get(pk=project.pk).title == "A"


def test_a_new_estimate_leaves_the_former_one_in_place(project: Project, director: User) -> None:
    estimate(project, director, full_cost=Decimal("100.00"), end_on=dt.date(2026, 1, 1))
    estimate(project, director, end_on=dt.date(2026, 7, 1))
    rows = list(Estimate.objects.values_list("full_cost", "end_on"))
    assert rows == [
        (Decimal("100.00"), dt.date(2026, 1, 1)),
        (Decimal("100.00"), dt.date(2026, 7, 1)),
    ]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"end_on": dt.date(2023, 12, 31)}, EndBeforeStart),
        ({"end_on": dt.date(2026, 1, 1), "reason": ""}, ValidationError),
        ({"full_cost": Decimal("-1")}, ValidationError),
        ({"full_cost": Decimal("1"), "edition_on": dt.date(2999, 1, 1)}, ValidationError),
        ({"full_cost": Decimal("1"), "expected_version": 7}, StaleEdit),
    ],
    ids=["before the start", "no reason", "negative", "in the future", "stale"],
)
def test_an_estimate_that_breaks_a_rule_is_refused(
    project: Project, director: User, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        estimate(project, director, **fields)
    assert not Estimate.objects.exists()


def test_an_estimate_that_repeats_the_current_one_is_refused(
    project: Project, director: User
) -> None:
    estimate(project, director, full_cost=Decimal("100"))
    with pytest.raises(NothingToChange):
        estimate(project, director, full_cost=Decimal("100.00"))


def test_a_new_baseline_takes_the_next_number_and_replaces_none(
    project: Project, director: User
) -> None:
    for version, cost in ((1, "100"), (2, "150")):
        approve_baseline(
            actor=director,
            project_id=project.pk,
            expected_version=version,
            full_cost=Decimal(cost),
            start_on=dt.date(2024, 1, 1),
            end_on=dt.date(2025, 1, 1),
            approved_on=dt.date(2024, 1, 1),
            reason="Comité",
            decision_reference="D-1",
        )
    rows = list(Baseline.objects.values_list("number", "full_cost"))
    assert rows == [(0, Decimal("100.00")), (1, Decimal("150.00"))]


def test_a_corrected_report_is_a_second_row(project: Project, director: User) -> None:
    for version, percent in ((1, "40"), (2, "45.5")):
        report_progress(
            actor=director,
            project_id=project.pk,
            expected_version=version,
            reported_on=dt.date(2025, 1, 31),
            percent_complete=Decimal(percent),
            weather="SOLEIL",
        )
    assert list(ProgressReport.objects.values_list("percent_complete", flat=True)) == [
        Decimal("40.00"),
        Decimal("45.50"),
    ]


@pytest.mark.parametrize("percent", ["-0.01", "100.01"])
def test_progress_lies_between_0_and_100(project: Project, director: User, percent: str) -> None:
    with pytest.raises(ValidationError):
        report_progress(
            actor=director,
            project_id=project.pk,
            expected_version=1,
            reported_on=dt.date(2025, 1, 31),
            percent_complete=Decimal(percent),
            weather="SOLEIL",
        )


def test_a_closed_project_is_read_only_until_it_is_reopened(
    project: Project, director: User
) -> None:
    close_project(
        actor=director,
        project_id=project.pk,
        expected_version=1,
        closed_on=dt.date(2025, 1, 1),
        reason="Terminé",
    )
    with pytest.raises(ProjectClosed):
        estimate(project, director, full_cost=Decimal("1"))
    reopen_project(actor=director, project_id=project.pk, expected_version=2, reason="Erreur")
    estimate(project, director, full_cost=Decimal("1"))
    assert [row.state for row in project.history.all()] == ["open", "closed", "open"]


def test_a_closing_needs_a_reason_and_a_date_after_the_start(
    project: Project, director: User
) -> None:
    for closed_on, reason in ((dt.date(2025, 1, 1), " "), (dt.date(2023, 1, 1), "Fin")):
        with pytest.raises(ValidationError):
            close_project(
                actor=director,
                project_id=project.pk,
                expected_version=1,
                closed_on=closed_on,
                reason=reason,
            )


def test_several_changed_projects_ask_for_one_job(sample: Any) -> None:
    mark_figures_changed([sample.p1.pk, sample.p2.pk, sample.p1.pk])
    assert [job.kind for job in Job.objects.all()] == ["indicators.refresh_stale"]
    assert Project.objects.get(pk=sample.p1.pk).figures_version == 2
    assert Project.objects.get(pk=sample.p3.pk).figures_version == 1
