"""Runs, wide snapshots and roll-ups; all of it derived and rebuildable (architecture §4).

`FloatField` is allowed here only: quotients are float64, sums of money stay whole cents.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from common.fields import MoneyField
from common.models import Originated
from indicators.enums import RunState, ScopeKind
from jobs.models import Job
from projects.models import Project


def _money(label: Any) -> MoneyField:
    return MoneyField(label, null=True, blank=True)


def _quotient(label: Any) -> models.FloatField:
    return models.FloatField(label, null=True, blank=True)


class IndicatorRun(models.Model):
    """One computation for one as-of date, in chunks of contiguous project ids."""

    as_of = models.DateField(_("as of"))
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.RUNNING)
    job = models.OneToOneField(
        Job,
        verbose_name=_("job"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="indicator_run",
    )
    chunks_total = models.PositiveIntegerField(_("chunks"), default=0)
    chunks_done = models.JSONField(_("chunks done"), default=list, blank=True)
    projects_total = models.PositiveIntegerField(_("projects"), default=0)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("indicator run")
        verbose_name_plural = _("indicator runs")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.as_of:%Y-%m-%d}"


class IndicatorSnapshotQuerySet(models.QuerySet["IndicatorSnapshot"]):
    """Snapshots by right and by date."""

    def visible_to(self, user: Any) -> IndicatorSnapshotQuerySet:
        """Keep the snapshots of the projects whose indicator values `user` may read."""
        readable = Project.objects.allowing(user, Action.READ, Resource.INDICATOR_VALUE)
        return self.filter(project__in=readable)

    def shared_with(self, user: Any) -> IndicatorSnapshotQuerySet:
        """Keep the snapshots of the projects shared with the entities of `user`.

        The caller shows the indicators that the catalogue shares, and no other column.
        """
        shared = Project.objects.allowing(user, Action.READ, Resource.SHARED_INDICATOR)
        return self.filter(project__in=shared)

    def latest(self) -> IndicatorSnapshotQuerySet:  # type: ignore[override]
        """Keep the latest snapshot of each project."""
        return self.filter(is_latest=True)


class IndicatorSnapshot(models.Model):
    """All the indicators of one project at one date, with what they were computed from.

    A null column has its reason in `reasons`, by indicator code. `figures_version` is the version
    of the figures that was read, before reading them: a later one means that the row is stale.
    """

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="snapshots"
    )
    run = models.ForeignKey(
        IndicatorRun, verbose_name=_("run"), on_delete=models.PROTECT, related_name="snapshots"
    )
    as_of = models.DateField(_("as of"))
    is_latest = models.BooleanField(_("latest"), default=True)
    figures_version = models.PositiveIntegerField(_("version of the figures"))
    computed_at = models.DateTimeField(_("computed at"))
    reasons = models.JSONField(_("reasons"), default=dict)

    # What the indicators are computed from.
    bac = _money(_("budget at completion"))
    pv = _money(_("planned value"))
    ev = _money(_("earned value"))
    ac = _money(_("actual cost"))
    actual_time = models.IntegerField(_("elapsed months"), null=True, blank=True)
    initial_cost = _money(_("initial cost"))
    current_cost = _money(_("current cost"))
    reference_cost = _money(_("cost of the current baseline"))
    initial_duration = models.IntegerField(_("initial duration"), null=True, blank=True)
    current_duration = models.IntegerField(_("current duration"), null=True, blank=True)
    reference_duration = models.IntegerField(
        _("duration of the current baseline"), null=True, blank=True
    )
    ae_opened = _money(_("AE opened in the year"))
    ae_frozen = _money(_("AE frozen in the year"))
    ae_committed = _money(_("AE committed in the year"))
    cp_opened = _money(_("CP opened in the year"))
    cp_frozen = _money(_("CP frozen in the year"))
    cp_paid = _money(_("CP paid in the year"))
    committed_total = _money(_("AE committed since the beginning"))
    service_done_total = _money(_("service done since the beginning"))
    paid_total = _money(_("CP paid since the beginning"))
    advances_total = _money(_("advances paid since the beginning"))
    due_unpaid = _money(_("expected by schedules in the year and not paid"))
    left_under_1y = _money(_("left to pay, last movement under a year"))
    left_1_2y = _money(_("left to pay, last movement one to two years old"))
    left_2_3y = _money(_("left to pay, last movement two to three years old"))
    left_over_3y = _money(_("left to pay, last movement three years old or more"))
    compulsory_unpaid = _money(_("certified on former exercises and not paid"))
    cp_due_next = _money(_("CP expected by schedules in the next year"))
    ae_programmed = _money(_("AE programmed for the year"))
    cp_programmed = _money(_("CP programmed for the year"))
    cp_programmed_next = _money(_("CP programmed for the next year"))
    ae_programmed_to_date = _money(_("AE programmed to date"))
    cp_programmed_to_date = _money(_("CP programmed to date"))
    cp_compulsory = _money(_("CP programmed, compulsory"))
    cp_unavoidable = _money(_("CP programmed, unavoidable or committed"))
    ae_planned = _money(_("AE programmed on planned and new lines"))
    cp_planned = _money(_("CP programmed on planned and new lines"))
    ae_requested = _money(_("AE requested for the year"))
    cp_requested = _money(_("CP requested for the year"))
    ae_granted = _money(_("AE granted for the year"))
    cp_granted = _money(_("CP granted for the year"))
    cp_moved = _money(_("CP changed since the former version, gaps added up"))
    cp_former = _money(_("CP of the former version"))
    cp_forecast = _money(_("CP forecast by the last management report"))

    # The indicators, one column each, named by the key of the catalogue.
    cv = _money(_("cost variance"))
    sv = _money(_("schedule variance"))
    cpi = _quotient(_("cost performance index"))
    spi = _quotient(_("schedule performance index"))
    eac_cpi = _quotient(_("estimate at completion by CPI"))
    eac_remaining_at_budget = _money(_("estimate at completion, remaining at budget"))
    eac_cpi_spi = _quotient(_("estimate at completion by CPI and SPI"))
    etc_cpi = _quotient(_("estimate to complete"))
    vac_cpi = _quotient(_("variance at completion"))
    tcpi_bac = _quotient(_("to-complete index on the budget"))
    tcpi_eac = _quotient(_("to-complete index on the estimate"))
    pct_complete = _quotient(_("share complete"))
    pct_planned = _quotient(_("share planned"))
    pct_spent = _quotient(_("share spent"))
    es = _quotient(_("earned schedule"))
    sv_t = _quotient(_("schedule variance in time"))
    spi_t = _quotient(_("schedule performance index in time"))
    ieac_t = _quotient(_("estimated duration at completion"))
    tspi = _quotient(_("to-complete schedule index"))
    cost_gap_rate = _quotient(_("cost gap rate"))
    schedule_gap_rate = _quotient(_("schedule gap rate"))
    cost_gap_vs_reference = _quotient(_("cost gap to the current baseline"))
    schedule_gap_vs_reference = _quotient(_("schedule gap to the current baseline"))
    ae_commitment_rate = _quotient(_("AE commitment rate"))
    cp_consumption_rate = _quotient(_("CP consumption rate"))
    left_to_pay = _money(_("left to pay"))
    service_done_rate = _quotient(_("service-done rate"))
    payment_rate = _quotient(_("payment rate"))
    accrued_unpaid = _money(_("accrued unpaid expense"))
    due_in_year = _money(_("left to pay due in the year"))
    aged_left_to_pay = _money(_("left to pay without movement for a year"))

    programming_execution_rate = _quotient(_("CP execution rate against the programming"))
    programming_commitment_rate = _quotient(_("AE execution rate against the programming"))
    programmed_landing = _money(_("landing at 31 December"))
    programmed_landing_gap = _money(_("landing gap"))
    left_to_pay_coverage = _quotient(_("coverage of what is left to pay"))
    need_coverage = _quotient(_("coverage of the need in CP"))
    need_coverage_ae = _quotient(_("coverage of the need in AE"))
    next_year_rigidity = _quotient(_("rigidity of the next year"))
    owed_share = _quotient(_("share of compulsory and unavoidable spending"))
    forecast_error = _quotient(_("quality of the forecast"))
    payment_key = _quotient(_("key of CP"))
    programming_stability = _quotient(_("stability of the programming"))

    objects = IndicatorSnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator snapshot")
        verbose_name_plural = _("indicator snapshots")
        ordering = ["-as_of", "project_id"]
        indexes = [
            models.Index(
                fields=["cost_gap_rate"], condition=Q(is_latest=True), name="indicators_snap_cost"
            ),
            models.Index(
                fields=["schedule_gap_rate"],
                condition=Q(is_latest=True),
                name="indicators_snap_schedule",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="indicators_indicatorsnapshot_once",
                fields=["project", "as_of"],
                violation_error_message=_("The indicators of this date are computed already."),
            ),
            models.UniqueConstraint(
                name="indicators_indicatorsnapshot_one_latest",
                fields=["project"],
                condition=Q(is_latest=True),
                violation_error_message=_("A project has one latest snapshot."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.as_of:%Y-%m-%d}"


class RollUp(Originated):
    """Portfolio figures of a scope, materialised from the latest snapshots; one origin each."""

    scope_kind = models.CharField(_("scope"), max_length=8, choices=ScopeKind)
    scope_code = models.CharField(_("scope code"), max_length=40, blank=True)
    as_of = models.DateField(_("as of"))
    computed_at = models.DateTimeField(_("computed at"))
    projects = models.PositiveIntegerField(_("projects"))
    interministerial = models.PositiveIntegerField(_("interministerial projects"))
    with_cost = models.PositiveIntegerField(_("projects with a cost"))
    current_cost = _money(_("current cost"))
    with_duration = models.PositiveIntegerField(_("projects with a duration"))
    mean_duration_months = _quotient(_("mean duration in months"))
    cost_gap_aggregate = _quotient(_("aggregate cost gap rate"))
    cost_gap_mean = _quotient(_("mean cost gap rate"))
    cost_gap_median = _quotient(_("median cost gap rate"))
    cost_gap_used = models.PositiveIntegerField(_("projects in the cost gap"), default=0)
    cost_gap_initial = _money(_("initial cost in the cost gap"))
    cost_gap_current = _money(_("current cost in the cost gap"))
    schedule_gap_aggregate = _quotient(_("aggregate schedule gap rate"))
    schedule_gap_mean = _quotient(_("mean schedule gap rate"))
    schedule_gap_median = _quotient(_("median schedule gap rate"))
    schedule_gap_cost_weighted = _quotient(_("cost-weighted schedule gap rate"))
    schedule_gap_used = models.PositiveIntegerField(_("projects in the schedule gap"), default=0)
    ae_opened = _money(_("AE opened in the year"))
    ae_frozen = _money(_("AE frozen in the year"))
    ae_committed = _money(_("AE committed in the year"))
    cp_opened = _money(_("CP opened in the year"))
    cp_frozen = _money(_("CP frozen in the year"))
    cp_paid = _money(_("CP paid in the year"))
    left_to_pay = _money(_("left to pay"))
    ae_commitment_rate = _quotient(_("AE commitment rate"))
    cp_consumption_rate = _quotient(_("CP consumption rate"))
    reasons = models.JSONField(_("reasons"), default=dict)

    class Meta:
        verbose_name = _("roll-up")
        verbose_name_plural = _("roll-ups")
        ordering = ["data_origin", "scope_kind", "scope_code"]
        constraints = [
            models.UniqueConstraint(
                name="indicators_rollup_once",
                fields=["data_origin", "scope_kind", "scope_code"],
                violation_error_message=_("This roll-up exists already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_kind} {self.scope_code}".strip()
