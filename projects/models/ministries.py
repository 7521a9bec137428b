"""Ministries and the dated table of their successive names."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Ministry(models.Model):
    """A ministry that keeps one code through its successive names."""

    code = models.CharField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("ministry")
        verbose_name_plural = _("ministries")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class MinistryName(models.Model):
    """A name under which a ministry was published, and when."""

    ministry = models.ForeignKey(
        Ministry, verbose_name=_("ministry"), on_delete=models.PROTECT, related_name="names"
    )
    label = models.CharField(_("published name"), max_length=200)
    normalised_label = models.CharField(_("normalised name"), max_length=200, db_index=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("ministry name")
        verbose_name_plural = _("ministry names")
        ordering = ["ministry_id", "valid_from", "label"]
        constraints = [
            models.CheckConstraint(
                name="projects_ministryname_dates_ordered",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A name ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.label
