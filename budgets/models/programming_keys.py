"""Keys by which the CP of planned lines derive from their AE: dated data (domain §1.6)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from budgets.enums import ProgrammingNature
from budgets.models.appraisals import OfNodeQuerySet
from budgets.models.rows import node_key
from common.models import Originated, RequestTrace, Versioned


def _percent(label: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, validators=[MaxValueValidator(100)])  # type: ignore[arg-type]


class ProgrammingKey(Versioned, Originated):
    """How the AE of a year are paid, in whole percents: the year itself, then the three next ones,
    the last with all that follow. In force from an exercise on, at a node and below.
    """

    node = node_key("programming_keys")
    nature = models.CharField(_("nature"), max_length=11, choices=ProgrammingNature, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(
        _("from the exercise"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    key_0 = _percent(_("key of the year"))
    key_1 = _percent(_("key of the next year"))
    key_2 = _percent(_("key of the second next year"))
    key_3 = _percent(_("key of the later years"))
    source = models.CharField(_("source"), max_length=200, blank=True)

    objects = OfNodeQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("key of CP")
        verbose_name_plural = _("keys of CP")
        ordering = ["-fiscal_year", "node_id", "nature"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_programmingkey_one_a_year",
                fields=["node", "nature", "fiscal_year"],
                violation_error_message=_("Keys are recorded there from this exercise already."),
            ),
            models.CheckConstraint(
                name="budgets_programmingkey_whole",
                condition=Q(key_0=100 - F("key_1") - F("key_2") - F("key_3")),
                violation_error_message=_("The keys of the years add up to 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.fiscal_year}"

    @property
    def keys(self) -> tuple[int, ...]:
        """Return the keys by rank."""
        return self.key_0, self.key_1, self.key_2, self.key_3
