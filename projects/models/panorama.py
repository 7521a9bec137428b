"""The published editions of the DINUM « panorama des grands projets », as published."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Action
from common.fields import MoneyField
from projects.enums import Phase
from projects.models.ministries import Ministry
from projects.models.project import Project


class PanoramaEdition(models.Model):
    """One edition; `code` is its year and month."""

    code = models.CharField(_("edition"), max_length=7, unique=True)
    published_on = models.DateField(_("published on"))
    batch = models.ForeignKey(
        "records.ImportBatch",
        verbose_name=_("import batch"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("panorama edition")
        verbose_name_plural = _("panorama editions")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class PanoramaEntryQuerySet(models.QuerySet["PanoramaEntry"]):
    """Published rows by right."""

    def visible_to(self, user: Any) -> PanoramaEntryQuerySet:
        """Keep the rows of the projects that `user` may read."""
        return self.filter(project__in=Project.objects.allowing(user, Action.READ))


class PanoramaEntry(models.Model):
    """One published row: facts only, the figures as printed.

    `published_duration` is the printed decimal number of years, kept as text so that a mean is
    computed on what was published and not on whole months.
    """

    edition = models.ForeignKey(
        PanoramaEdition,
        verbose_name=_("edition"),
        on_delete=models.CASCADE,
        related_name="entries",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="panorama_entries",
    )
    source_line = models.PositiveIntegerField(_("source line"))
    title = models.CharField(_("published title"), max_length=200)
    ministry_label = models.CharField(_("published ministry"), max_length=200, blank=True)
    ministry = models.ForeignKey(
        Ministry,
        verbose_name=_("ministry"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    is_interministerial = models.BooleanField(_("interministerial"), default=False)
    started_on = models.DateField(_("start date"), null=True, blank=True)
    published_duration = models.CharField(_("published duration"), max_length=32, blank=True)
    full_cost = MoneyField(_("full cost"), null=True, blank=True)
    cost_band = models.CharField(_("cost band"), max_length=60, blank=True)
    phase = models.CharField(_("phase"), max_length=16, choices=Phase, default=Phase.NOT_DISCLOSED)
    functional_zone = models.CharField(_("functional zone"), max_length=120, blank=True)
    funding = models.CharField(_("funding"), max_length=300, blank=True)

    objects = PanoramaEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("panorama entry")
        verbose_name_plural = _("panorama entries")
        ordering = ["edition_id", "source_line"]
        constraints = [
            models.UniqueConstraint(
                name="projects_panoramaentry_line_once",
                fields=["edition", "source_line"],
                violation_error_message=_("This line of the edition is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
