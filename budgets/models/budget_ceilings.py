"""Ceilings of the programming: what a node may programme in a year (docs/programming.md)."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.selectors import end_of_day
from budgets.enums import CeilingMode, CeilingState, CreditType
from budgets.models.appraisals import OfNodeQuerySet
from budgets.models.rows import node_key
from common.fields import MoneyField
from common.models import Originated, RequestTrace, Versioned

_DECIDED = Q(decided_by__isnull=False, decided_at__isnull=False)
_UNDECIDED = Q(decided_by__isnull=True, decided_at__isnull=True)


class BudgetCeilingQuerySet(OfNodeQuerySet):
    """Ceilings by right and by day."""

    def attested(self) -> Self:
        """Keep those in force now."""
        return self.filter(state=CeilingState.ATTESTED)

    def in_force(self, day: dt.date) -> Self:
        """Keep those that were in force at the end of a day."""
        moment = end_of_day(day)
        attested = Q(state__in=(CeilingState.ATTESTED, CeilingState.SUPERSEDED))
        ends = Q(ended_at__isnull=True) | Q(ended_at__gt=moment)
        return self.filter(attested & ends, decided_at__lte=moment)


class BudgetCeiling(Versioned, Originated):
    """AE and CP that a node may programme in a year, with all that stands below; euros TTC.

    Proposed by whoever holds the node, attested by somebody else (`reliability.md` §3.3, 2). A
    change is another proposal: what was in force a day stays known, by the day of the decision
    and that of its end.
    """

    node = node_key("budget_ceilings")
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    credit_type = models.CharField(
        _("T2 or HT2"), max_length=3, choices=CreditType, default=CreditType.HT2
    )
    ae = MoneyField(_("AE"))
    cp = MoneyField(_("CP"))
    mode = models.CharField(
        _("beyond it"), max_length=5, choices=CeilingMode, default=CeilingMode.WARN
    )
    reason = models.CharField(_("reason or source"), max_length=300)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=CeilingState,
        default=CeilingState.PROPOSED,
        editable=False,
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True, editable=False)
    refusal_reason = models.CharField(
        _("reason of the refusal"), max_length=300, blank=True, editable=False
    )
    ended_at = models.DateTimeField(_("replaced at"), null=True, blank=True, editable=False)

    objects = BudgetCeilingQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("ceiling of the programming")
        verbose_name_plural = _("ceilings of the programming")
        ordering = ["-fiscal_year", "node_id", "credit_type", "-id"]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=["node", "fiscal_year", "credit_type"],
                    condition=Q(state=state),
                    name=f"budgets_budgetceiling_one_{state}",
                    violation_error_message=message,
                )
                for state, message in (
                    ("proposed", _("A ceiling waits for a decision there already.")),
                    ("attested", _("A ceiling is in force there already.")),
                )
            ),
            models.CheckConstraint(
                name="budgets_budgetceiling_not_negative",
                condition=Q(ae__gte=0, cp__gte=0),
                violation_error_message=_("A ceiling is not negative."),
            ),
            models.CheckConstraint(
                name="budgets_budgetceiling_t2_ae_is_cp",
                condition=~Q(credit_type=CreditType.T2) | Q(ae=F("cp")),
                violation_error_message=_("Personnel credits (T2): AE equal CP (LOLF art. 8)."),
            ),
            models.CheckConstraint(
                name="budgets_budgetceiling_with_reason",
                condition=~Q(reason="") & (~Q(state="refused") | ~Q(refusal_reason="")),
                violation_error_message=_("A ceiling and its refusal have a reason."),
            ),
            models.CheckConstraint(
                name="budgets_budgetceiling_four_eyes",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                violation_error_message=_("Somebody else decides on a ceiling that one proposes."),
            ),
            models.CheckConstraint(
                name="budgets_budgetceiling_decided",
                condition=(Q(state="proposed", ended_at__isnull=True) & _UNDECIDED)
                | (Q(state__in=("attested", "refused"), ended_at__isnull=True) & _DECIDED)
                | (Q(state="superseded", ended_at__isnull=False) & (_DECIDED | _UNDECIDED)),
                violation_error_message=_("A ceiling in force was attested by somebody."),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the name that people know the ceiling by."""
        return f"P{self.fiscal_year}-{self.pk:06d}"

    @property
    def code(self) -> str:
        """Return what the pages of records name it by."""
        return self.number

    @property
    def blocks(self) -> bool:
        """Whether it refuses what goes beyond it."""
        return self.mode == CeilingMode.BLOCK
