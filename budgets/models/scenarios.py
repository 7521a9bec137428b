"""Scenarios: overlays of differences on a version of the programming, never a copy of it."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import RANKS, Measure, ScenarioState
from budgets.models.programming import ProgrammingLine, ProgrammingVersion
from budgets.models.programming_cells import OfLineQuerySet
from common.fields import MoneyField
from common.models import RequestTrace, Versioned


class ScenarioQuerySet(models.QuerySet["Scenario"]):
    """Scenarios by right: they bear no amount, they are listed with their version."""

    def visible_to(self, user: Any) -> Self:
        """Keep every scenario for who reads the programming; its changes are kept apart."""
        return self.allowing(user, Action.READ)

    def allowing(
        self, user: Any, action: str, resource: str = Resource.PROGRAMMING_VERSION
    ) -> Self:
        """Keep the scenarios on whose version `user` may do `action`: all or none."""
        return self if can(user, action, resource) else self.none()


class Scenario(Versioned):
    """What somebody tries on a version: its changes are rows of their own."""

    programming_version = models.ForeignKey(
        ProgrammingVersion,
        verbose_name=_("version of the programming"),
        on_delete=models.PROTECT,
        related_name="scenarios",
    )
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=500, blank=True)
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=ScenarioState,
        default=ScenarioState.DRAFT,
        editable=False,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ScenarioQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_scenario_name_once",
                fields=["programming_version", "name"],
                violation_error_message=_("This version has a scenario of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """Return what the pages of records name it by."""
        return f"{self.pk}"


class ScenarioChange(models.Model):
    """One difference: a cell that would hold `after`, or a line left out (no rank, no measure).

    Amounts are euros TTC of the stage of the version; `before` is what the cell held when the
    change was made, `line_version` the version of a line left out. `accepted_in` is the operation
    by which the version took it.
    """

    scenario = models.ForeignKey(
        Scenario, verbose_name=_("scenario"), on_delete=models.CASCADE, related_name="changes"
    )
    line = models.ForeignKey(
        ProgrammingLine,
        verbose_name=_("line of the programming"),
        on_delete=models.PROTECT,
        related_name="scenario_changes",
    )
    rank = models.PositiveSmallIntegerField(_("rank of the year"), null=True, blank=True)
    measure = models.CharField(_("AE or CP"), max_length=2, choices=Measure, blank=True)
    before = MoneyField(_("before"), null=True, blank=True)
    after = MoneyField(_("after"), null=True, blank=True)
    line_version = models.PositiveIntegerField(_("version of the line"), null=True, blank=True)
    accepted_in = models.UUIDField(_("accepted by the operation"), null=True, blank=True)

    objects = OfLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a scenario")
        verbose_name_plural = _("changes of scenarios")
        ordering = ["scenario_id", "line_id", "rank", "measure"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_scenariochange_cell_once",
                fields=["scenario", "line", "rank", "measure"],
                condition=Q(rank__isnull=False, accepted_in__isnull=True),
                violation_error_message=_("This scenario changes this cell already."),
            ),
            models.UniqueConstraint(
                name="budgets_scenariochange_out_once",
                fields=["scenario", "line"],
                condition=Q(rank__isnull=True, accepted_in__isnull=True),
                violation_error_message=_("This scenario leaves this line out already."),
            ),
            models.CheckConstraint(
                name="budgets_scenariochange_cell_or_line",
                condition=Q(
                    rank__isnull=False,
                    rank__in=RANKS,
                    measure__in=Measure.values,
                    line_version__isnull=True,
                )
                | Q(
                    rank__isnull=True,
                    measure="",
                    before__isnull=True,
                    after__isnull=True,
                    line_version__isnull=False,
                ),
                violation_error_message=_("A change is that of a cell, or of a whole line."),
            ),
            models.CheckConstraint(
                name="budgets_scenariochange_changes",
                condition=Q(rank__isnull=True)
                | ~Q(before=F("after"))
                | Q(before__isnull=True)
                | Q(after__isnull=True),
                violation_error_message=_("A change changes an amount."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scenario_id} {self.line_id} {self.measure} {self.rank}"

    @property
    def leaves_out(self) -> bool:
        """Whether it leaves the whole line out."""
        return self.rank is None
