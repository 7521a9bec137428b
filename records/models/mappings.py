"""Mappings: how the files of a source, whose headings are others, are read as a table of ours."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import can
from common.models import Lifecycle, RecordState, RequestTrace, Versioned, ended_has_date
from records.importing.reading import Options, Reading, columns_for


class ImportMappingQuerySet(models.QuerySet["ImportMapping"]):
    """Mappings by right."""

    def visible_to(self, user: Any) -> ImportMappingQuerySet:
        """Keep every mapping for who reads imports: they hold neither amounts nor rows."""
        return self if can(user, Action.READ, Resource.IMPORT_BATCH) else self.none()

    def proposed(self) -> ImportMappingQuerySet:
        """Keep those by which a new file may be read, the latest first."""
        return self.filter(state=RecordState.OPEN).order_by("-updated_at", "-pk")


class ImportMapping(Versioned, Lifecycle):
    """The fields of a table that the headings of a source are, and what else reading needs.

    `signature` is what its headings have in common with those of the next file, in any order.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("source"), max_length=120)
    table = models.CharField(_("table"), max_length=40)
    headings = models.JSONField(_("headings"), default=list)
    signature = models.CharField(_("signature of the headings"), max_length=64, db_index=True)
    columns = models.JSONField(_("fields by heading"), default=dict)
    options = models.JSONField(_("options of reading"), default=dict)

    objects = ImportMappingQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("import mapping")
        verbose_name_plural = _("import mappings")
        ordering = ["name", "id"]
        constraints = [
            ended_has_date("records_importmapping_ended_has_date"),
            models.UniqueConstraint(
                name="records_importmapping_open_once",
                fields=["name"],
                condition=models.Q(state="open"),
                violation_error_message=_("Another open mapping has this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def reading(self, headings: tuple[str, ...], line: int, sheet: str) -> Reading:
        """Return how a file with these headings, at this line of this sheet, is read."""
        told = Options.from_dict({**self.options, "header_line": line, "sheet": sheet})
        columns = columns_for(headings, self.columns)
        return Reading(self.table, headings, columns, told, self.code, self.version)
