"""Kinds and states of an import batch, states of a draft, changes of a row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class BatchKind(models.TextChoices):
    """What a batch loaded."""

    PANORAMA = "panorama", _("DINUM panorama")
    PORTFOLIO = "portfolio", _("portfolio folder")


class BatchState(models.TextChoices):
    """A batch is applied until two persons, or its importer within a day, undo it."""

    APPLIED = "applied", _("applied")
    UNDO_REQUESTED = "undo_requested", _("undo requested")
    UNDONE = "undone", _("undone")


class DraftState(models.TextChoices):
    """Life of a deposit, from the files to the batch."""

    DRAFT = "draft", _("deposited")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    COMMITTING = "committing", _("being recorded")
    APPLIED = "applied", _("recorded")
    REFUSED = "refused", _("refused")
    ABANDONED = "abandoned", _("abandoned")


class RowChange(models.TextChoices):
    """What a batch, or its undo, did to a row."""

    CREATED = "created", _("created")
    UPDATED = "updated", _("changed")
    REMOVED = "removed", _("removed by the undo")
