"""States of an import batch."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchKind(models.TextChoices):
    """What a batch loaded."""

    PANORAMA = "panorama", _("DINUM panorama")
    PORTFOLIO = "portfolio", _("portfolio folder")
