"""Rules on credits and commitments as dated data, and what went beyond them with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Resource
from accounts.permissions import can
from budgets.enums import RuleCode
from common.fields import MoneyField
from common.models import Originated, RequestTrace, Versioned
from records.enums import Severity
from records.subjects import about_visible_subjects


class BudgetRuleQuerySet(models.QuerySet[Any]):
    """Rules by right and by day."""

    def visible_to(self, user: Any) -> Self:
        """A rule bears no amount of anybody: whoever reads rules reads them all."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the rules on which `user` may do `action`: all, or none."""
        return self if can(user, action, Resource.BUDGET_RULE) else self.none()

    def in_force(self, day: dt.date) -> Self:
        """Keep the row of each code in force on a day."""
        ends = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
        return self.filter(ends, valid_from__lte=day)


class BudgetRule(Versioned):
    """What a broken rule does from a day on, by whose law, and who may override it.

    `parameters` are decimal strings, a closed set of keys for each code (`rules.parameters`);
    `override_roles` are codes of roles. One row is in force a code and a day.
    """

    code = models.CharField(_("rule"), max_length=4, choices=RuleCode)
    valid_from = models.DateField(_("in force from"))
    valid_to = models.DateField(_("in force until"), null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=11, choices=Severity)
    legal_source = models.CharField(_("legal source"), max_length=300)
    parameters = models.JSONField(_("parameters"), default=dict, blank=True)
    override_roles = models.JSONField(_("roles that may override"), default=list, blank=True)

    objects = BudgetRuleQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("budget rule")
        verbose_name_plural = _("budget rules")
        ordering = ["code", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="budgets_budgetrule_one_a_day",
                violation_error_message=_("A row of this rule begins on the same day."),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_to__isnull=True),
                name="budgets_budgetrule_one_open",
                violation_error_message=_("One row of a rule is without an end."),
            ),
            models.CheckConstraint(
                name="budgets_budgetrule_ends_after",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("A rule ends after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """Return what the rule says, in the language in force."""
        return str(RuleCode(self.code).label)


class RuleOverrideQuerySet(models.QuerySet[Any]):
    """Overrides by right."""

    def visible_to(self, user: Any) -> Self:
        """Keep those on objects that `user` may read, for whoever reads the rules."""
        if not can(user, Action.READ, Resource.BUDGET_RULE):
            return self.none()
        return self.filter(about_visible_subjects(user))


class RuleOverride(Originated):
    """A decision taken beyond a blocking rule: who, when, why, and by how much.

    The object is known by its kind and code, as records know it; `context` holds the figures, in
    cents, and the words of the sentence. It is written with the decision, and never changed.
    """

    rule = models.ForeignKey(
        BudgetRule,
        verbose_name=_("rule"),
        on_delete=models.PROTECT,
        related_name="overrides",
    )
    subject_kind = models.CharField(_("kind of object"), max_length=30)
    subject_code = models.CharField(_("object"), max_length=80)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    message = models.CharField(_("message"), max_length=40)
    context = models.JSONField(_("figures"), default=dict)
    amount = MoneyField(_("amount beyond"))
    reason = models.CharField(_("reason"), max_length=300)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("at"))

    objects = RuleOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("override of a rule")
        verbose_name_plural = _("overrides of rules")
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_code"], name="budgets_override_subject")
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_ruleoverride_with_reason",
                condition=~Q(reason=""),
                violation_error_message=_("An override has a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_code}"
