"""The AE and CP ledgers: signed, append-only facts (architecture, rule 2; LOLF art. 8).

Amounts are in euros TTC. `fiscal_year` is the exercise given by the source; the date of the fact
never replaces it (a payment of January may belong to the former exercise).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from budgets.enums import MovementKind
from budgets.models.rows import (
    CreditQuerySet,
    Imputed,
    LedgerQuerySet,
    OfCommitmentQuerySet,
    node_key,
    project_key,
)
from common.fields import MoneyField, PercentField
from common.models import Fact


class CreditMovement(Imputed):
    """One leg of an act on credits: a movement of AE and CP on a node, maybe for a project.

    The legs of one act share `act_reference`; a leg alone has none. `ceiling_law` names the finance
    law that lets a carry-over go beyond its share (« majoré », LOLF art. 15-II).
    """

    DATE_FIELD = "effective_on"

    node = node_key("movements")
    project = project_key("credit_movements")
    kind = models.CharField(_("kind"), max_length=24, choices=MovementKind)
    ae = MoneyField(_("AE"))
    cp = MoneyField(_("CP"))
    effective_on = models.DateField(_("effective on"))
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    act_reference = models.CharField(
        _("reference of the act"), max_length=80, blank=True, db_index=True
    )
    ceiling_law = models.CharField(
        _("finance law that raises the ceiling"), max_length=120, blank=True, default=""
    )

    objects = CreditQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit movement")
        verbose_name_plural = _("credit movements")
        ordering = ["effective_on", "id"]
        indexes = [
            models.Index(fields=["project", "fiscal_year"], name="budgets_movement_project"),
            models.Index(fields=["fiscal_year", "node"], name="budgets_movement_node"),
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_creditmovement_not_empty",
                condition=~Q(ae=0) | ~Q(cp=0),
                violation_error_message=_("A credit movement moves AE or CP."),
            ),
        ]

    def __str__(self) -> str:
        return self.source_reference


class Commitment(Imputed):
    """One signed movement of a line of a legal commitment (EJ); a withdrawal is negative.

    `commitment_year` is the exercise whose AE the EJ consumed: a withdrawal of a later exercise
    lowers what is left to pay on it, and gives usable AE only when `is_recyclable`
    (domain §1.5). `amount` is TTC; the source may give the amount HT and the rate of VAT.
    `service_from` is the first day of the service: what is signed ahead of its exercise must begin
    in it (LF 2005 art. 108).
    """

    DATE_FIELD = "committed_on"

    legal_reference = models.CharField(_("legal reference (EJ)"), max_length=40, db_index=True)
    line_number = models.CharField(_("line of the EJ"), max_length=10, blank=True)
    node = node_key("commitments")
    project = project_key("commitments")
    label = models.CharField(_("label"), max_length=200, blank=True)
    supplier = models.CharField(_("supplier"), max_length=120, blank=True)
    amount = MoneyField(_("amount (AE)"))
    amount_excl_tax = MoneyField(_("amount HT"), null=True, blank=True)
    vat_rate = PercentField(_("VAT rate (%)"), null=True, blank=True)
    committed_on = models.DateField(_("committed on"))
    service_from = models.DateField(_("service from"), null=True, blank=True)
    commitment_year = models.PositiveSmallIntegerField(_("year of the commitment"), blank=True)
    is_recyclable = models.BooleanField(_("recyclable AE"), default=False)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        ordering = ["committed_on", "id"]
        indexes = [
            models.Index(fields=["project", "fiscal_year"], name="budgets_commitment_project"),
            models.Index(fields=["fiscal_year", "node"], name="budgets_commitment_node"),
        ]
        constraints = [
            models.CheckConstraint(
                name="budgets_commitment_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A commitment is not zero."),
            ),
            models.CheckConstraint(
                name="budgets_commitment_year_not_later",
                condition=Q(commitment_year__lte=F("fiscal_year")),
                violation_error_message=_("A commitment is of the exercise or of a former one."),
            ),
        ]

    def __str__(self) -> str:
        return self.legal_reference


class OfCommitment(Fact):
    """A fact that follows from a line of a commitment, and has its imputation."""

    commitment: models.ForeignKey[Commitment, Commitment]
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))

    objects = OfCommitmentQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.source_reference


def commitment_key(related_name: str) -> models.ForeignKey[Commitment, Commitment]:
    """Return the foreign key of the line of the commitment that a fact follows from."""
    return models.ForeignKey(
        Commitment,
        verbose_name=_("commitment"),
        on_delete=models.PROTECT,
        related_name=related_name,
    )


class ServiceDone(OfCommitment):
    """A certified service (service fait): the accrual that earned value compares with."""

    DATE_FIELD = "done_on"

    commitment = commitment_key("services_done")
    amount = MoneyField(_("amount"))
    done_on = models.DateField(_("done on"))

    class Meta:
        verbose_name = _("service done")
        verbose_name_plural = _("services done")
        ordering = ["done_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_servicedone_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A certified service is not zero."),
            ),
        ]


class PaymentRequest(OfCommitment):
    """A payment order (demande de paiement, DP) sent to the accountant, and its invoice."""

    DATE_FIELD = "requested_on"

    commitment = commitment_key("payment_requests")
    number = models.CharField(_("number of the request (DP)"), max_length=40, db_index=True)
    invoice_number = models.CharField(_("invoice number"), max_length=60, blank=True)
    invoice_received_on = models.DateField(_("invoice received on"), null=True, blank=True)
    requested_on = models.DateField(_("requested on"))
    amount = MoneyField(_("amount"))

    class Meta:
        verbose_name = _("payment request")
        verbose_name_plural = _("payment requests")
        ordering = ["requested_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_paymentrequest_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A payment request is not zero."),
            ),
        ]


class Payment(OfCommitment):
    """A payment by the public accountant: what consumes CP.

    The recovery of an advance is two rows that leave CP as they are: an advance of negative
    amount, and a payment on service done of the same amount (CCP R2191-11).
    """

    DATE_FIELD = "paid_on"

    commitment = commitment_key("payments")
    payment_request = models.CharField(_("payment request"), max_length=40, blank=True)
    amount = MoneyField(_("amount (CP)"))
    paid_on = models.DateField(_("paid on"))
    is_advance = models.BooleanField(_("advance"), default=False)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["paid_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="budgets_payment_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A payment is not zero."),
            ),
        ]
