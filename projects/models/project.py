"""Projects and the other titles they were published under."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import scopes_of
from accounts.scopes import Scopes
from accounts.scoping import rows_within
from common.models import (
    Lifecycle,
    Originated,
    RecordState,
    RequestTrace,
    Versioned,
    ended_has_date,
)
from projects.enums import Phase, SupervisingAuthority
from projects.models.ministries import Ministry
from projects.models.tree import PortfolioNode


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects by right and by state."""

    def allowing(self, user: Any, action: str, resource: str = Resource.PROJECT) -> ProjectQuerySet:
        """Keep the projects on which `user` may do `action` on `resource` (one query for the tree).

        Upper rooms reuse it for what hangs on a project: ledgers, contracts, indicator values.
        """
        return self.within(scopes_of(user, action, resource), user)

    def within(self, scopes: Scopes, user: Any) -> ProjectQuerySet:
        """Keep the projects inside some scopes of `user`."""
        return self.filter(rows_within(scopes, "projects.project", user))

    def visible_to(self, user: Any) -> ProjectQuerySet:
        """Keep the projects that `user` may read."""
        return self.allowing(user, Action.READ)

    def open(self) -> ProjectQuerySet:
        """Keep the projects that are not closed."""
        return self.filter(state=RecordState.OPEN)


class Project(Versioned, Originated, Lifecycle):
    """An IT project. Costs, dates and progress are in append-only rows of their own.

    `figures_version` is a counter raised by every service that changes a figure (rule 6); it says
    which computed indicators are stale.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    normalised_title = models.CharField(
        _("normalised title"), max_length=200, db_index=True, editable=False
    )
    node = models.ForeignKey(
        PortfolioNode,
        verbose_name=_("portfolio node"),
        on_delete=models.PROTECT,
        related_name="projects",
    )
    ministry = models.ForeignKey(
        Ministry,
        verbose_name=_("ministry"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
    )
    supervising_authority = models.CharField(
        _("supervising authority"), max_length=8, choices=SupervisingAuthority, blank=True
    )
    phase = models.CharField(_("phase"), max_length=16, choices=Phase, default=Phase.FRAMING)
    functional_zone = models.CharField(_("functional zone"), max_length=120, blank=True)
    funding = models.CharField(_("funding"), max_length=300, blank=True)
    is_interministerial = models.BooleanField(_("interministerial"), default=False)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("project manager"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="managed_projects",
    )
    description = models.TextField(_("description"), blank=True, max_length=5000)
    started_on = models.DateField(_("start date"), null=True, blank=True)
    figures_version = models.PositiveIntegerField(
        _("version of the figures"), default=1, editable=False
    )

    objects = ProjectQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[RequestTrace], excluded_fields=["figures_version", "normalised_title"]
    )

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["code"]
        constraints = [
            ended_has_date("projects_project_ended_has_date"),
            models.CheckConstraint(
                name="projects_project_closed_after_start",
                condition=Q(closed_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(closed_on__gte=F("started_on")),
                violation_error_message=_("A project is closed after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        """Return the address of the project sheet."""
        return reverse("web:project", args=[self.code])


class ProjectAlias(models.Model):
    """Another title under which the same project was published."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="aliases"
    )
    title = models.CharField(_("title"), max_length=200)
    normalised_title = models.CharField(_("normalised title"), max_length=200, db_index=True)

    class Meta:
        verbose_name = _("project alias")
        verbose_name_plural = _("project aliases")
        ordering = ["project_id", "title"]
        constraints = [
            models.UniqueConstraint(
                name="projects_projectalias_once",
                fields=["project", "normalised_title"],
                violation_error_message=_("This title is an alias of the project already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
