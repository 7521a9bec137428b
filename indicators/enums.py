"""Units and kinds of the indicators room."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    """Units of indicator values; ratios are unitless (0.873, never 87.3)."""

    EUR = "EUR", _("euros")
    RATIO = "ratio", _("ratio")
    MONTHS = "months", _("months")


class ScopeKind(models.TextChoices):
    """What a roll-up covers."""

    TOTAL = "total", _("everything")
    NODE = "node", _("portfolio node")
    MINISTRY = "ministry", _("ministry")


class RunState(models.TextChoices):
    """State of a computation."""

    RUNNING = "running", _("running")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("failed")
