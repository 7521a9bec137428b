"""What is said of a project in a management report: its comment and its risk (table T8)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from budgets.models.rounds import ProgrammingFile
from common.models import RequestTrace, Versioned


class CrgNote(Versioned):
    """The comment and the risk of a project in a version: they stand beside its file."""

    file = models.OneToOneField(
        ProgrammingFile,
        verbose_name=_("file of a project in the programming"),
        on_delete=models.CASCADE,
        related_name="note",
    )
    comment = models.TextField(_("comment"), max_length=2000, blank=True)
    risk = models.TextField(_("risk"), max_length=2000, blank=True)

    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("note of a management report")
        verbose_name_plural = _("notes of management reports")
        ordering = ["file_id"]

    def __str__(self) -> str:
        return str(self.file)
