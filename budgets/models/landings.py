"""Where a project is expected to land in an exercise: the way chosen, and why."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from budgets.enums import CreditType, LandingMethod
from common.fields import MoneyField
from common.models import Originated, RequestTrace, Versioned
from projects.models import Project

_HOUSE = (Reach.NODE, Reach.OWN, Reach.BUDGET, Reach.CONTRACT)


class LandingChoiceQuerySet(models.QuerySet[Any]):
    """Choices of landing by right."""

    def visible_to(self, user: Any) -> Self:
        """Keep the choices made for projects whose ledgers `user` may read."""
        return self.allowing(user, Action.READ)

    def allowing(self, user: Any, action: str) -> Self:
        """Keep the choices for projects on whose ledgers `user` may do `action`.

        A partner reads what it was paid, never what the house expects of the project.
        """
        house = scopes_of(user, action, Resource.LEDGER).only(*_HOUSE)
        return self.filter(project__in=Project.objects.within(house, user))


class LandingChoice(Versioned, Originated):
    """The landing of an exercise for a project: a method and its reason; euros TTC.

    The amounts are those of the manager's say; the two other methods are computed.
    """

    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="landing_choices",
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    credit_type = models.CharField(
        _("T2 or HT2"), max_length=3, choices=CreditType, default=CreditType.HT2
    )
    method = models.CharField(_("method"), max_length=9, choices=LandingMethod)
    ae = MoneyField(_("AE at 31 December"), null=True, blank=True)
    cp = MoneyField(_("CP at 31 December"), null=True, blank=True)
    justification = models.CharField(_("justification"), max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = LandingChoiceQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("choice of landing")
        verbose_name_plural = _("choices of landing")
        ordering = ["-fiscal_year", "project_id"]
        constraints = [
            models.UniqueConstraint(
                name="budgets_landingchoice_once",
                fields=["project", "fiscal_year", "credit_type"],
                violation_error_message=_("The landing of this project is chosen already."),
            ),
            models.CheckConstraint(
                name="budgets_landingchoice_amounts_of_manager",
                condition=Q(method=LandingMethod.MANAGER, ae__isnull=False, cp__isnull=False)
                | (~Q(method=LandingMethod.MANAGER) & Q(ae__isnull=True, cp__isnull=True)),
                violation_error_message=_(
                    "The manager's say gives AE and CP; the other methods compute them."
                ),
            ),
            models.CheckConstraint(
                name="budgets_landingchoice_amounts_positive",
                condition=Q(ae__isnull=True) | Q(ae__gte=0, cp__gte=0),
                violation_error_message=_("A landing is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.fiscal_year}"
