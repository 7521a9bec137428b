"""The queue of record (architecture, rule 7)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from common.models import current_request_id
from jobs.enums import JobState


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs by right and by state."""

    def visible_to(self, user: Any) -> JobQuerySet:
        """Keep the jobs that `user` may read: all, or those they asked for."""
        scopes = scopes_of(user, Action.READ, Resource.JOB)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        return self.filter(requested_by_id=user.pk)

    def parked(self) -> JobQuerySet:
        """Keep what waits for a person: parked, not tried again, not done since by another job."""
        same = Job.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"), pk__gt=OuterRef("pk"))
        waiting = self.filter(state=JobState.QUARANTINE, retries__isnull=True)
        return waiting.exclude(Exists(same.filter(state=JobState.SUCCEEDED)))

    def unanswered(self, now: dt.datetime, pause: dt.timedelta) -> JobQuerySet:
        """Keep what is due and for which no worker was woken since `pause`."""
        return self.due(now).filter(Q(woken_at__isnull=True) | Q(woken_at__lt=now - pause))

    def due(self, now: dt.datetime) -> JobQuerySet:
        """Keep what a worker may take: queued, or held under a lease that has run out."""
        return self.filter(
            Q(state=JobState.QUEUED, due_at__lte=now)
            | Q(state=JobState.RUNNING, lease_until__lt=now)
        )


class Job(models.Model):
    """One unit of background work; written in the transaction that needs it.

    At most one queued and one running row a (kind, key): requests made while one is queued are
    coalesced, those made while one runs wait behind it. `request_id` is that of the first of them.
    """

    kind = models.CharField(_("kind"), max_length=60)
    key = models.CharField(_("key"), max_length=120, blank=True)
    payload = models.JSONField(_("payload"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("greatest number of attempts"), default=3)
    fence = models.PositiveIntegerField(_("fencing token"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), db_index=True)
    woken_at = models.DateTimeField(_("worker woken at"), null=True, blank=True)
    progress_done = models.PositiveIntegerField(_("done"), default=0)
    progress_total = models.PositiveIntegerField(_("to do"), default=0)
    step = models.CharField(_("step"), max_length=120, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    retry_of = models.ForeignKey(
        "self",
        verbose_name=_("new attempt of"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="retries",
    )
    request_id = models.CharField(
        _("request id"), max_length=64, blank=True, default=current_request_id, editable=False
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "due_at"], name="jobs_job_state_due")]
        constraints = [
            models.UniqueConstraint(
                name="jobs_job_one_queued",
                fields=["kind", "key"],
                condition=Q(state="queued"),
                violation_error_message=_("This job is queued already."),
            ),
            models.UniqueConstraint(
                name="jobs_job_one_running",
                fields=["kind", "key"],
                condition=Q(state="running"),
                violation_error_message=_("This job is running already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}".strip()


class JobPeriod(models.Model):
    """A period for which a periodic job was asked for: once, however many schedulers run."""

    name = models.CharField(_("name"), max_length=60)
    period = models.CharField(_("period"), max_length=40)
    job = models.ForeignKey(
        Job, verbose_name=_("job"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("requested at"))

    class Meta:
        verbose_name = _("period of a job")
        verbose_name_plural = _("periods of jobs")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="jobs_job_period_once",
                fields=["name", "period"],
                violation_error_message=_("This job was asked for already for this period."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.period}"
