"""Contracts and their amendments; HT, VAT rate and TTC are carried apart (domain §1.1)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.enums import Action, Reach, Resource
from accounts.permissions import scopes_of
from accounts.scoping import rows_within
from budgets.models import Commitment
from common.fields import MoneyField, PercentField
from common.models import Fact, Lifecycle, Originated, RequestTrace, Versioned, ended_has_date
from partners.enums import ContractKind
from partners.models.partners import Partner
from projects.models import Project


class ContractQuerySet(models.QuerySet["Contract"]):
    """Contracts by right."""

    def visible_to(self, user: Any) -> ContractQuerySet:
        """Keep the contracts that `user` may read."""
        return self.allowing(user, Action.READ)

    def allowing(
        self, user: Any, action: str, resource: str = Resource.CONTRACT
    ) -> ContractQuerySet:
        """Keep the contracts of reached projects, own contracts and those of the entity."""
        scopes = scopes_of(user, action, resource)
        if scopes.everywhere:
            return self
        if scopes.empty:
            return self.none()
        reached = Project.objects.within(scopes.only(Reach.NODE, Reach.OWN, Reach.BUDGET), user)
        links = ContractProject.objects.filter(project__in=reached).values("contract_id")
        return self.filter(Q(pk__in=links) | rows_within(scopes, "partners.contract", user))


class Contract(Versioned, Originated, Lifecycle):
    """A contract or agreement with a partner, linked to projects and to commitments."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=ContractKind)
    holder = models.ForeignKey(
        Partner, verbose_name=_("holder"), on_delete=models.PROTECT, related_name="contracts"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contract manager"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="managed_contracts",
    )
    amount_excl_tax = MoneyField(_("amount HT"))
    vat_rate = PercentField(_("VAT rate"))
    amount_incl_tax = MoneyField(_("amount TTC"))
    notified_on = models.DateField(_("notified on"), null=True, blank=True)
    start_on = models.DateField(_("start date"), null=True, blank=True)
    end_on = models.DateField(_("end date"), null=True, blank=True)
    projects = models.ManyToManyField(
        Project, verbose_name=_("projects"), through="ContractProject", related_name="contracts"
    )
    commitments = models.ManyToManyField(
        Commitment,
        verbose_name=_("commitments"),
        through="ContractCommitment",
        related_name="contracts",
    )

    objects = ContractQuerySet.as_manager()
    history = HistoricalRecords(bases=[RequestTrace])

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["code"]
        constraints = [
            ended_has_date("partners_contract_ended_has_date"),
            models.CheckConstraint(
                name="partners_contract_dates_ordered",
                condition=Q(start_on__isnull=True)
                | Q(end_on__isnull=True)
                | Q(end_on__gte=F("start_on")),
                violation_error_message=_("A contract ends after it starts."),
            ),
            models.CheckConstraint(
                name="partners_contract_amounts_not_negative",
                condition=Q(amount_excl_tax__gte=0) & Q(amount_incl_tax__gte=0),
                violation_error_message=_("The amounts of a contract are not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ContractProject(models.Model):
    """A contract serves a project."""

    contract = models.ForeignKey(
        Contract,
        verbose_name=_("contract"),
        on_delete=models.CASCADE,
        related_name="project_links",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        on_delete=models.PROTECT,
        related_name="contract_links",
    )

    class Meta:
        verbose_name = _("project of a contract")
        verbose_name_plural = _("projects of a contract")
        ordering = ["contract_id", "project_id"]
        constraints = [
            models.UniqueConstraint(
                name="partners_contractproject_once",
                fields=["contract", "project"],
                violation_error_message=_("The contract serves this project already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}-{self.project_id}"


class ContractCommitment(models.Model):
    """A commitment that a contract produced; the ledger does not know what a contract is."""

    contract = models.ForeignKey(
        Contract,
        verbose_name=_("contract"),
        on_delete=models.CASCADE,
        related_name="commitment_links",
    )
    commitment = models.OneToOneField(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        related_name="contract_link",
    )

    class Meta:
        verbose_name = _("commitment of a contract")
        verbose_name_plural = _("commitments of a contract")
        ordering = ["contract_id", "commitment_id"]

    def __str__(self) -> str:
        return f"{self.contract_id}-{self.commitment_id}"


class Amendment(Fact):
    """A signed change of a contract; amounts are signed differences."""

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="amendments"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    signed_on = models.DateField(_("signed on"))
    amount_excl_tax = MoneyField(_("amount HT"))
    amount_incl_tax = MoneyField(_("amount TTC"))
    new_end_on = models.DateField(_("new end date"), null=True, blank=True)

    class Meta:
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["contract_id", "number"]
        constraints = [
            models.UniqueConstraint(
                name="partners_amendment_number_once",
                fields=["contract", "number"],
                violation_error_message=_("This amendment number is taken."),
            ),
            models.CheckConstraint(
                name="partners_amendment_number_positive",
                condition=Q(number__gte=1),
                violation_error_message=_("Amendment 0 is the initial contract."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id}-{self.number}"
