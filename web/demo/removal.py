"""Removing the fictitious part, and nothing else, before another seed takes its place."""

from __future__ import annotations

from django.db import connection, models

from budgets.models import (
    BudgetCeiling,
    Commitment,
    CreditMovement,
    Exercise,
    ExerciseDate,
    NomenclatureNode,
    Payment,
    PaymentRequest,
    ProgrammingAmount,
    ProgrammingEdit,
    ProgrammingFile,
    ProgrammingKey,
    ProgrammingLine,
    ProgrammingStep,
    ProgrammingVersion,
    Reservation,
    RuleOverride,
    Scenario,
    ScheduledPayment,
    ServiceDone,
    WaitingLine,
)
from budgets.models.guards import PROGRAMMING_GUARDS
from budgets.models.round_guards import ROUND_GUARDS
from common.models import DataOrigin
from common.triggers import lifted
from partners.models import Amendment, Contract, Partner
from projects.models import (
    Baseline,
    BaselineTask,
    Dependency,
    Estimate,
    MilestoneForecast,
    PlannedValue,
    PortfolioNode,
    ProgressReport,
    Project,
    Task,
)
from projects.models.guards import PLAN_GUARDS
from records.models import ImportBatch

SOURCE_PREFIX = "demo-seed-"
_FACTS: tuple[type[models.Model], ...] = (
    Amendment,
    ScheduledPayment,
    Payment,
    PaymentRequest,
    ServiceDone,
    CreditMovement,
    ProgressReport,
    Estimate,
)
_RECORDS: tuple[type[models.Model], ...] = (Contract, Partner)


def remove_fictitious() -> None:
    """Delete every fictitious row, its history and its batches.

    Raises ProtectedError when something that is not fictitious leans on it.
    """
    fictitious = {"data_origin": DataOrigin.FICTITIOUS}
    projects = Project.objects.filter(**fictitious)
    _remove_programming()
    _remove_plans()
    # What was imported is deleted with its rows, what was typed on them too.
    for model in _FACTS:
        model._default_manager.filter(**fictitious).delete()
    PlannedValue.objects.filter(baseline__project__in=projects).delete()
    Baseline.objects.filter(project__in=projects).delete()
    for model in _RECORDS:
        model._default_manager.filter(**fictitious).delete()
        model.history.filter(**fictitious).delete()  # type: ignore[attr-defined]
    WaitingLine.objects.filter(**fictitious).delete()
    Commitment.objects.filter(**fictitious).delete()
    RuleOverride.objects.filter(**fictitious).delete()
    for decided in (Reservation, BudgetCeiling, ProgrammingKey):
        decided._default_manager.filter(**fictitious).delete()
        decided.history.filter(**fictitious).delete()  # type: ignore[attr-defined]
    # The history of the days goes with that of their exercises, which are then no more.
    years = list(Exercise.history.filter(**fictitious).values_list("id", flat=True))
    Exercise.objects.filter(**fictitious).delete()
    Exercise.history.filter(**fictitious).delete()
    ExerciseDate.history.filter(exercise_id__in=years).delete()
    projects.delete()
    Project.history.filter(**fictitious).delete()
    for tree in (NomenclatureNode, PortfolioNode):
        _delete_tree(tree)
    ImportBatch.objects.filter(source__startswith=SOURCE_PREFIX).delete()


def _remove_plans() -> None:
    """Delete the fictitious plans with what they froze: the guards are lifted meanwhile."""
    tasks = Task.objects.filter(data_origin=DataOrigin.FICTITIOUS)
    if not tasks.exists():
        return
    with lifted(connection, PLAN_GUARDS):
        for model in (MilestoneForecast, BaselineTask):
            model._default_manager.filter(task__in=tasks).delete()
    Dependency.history.filter(successor__in=tasks).delete()
    Dependency.objects.filter(successor__in=tasks).delete()
    tasks.update(parent=None)
    tasks.delete()
    Task.history.filter(data_origin=DataOrigin.FICTITIOUS).delete()


def _remove_programming() -> None:
    """Delete the fictitious versions, frozen or not: the guards are lifted meanwhile."""
    versions = ProgrammingVersion.objects.filter(data_origin=DataOrigin.FICTITIOUS)
    ids = list(versions.values_list("pk", flat=True))
    if not ids:
        return
    scenarios = Scenario.objects.filter(programming_version__in=ids)
    Scenario.history.filter(id__in=scenarios.values("pk")).delete()
    scenarios.delete()
    with lifted(connection, (*PROGRAMMING_GUARDS, *ROUND_GUARDS)):
        for model in (ProgrammingStep, ProgrammingFile):
            model._default_manager.filter(programming_version__in=ids).delete()
        ProgrammingEdit.objects.filter(programming_version__in=ids).delete()
        ProgrammingAmount.objects.filter(line__programming_version__in=ids).delete()
        ProgrammingLine.objects.filter(programming_version__in=ids).delete()
        ProgrammingLine.history.filter(programming_version__in=ids).delete()
        versions.update(parent=None)
        versions.delete()
        ProgrammingVersion.history.filter(id__in=ids).delete()


def _delete_tree(model: type[models.Model]) -> None:
    """Delete the fictitious nodes, the leaves first."""
    nodes = model._default_manager.filter(data_origin=DataOrigin.FICTITIOUS)
    while leaves := list(nodes.filter(children__isnull=True).values_list("pk", flat=True)):
        model._default_manager.filter(pk__in=leaves).delete()
