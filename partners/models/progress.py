"""What an entity says of the progress of its own share of a project that is shared with it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from common.fields import PercentField
from common.models import Originated
from partners.models.partners import Partner
from projects.models import Project


class EntityProgressQuerySet(models.QuerySet["EntityProgress"]):
    """Progress of the entities, by right."""

    def visible_to(self, user: Any) -> EntityProgressQuerySet:
        """Keep what the entities said of the projects that `user` reads whole."""
        return self.filter(project__in=Project.objects.allowing(user, Action.READ))

    def shared_with(self, user: Any) -> EntityProgressQuerySet:
        """Keep what the entities of `user` said of the projects that are shared with them."""
        own = scopes_of(user, Action.READ, Resource.SHARED_PROJECT).codes.get(Reach.ENTITY, ())
        shared = Project.objects.allowing(user, Action.READ, Resource.SHARED_PROJECT)
        return self.filter(partner__code__in=own, project__in=shared)


class EntityProgress(Originated):
    """What an entity reported at a date (`reliability.md` §3.2, “own progress”); append-only.

    A second report for the same date corrects the first, which stays: the rows are the history.
    It never enters the progress of the project nor its indicators, which are the manager's.
    """

    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="entity_progress",
    )
    partner = models.ForeignKey(
        Partner, verbose_name=_("entity"), on_delete=models.PROTECT, related_name="progress"
    )
    reported_on = models.DateField(_("reported on"))
    percent_complete = PercentField(_("progress of the share"))
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = EntityProgressQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress of an entity")
        verbose_name_plural = _("progress of the entities")
        ordering = ["project_id", "partner_id", "-reported_on", "-recorded_at", "-id"]
        indexes = [
            models.Index(
                fields=["project", "partner", "reported_on"], name="partners_entityprogress_date"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="partners_entityprogress_percent_bounds",
                condition=Q(percent_complete__gte=0) & Q(percent_complete__lte=100),
                violation_error_message=_("Progress lies between 0 and 100 %%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reported_on:%Y-%m-%d}"
